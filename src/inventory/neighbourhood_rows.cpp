// What the rows of a neighbourhood lead to: who says the same of itself, whose
// a fact was, who is at the other end of a talk.

#include <algorithm>

#include "base/text.hpp"
#include "inventory/equipment.hpp"
#include "inventory/neighbourhood.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

// The index is of these claims alone, and used where a query says so.
constexpr const char* kJoining =
    "fact f INDEXED BY fact_joining CROSS JOIN endpoint e ON e.id = f.endpoint WHERE ";

// What tells one piece of equipment from another.
bool identifies(const HeardFact& fact) {
  return fact.claim == "device.serial" || fact.claim == "device.eui64" ||
         fact.claim == "device.model" || fact.claim == "device.manufacturer" ||
         fact.claim == "device.class";
}

}  // namespace

// What is an address of somebody's now may not have been when it was last looked at.
bool Neighbourhood::take_rows() {
  asked_.clear();
  common_.clear();
  for (const HeardPart::Fact& one : part_.facts())
    if (!take_fact(one)) return false;
  for (const HeardPart::Talk& one : part_.talks()) take_talk(one);
  return true;
}

// Whoever says that the MAC is its own too.
void Neighbourhood::find_who_names(const Mac& mac) {
  const std::string text = to_text(mac);
  SQLite::Statement who(sql_,
                        std::string("SELECT f.endpoint FROM ") + kJoining +
                            "f.claim = 'address.other_mac' AND e.site = ?3 AND f.value COLLATE "
                            "NOCASE IN (?1, replace(?1, ':', '-'), replace(?1, ':', ''), ?2)");
  const std::string digits = text.substr(0, 2) + text.substr(3, 2) + '.' + text.substr(6, 2) +
                             text.substr(9, 2) + '.' + text.substr(12, 2) + text.substr(15, 2);
  bind_all(who, text, digits, site_);
  while (who.executeStep()) add(part_.endpoint(who.getColumn(0).getInt64()).mac);
}

void Neighbourhood::load_device(Id key) {
  values_.bind(1, key);
  while (values_.executeStep()) {
    const std::string value = values_.getColumn(1).getString();
    if (values_.getColumn(0).getString() == "mac") {
      if (const auto mac = mac_from_text(value)) add(*mac);
    } else if (const auto ip = ip_from_text(value)) {
      add(*ip);
    }
  }
  values_.reset();
  placed_.bind(1, key);
  while (placed_.executeStep()) part_.add_fact(placed_.getColumn(0).getInt64());
  placed_.reset();
}

Neighbourhood::Id Neighbourhood::owner_before(std::int64_t fact, Id endpoint) {
  if (fact > mark_.fact) return 0;
  const auto [at, fresh] = owners_.try_emplace(fact, 0);
  if (!fresh) return at->second;
  fact_owner_.bind(1, fact);
  const bool another = fact_owner_.executeStep();
  if (another && !fact_owner_.isColumnNull(0)) at->second = fact_owner_.getColumn(0).getInt64();
  fact_owner_.reset();
  if (another) return at->second;
  endpoint_owner_.bind(1, endpoint);
  if (endpoint_owner_.executeStep()) at->second = endpoint_owner_.getColumn(0).getInt64();
  endpoint_owner_.reset();
  return at->second;
}

bool Neighbourhood::take_fact(const HeardPart::Fact& one) {
  if (one.fact.id > mark_.fact && !take_fresh(one)) return false;
  if (!one.fact.equipment.empty()) {
    take_equipment(one);
    return true;
  }
  const Id owner = owner_of(one);
  const HeardEndpoint endpoint = part_.endpoint(one.endpoint);
  // What a device said of itself from an address says that the address is its.
  if (devices_.contains(owner)) add_address(endpoint);
  if (!is_core(endpoint)) return true;
  add_device(owner);
  if (one.fact.claim == "address.other_mac")
    if (const auto mac = mac_from_text(one.fact.value)) add(*mac);
  for (const Shared& shared : kShared)
    if (one.fact.claim == shared.claim && tells_apart(one.fact.value))
      find_sharers(shared, one.fact.value);
  return true;
}

