#include "inventory/equipment.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/text.hpp"

namespace asepsis {
namespace {

struct Equipment {
  std::set<std::size_t> speakers;  // anchors that sent its identity
  std::set<std::size_t> relays;    // anchors that received it from others
  std::set<std::string> serials;
  std::set<Mac> macs;
  bool live = false;        // spoken of as it works, not out of an archive
  bool identified = false;  // manufacturer, model or kind is known
  std::vector<std::size_t> facts;
};

// The MAC inside an EUI-64 that was made of one (FF:FE or FF:FF in the middle).
std::optional<Mac> mac_of_eui64(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += lower(c);
  if (digits.size() != 16) return std::nullopt;
  const std::string middle = digits.substr(6, 4);
  if (middle != "fffe" && middle != "ffff") return std::nullopt;
  return mac_from_text(digits.substr(0, 6) + digits.substr(10));
}

std::map<std::string, Equipment> gather(const Heard& heard, const AnchorOfFact& anchor_of_fact) {
  std::map<std::string, Equipment> all;
  for (std::size_t i = 0; i < heard.facts.size(); ++i) {
    const HeardFact& fact = heard.facts[i];
    if (fact.equipment.empty()) {
      if (fact.claim == "dicom.relays" && anchor_of_fact[i])
        all[lowered(fact.value)].relays.insert(*anchor_of_fact[i]);
      continue;
    }
    Equipment& equipment = all[lowered(fact.equipment)];
    equipment.facts.push_back(i);
    if (anchor_of_fact[i]) equipment.speakers.insert(*anchor_of_fact[i]);
    if (tells_apart(fact.equipment)) equipment.serials.insert(lowered(fact.equipment));
    if (const auto mac = mac_of_eui64(fact.equipment)) equipment.macs.insert(*mac);
    if (!fact.protocol.view().starts_with("dicom")) equipment.live = true;
    if (fact.claim == "device.serial") equipment.serials.insert(lowered(fact.value));
    if (fact.claim == "device.eui64")
      if (const auto mac = mac_of_eui64(fact.value)) equipment.macs.insert(*mac);
    if (fact.claim == "device.model" || fact.claim == "device.manufacturer" ||
        fact.claim == "device.class")
      equipment.identified = true;
  }
  return all;
}

// Devices by the serial number that they say is their own.
std::map<std::string, std::set<std::size_t>> own_serials(const Heard& heard,
                                                         const AnchorOfFact& anchor_of_fact,
                                                         const Anchors& anchors) {
  std::map<std::string, std::set<std::size_t>> serials;
  for (std::size_t i = 0; i < heard.facts.size(); ++i)
    if (heard.facts[i].claim == "device.serial" && heard.facts[i].equipment.empty() &&
        anchor_of_fact[i])
      serials[lowered(heard.facts[i].value)].insert(anchors.root(*anchor_of_fact[i]));
  return serials;
}

// Who receives other systems' results, or keeps and hands out many kinds of
// images or FHIR resources, is a system and speaks of equipment other than itself.
std::set<std::size_t> systems(const Heard& heard, const AnchorOfFact& anchor_of_fact,
                              const Anchors& anchors) {
  constexpr std::size_t kKindsOfAnArchive = 4;
  std::set<std::size_t> out;
  std::map<std::size_t, std::set<std::string>> stores;
  for (std::size_t i = 0; i < heard.facts.size(); ++i) {
    const HeardFact& fact = heard.facts[i];
    if (!anchor_of_fact[i] || fact.refused) continue;
    const std::size_t root = anchors.root(*anchor_of_fact[i]);
    const bool results = fact.claim == "hl7.receives" && fact.value.view().starts_with("ORU");
    if (results || fact.claim == "dicom.relays" || fact.claim == "fhir.version") out.insert(root);
    if (fact.claim != "dicom.provides") continue;
    if (fact.value.view().contains(" FIND") || fact.value.view().contains(" MOVE"))
      out.insert(root);
    if (fact.value.view().contains("Storage")) stores[root].emplace(fact.value);
  }
  for (const auto& [root, kinds] : stores)
    if (kinds.size() >= kKindsOfAnArchive) out.insert(root);
  return out;
}

std::optional<std::size_t> named_owner(const Equipment& equipment,
                                       const std::map<std::string, std::set<std::size_t>>& serials,
                                       const Anchors& anchors) {
  for (const Mac& mac : equipment.macs)
    if (const auto anchor = anchors.find(mac)) return anchors.root(*anchor);
  std::set<std::size_t> owners;
  for (const std::string& serial : equipment.serials)
    if (const auto found = serials.find(serial); found != serials.end() && tells_apart(serial))
      owners.insert(found->second.begin(), found->second.end());
  return owners.size() == 1 ? std::optional(*owners.begin()) : std::nullopt;
}

}  // namespace

bool tells_apart(std::string_view serial) {
  if (serial.size() < 4) return false;
  if (std::ranges::all_of(serial, [&](char c) { return c == serial.front(); })) return false;
  static const std::set<std::string> kPlaceholders{
      "none",       "null",       "unknown", "not specified", "to be filled by o.e.m.",
      "0123456789", "1234567890", "123456",  "12345678",      "1234",
      "serial",     "default",    "n/a",     "default string"};
  return !kPlaceholders.contains(lowered(serial));
}

bool tells_systems(const HeardFact& fact) {
  return fact.claim == "hl7.receives" || fact.claim == "dicom.relays" ||
         fact.claim == "dicom.provides" || fact.claim == "fhir.version";
}

std::set<std::string> equipment_keys(const Heard& heard) {
  std::set<std::string> keys;
  for (const auto& [name, equipment] : gather(heard, AnchorOfFact(heard.facts.size()))) {
    if (equipment.facts.empty()) continue;
    keys.insert(name);
    keys.insert(equipment.serials.begin(), equipment.serials.end());
    for (const Mac& mac : equipment.macs) keys.insert(to_text(mac));
  }
  return keys;
}

void place_equipment(const Heard& heard, AnchorOfFact& anchor_of_fact, Anchors& anchors) {
  const auto all = gather(heard, anchor_of_fact);
  const auto serials = own_serials(heard, anchor_of_fact, anchors);
  const auto relaying = systems(heard, anchor_of_fact, anchors);

  std::map<std::string, std::size_t> owners;
  std::map<std::string, std::set<std::size_t>> origins_of;  // who speaks of it and is no system
  std::map<std::size_t, std::set<std::string>> unplaced;    // by who alone speaks of it
  for (const auto& [name, equipment] : all) {
    if (equipment.facts.empty()) continue;
    if (const auto owner = named_owner(equipment, serials, anchors)) {
      owners[name] = *owner;
      continue;
    }
    std::set<std::size_t>& origins = origins_of[name];
    for (const std::size_t speaker : equipment.speakers)
      if (!equipment.relays.contains(speaker) && !relaying.contains(anchors.root(speaker)))
        origins.insert(anchors.root(speaker));
    if (origins.size() == 1) unplaced[*origins.begin()].insert(name);
  }
  for (const auto& [origin, names] : unplaced)
    if (names.size() == 1) owners[*names.begin()] = origin;

  for (const auto& [name, equipment] : all) {
    const auto owner = owners.find(name);
    std::optional<std::uint32_t> anchor;
    if (owner != owners.end()) {
      anchor = static_cast<std::uint32_t>(owner->second);
    } else if (equipment.live && equipment.identified && tells_apart(name) &&
               !origins_of[name].empty()) {
      // Only a gateway of devices makes a device of what it speaks of: an
      // archive speaks of other years and other hospitals too.
      anchor = static_cast<std::uint32_t>(anchors.of_equipment(name));
    }
    for (const std::size_t fact : equipment.facts) anchor_of_fact[fact] = anchor;
  }
}

}  // namespace asepsis
