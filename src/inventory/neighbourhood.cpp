#include "inventory/neighbourhood.hpp"

#include <algorithm>
#include <utility>

#include "store/statement.hpp"

namespace asepsis {
namespace {

// More than this is better derived as a whole.
constexpr std::size_t kMostRows = 400'000;
// A MAC of no more addresses is loaded with all of them; of a router with
// more, two of them prove what it is.
constexpr std::size_t kFewAddresses = 24;
constexpr std::size_t kWitnesses = 2;
constexpr std::size_t kMostAsked = 40;    // for a witness
constexpr int kMostTalksOfWitness = 200;  // whoever has more is not asked

bool names_one_interface(const Mac& mac) { return !mac.empty() && !mac.group(); }

}  // namespace

Neighbourhood::Neighbourhood(SQLite::Database& sql, Id site, DerivationMark mark)
    : sql_(sql),
      site_(site),
      mark_(std::move(mark)),
      part_(sql, site),
      old_(sql, "SELECT device FROM device_alias WHERE alias = ?"),
      values_(sql,
              "SELECT attribute, value FROM device_value WHERE device = ? AND attribute IN ('mac', "
              "'ip')"),
      endpoint_owner_(sql, "SELECT device FROM endpoint_owner WHERE endpoint = ?"),
      fact_owner_(sql, "SELECT device FROM device_fact WHERE fact = ?"),
      placed_(sql,
              "SELECT f.id FROM endpoint_owner eo CROSS JOIN fact f ON f.endpoint = eo.endpoint "
              "LEFT JOIN device_fact df ON df.fact = f.id WHERE eo.device = ?1 AND df.fact IS NULL "
              "UNION ALL SELECT fact FROM device_fact WHERE device = ?1"),
      conversation_(sql,
                    "SELECT coalesce(client, 0), coalesce(server, 0), copy, state, security, "
                    "coalesce(application, '') FROM conversation WHERE talk = ?"),
      key_(sql, "SELECT 1 FROM equipment_key WHERE site = ? AND key = ?") {
  SQLite::Statement name(sql, "SELECT name FROM site WHERE id = ?");
  name.bind(1, site);
  if (name.executeStep()) site_name_ = name.getColumn(0).getString();
}

void Neighbourhood::touch(Id endpoint, bool again) {
  touched_.insert(endpoint);
  if (again) again_.insert(endpoint);
  const HeardEndpoint at = part_.endpoint(endpoint);
  add_address(at);
  if (names_one_interface(at.mac)) new_roles_.insert(at.mac);
  if (!is_core(at)) load_of_nobody(endpoint);
}

// A group is nobody's: what is between it and a device is loaded with that.
void Neighbourhood::load_of_nobody(Id endpoint) {
  SQLite::Statement talks(sql_,
                          "SELECT id, server FROM talk WHERE client = ?1 UNION ALL SELECT id, "
                          "client FROM talk WHERE server = ?1");
  talks.bind(1, endpoint);
  SQLite::Statement facts(sql_, "SELECT id FROM fact WHERE endpoint = ?");
  facts.bind(1, endpoint);
  while (facts.executeStep()) part_.add_fact(facts.getColumn(0).getInt64());
  while (talks.executeStep()) {
    const HeardEndpoint other = part_.endpoint(talks.getColumn(1).getInt64());
    if (!other.ip.names_a_host() && !names_one_interface(other.mac))
      part_.add_talk(talks.getColumn(0).getInt64());
  }
}

void Neighbourhood::add_device(Id key) {
  if (key == 0 || !devices_.insert(key).second) return;
  new_devices_.push_back(key);
  grown_ = true;
}

void Neighbourhood::add(const Ip& ip) {
  if (!ips_.insert(ip).second) return;
  new_ips_.push_back(ip);
  grown_ = true;
}

void Neighbourhood::add(const Mac& mac) {
  if (!names_one_interface(mac) || !macs_.insert(mac).second) return;
  new_macs_.push_back(mac);
  grown_ = true;
}

void Neighbourhood::add_address(const HeardEndpoint& endpoint) {
  if (endpoint.ip.names_a_host()) {
    add(endpoint.ip);
  } else {
    add(endpoint.mac);
  }
}

// The key of the device that the anchor was of; 0: it is new.
Neighbourhood::Id Neighbourhood::old_device(const std::string& anchor) {
  old_.bind(1, id_of(site_name_, anchor));
  const Id key = old_.executeStep() ? old_.getColumn(0).getInt64() : 0;
  old_.reset();
  return key;
}

bool Neighbourhood::load() {
  do {
    grown_ = false;
    if (!load_addresses() || !take_rows()) return false;
  } while (grown_);
  return !(speaks_of_equipment_ && fresh_system_);
}

bool Neighbourhood::load_addresses() {
  const auto take = [](auto& list) {
    const auto last = list.back();
    list.pop_back();
    return last;
  };
  while (!new_ips_.empty() || !new_macs_.empty() || !new_devices_.empty() || !new_roles_.empty()) {
    if (part_.facts().size() + part_.talks().size() > kMostRows) return false;
    if (!new_ips_.empty()) {
      load_ip(take(new_ips_));
    } else if (!new_macs_.empty()) {
      if (!load_mac(take(new_macs_))) return false;
    } else if (!new_devices_.empty()) {
      load_device(take(new_devices_));
    } else if (!load_role(new_roles_.extract(new_roles_.begin()).value())) {
      return false;
    }
  }
  return true;
}

void Neighbourhood::load_ip(const Ip& ip) {
  for (const Id endpoint : part_.endpoints_of(ip)) {
    part_.add_whole(endpoint);
    const Mac mac = part_.endpoint(endpoint).mac;
    if (names_one_interface(mac)) new_roles_.insert(mac);
  }
  add_device(old_device("ip " + to_text(ip)));
}

// False if a new one may be that of equipment that others speak of.
bool Neighbourhood::load_mac(const Mac& mac) {
  for (const Id endpoint : part_.endpoints_of(mac))
    if (!part_.endpoint(endpoint).ip.names_a_host()) part_.add_whole(endpoint);
  new_roles_.insert(mac);
  const Id old = old_device("mac " + to_text(mac));
  add_device(old);
  if (old != 0) return true;
  find_who_names(mac);
  return !is_equipment_key(to_text(mac));
}

// Whether the MAC is a router's, and whether logs tell of it, shows in all of
// its addresses. Of one that was not touched it is what it was.
bool Neighbourhood::load_role(const Mac& mac) {
  if (!roles_.insert(mac).second) return true;
  const std::vector<Id> endpoints = part_.endpoints_of(mac);
  const auto any_in = [&](const std::set<Id>& set) {
    return std::ranges::any_of(endpoints, [&](Id endpoint) { return set.contains(endpoint); });
  };
  const bool touched = any_in(touched_);
  if (endpoints.size() > kFewAddresses) return find_witnesses(endpoints);
  // One that nobody had heard of, or that nobody may hear of any more.
  if (any_in(again_) || (touched && old_device("mac " + to_text(mac)) == 0)) add(mac);
  for (const Id endpoint : endpoints) {
    part_.add_whole(endpoint);
    if (touched && part_.endpoint(endpoint).ip.names_a_host()) add(part_.endpoint(endpoint).ip);
  }
  return true;
}

bool Neighbourhood::find_witnesses(const std::vector<Id>& endpoints) {
  std::set<Ip> witnesses;
  std::size_t asked = 0;
  for (const Id endpoint : endpoints) {
    const Ip ip = part_.endpoint(endpoint).ip;
    if (!ip.is_v4() || !ip.names_a_host() || ips_.contains(ip) || witnesses.contains(ip)) continue;
    if (asked++ == kMostAsked) return false;
    if (is_witness(endpoint) && witnesses.insert(ip).second && witnesses.size() == kWitnesses)
      return true;
  }
  return false;
}

// Whether packets came from the endpoint and all of them had passed a router,
// and nobody said that the address is the MAC's. Loads one such talk.
bool Neighbourhood::is_witness(Id endpoint) {
  const HeardEndpoint at = part_.endpoint(endpoint);
  Id talk = 0;
  int left = kMostTalksOfWitness;
  for (const Id one : part_.endpoints_of(at.ip)) {
    if (part_.endpoint(one).mac != at.mac) continue;
    if (touched_.contains(one)) return false;
    for (const char* const query :
         {"SELECT id, client_hops FROM talk WHERE client = ? AND client_packets > 0",
          "SELECT id, server_hops FROM talk WHERE server = ? AND server_packets > 0"}) {
      SQLite::Statement talks(sql_, query);
      talks.bind(1, one);
      while (talks.executeStep()) {
        constexpr int kHopsUnknown = 255;
        const int hops = talks.getColumn(1).getInt();
        if (hops == 0 || --left == 0) return false;
        if (hops < kHopsUnknown) talk = talks.getColumn(0).getInt64();
      }
    }
    SQLite::Statement claims(sql_,
                             "SELECT 1 FROM fact WHERE endpoint = ? AND claim IN ('address.arp', "
                             "'address.nd', 'address.dhcp')");
    claims.bind(1, one);
    if (claims.executeStep()) return false;
  }
  if (talk != 0) part_.add_talk(talk);
  return talk != 0;
}

bool Neighbourhood::is_equipment_key(std::string_view key) {
  bind_all(key_, site_, key);
  const bool found = key_.executeStep();
  key_.reset();
  return found;
}

bool Neighbourhood::grow(const Bindings& bindings, const Fusion& fusion) {
  for (const auto& [ip, owners] : bindings.of_ip)
    for (const Binding& owner : owners) {
      if (ips_.contains(ip)) add(owner.mac);
      if (macs_.contains(owner.mac)) add(ip);
    }
  for (const FusedDevice& device : fusion.devices) {
    if (!is_core(device)) continue;
    for (const Mac& mac : device.macs) add(mac);
    for (const Ip& ip : device.ips) add(ip);
  }
  return grown_;
}

Elsewhere Neighbourhood::elsewhere() {
  Elsewhere elsewhere{.common = common_, .equipment = {}};
  std::unordered_map<Id, std::string> anchors;
  SQLite::Statement best(sql_,
                         "SELECT anchor FROM device_alias WHERE device = ? ORDER BY anchor GLOB "
                         "'equipment *' DESC, anchor GLOB 'mac *' DESC, anchor LIMIT 1");
  for (const auto& [fact, owner] : equipment_) {
    if (!devices_.contains(owner)) continue;
    auto known = anchors.find(owner);
    if (known == anchors.end()) {
      best.bind(1, owner);
      known = anchors.emplace(owner, best.executeStep() ? best.getColumn(0).getString() : "").first;
      best.reset();
    }
    if (!known->second.empty()) elsewhere.equipment.emplace(fact, known->second);
  }
  return elsewhere;
}

bool Neighbourhood::is_core(const HeardEndpoint& endpoint) const {
  return endpoint.ip.names_a_host() ? ips_.contains(endpoint.ip) : macs_.contains(endpoint.mac);
}

bool Neighbourhood::is_core(const FusedDevice& device) const {
  constexpr std::string_view kMac = "mac ";
  constexpr std::string_view kIp = "ip ";
  return std::ranges::any_of(device.aliases, [&](const auto& alias) {
    const std::string& anchor = alias.second;
    if (anchor.starts_with(kMac)) return macs_.contains(*mac_from_text(anchor.substr(kMac.size())));
    if (anchor.starts_with(kIp)) return ips_.contains(*ip_from_text(anchor.substr(kIp.size())));
    return true;  // equipment: only that of devices that are in has an anchor
  });
}

const StoredTalk* Neighbourhood::stored(Id talk) const {
  const auto found = stored_.find(talk);
  return found == stored_.end() ? nullptr : &found->second;
}

}  // namespace asepsis