// False if it may change whose equipment is that others speak of.
bool Neighbourhood::take_fresh(const HeardPart::Fact& one) {
  const HeardFact& fact = one.fact;
  fresh_system_ = fresh_system_ || tells_systems(fact);
  if (fact.claim == "dicom.relays") return false;
  if (fact.equipment.empty())
    return fact.claim != "device.serial" || !is_equipment_key(lowered(fact.value));
  return !identifies(fact) && spoken_of_before(one) != nullptr;
}

// What the same speaker had said of the same equipment, no further from it.
const HeardPart::Fact* Neighbourhood::spoken_of_before(const HeardPart::Fact& one) const {
  const std::string name = lowered(one.fact.equipment);
  const auto of_archive = [](const HeardPart::Fact& fact) {
    return fact.fact.protocol.view().starts_with("dicom");
  };
  const auto found = std::ranges::find_if(part_.facts(), [&](const HeardPart::Fact& other) {
    return other.fact.id <= mark_.fact && other.endpoint == one.endpoint &&
           lowered(other.fact.equipment) == name && (of_archive(one) || !of_archive(other));
  });
  return found == part_.facts().end() ? nullptr : &*found;
}

// It stays whose it was. A fresh one is of whom the others are.
void Neighbourhood::take_equipment(const HeardPart::Fact& one) {
  speaks_of_equipment_ = true;
  const bool fresh = one.fact.id > mark_.fact;
  const Id owner = owner_of(fresh ? *spoken_of_before(one) : one);
  equipment_[one.fact.id] = owner;
  if (fresh || again_.contains(one.endpoint)) add_device(owner);
}

void Neighbourhood::take_talk(const HeardPart::Talk& one) {
  if (one.talk.id > mark_.talk) return;
  if (const StoredTalk* known = stored(one.talk.id)) return take_ends(one, *known);
  conversation_.bind(1, one.talk.id);
  if (conversation_.executeStep()) {
    const StoredTalk& stored =
        stored_
            .emplace(one.talk.id, StoredTalk{.client = conversation_.getColumn(0).getInt64(),
                                             .server = conversation_.getColumn(1).getInt64(),
                                             .copy = conversation_.getColumn(2).getInt() != 0,
                                             .state = conversation_.getColumn(3).getString(),
                                             .security = conversation_.getColumn(4).getString(),
                                             .application = conversation_.getColumn(5).getString()})
            .first->second;
    take_ends(one, stored);
  }
  conversation_.reset();
}

void Neighbourhood::take_ends(const HeardPart::Talk& one, const StoredTalk& stored) {
  if (is_core(part_.endpoint(one.client))) add_device(stored.client);
  if (is_core(part_.endpoint(one.server))) add_device(stored.server);
}

// Those who say the same, if they are so few that they may be one.
void Neighbourhood::find_sharers(const Shared& shared, std::string_view value) {
  if (!asked_.emplace(shared.claim, value).second) return;
  SQLite::Statement who(sql_, std::string("SELECT f.id, f.endpoint FROM ") + kJoining +
                                  "f.claim = '" + std::string(shared.claim) +
                                  "' AND f.value = ?1 COLLATE NOCASE AND f.value = ?1 AND "
                                  "f.equipment = '' AND e.site = ?2");
  bind_all(who, value, site_);
  std::set<Id> others;
  while (who.executeStep()) {
    HeardPart::Fact fact;
    fact.fact.id = who.getColumn(0).getInt64();
    fact.endpoint = who.getColumn(1).getInt64();
    const Id owner = owner_of(fact);
    if (owner != 0 && !devices_.contains(owner)) others.insert(owner);
    if (others.size() > shared.most) break;
  }
  if (others.size() > shared.most) {
    common_.emplace(shared.claim, value);
  } else {
    for (const Id other : others) add_device(other);
  }
}

}  // namespace asepsis
