#include "inventory/site_update.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "inventory/equipment.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

constexpr int kMostRounds = 30;  // of finding out how far it reaches

}  // namespace

SiteUpdate::SiteUpdate(SQLite::Database& sql, const Knowledge& knowledge, Id site,
                       const DerivationMark& mark)
    : sql_(sql), knowledge_(knowledge), around_(sql, site, mark) {}

bool SiteUpdate::derive() {
  for (int round = 0; round < kMostRounds; ++round) {
    if (!around_.load()) return false;
    heard_ = around_.heard();
    const Bindings bindings = bind_addresses(heard_);
    const Elsewhere elsewhere = around_.elsewhere();
    Fusion part = fuse(heard_, bindings, &elsewhere);
    if (around_.grow(bindings, part)) continue;
    name_unknown(heard_, knowledge_, part.talks);
    join_with_rest(std::move(part));
    if (!equipment_stays()) return false;
    identify_all();
    if (!add_affected()) return true;
  }
  return false;
}

// Keys of the devices that are at the other end of talks, or whose equipment
// one that is in speaks of.
std::vector<SiteUpdate::Id> SiteUpdate::rim_of(const Fusion& part) const {
  std::set<Id> rim;
  for (std::size_t i = 0; i < part.talks.size(); ++i) {
    const HeardTalk& talk = heard_.talks[i];
    const bool client = around_.is_core(heard_.endpoints[talk.client]);
    const bool server = around_.is_core(heard_.endpoints[talk.server]);
    const StoredTalk* stored = around_.stored(talk.id);
    if (client == server || stored == nullptr) continue;
    rim.insert(client ? stored->server : stored->client);
  }
  for (const auto& [fact, owner] : around_.equipment())
    if (!around_.old_devices().contains(owner)) rim.insert(owner);
  rim.erase(0);
  return {rim.begin(), rim.end()};
}

// What was fused of a part, beside the devices of the rest that it has to do with.
void SiteUpdate::join_with_rest(Fusion part) {
  struct Place {
    std::string id;
    std::size_t from;  // in the part
    Id key;            // of the rest; 0: of the part
  };
  std::vector<Place> places;
  for (std::size_t i = 0; i < part.devices.size(); ++i)
    if (around_.is_core(part.devices[i])) places.push_back({part.devices[i].id, i, 0});
  for (const Id key : rim_of(part)) places.push_back({old(key).id, 0, key});
  std::ranges::sort(places, {}, &Place::id);
  fusion_ = {};
  rim_keys_.clear();
  std::vector<std::size_t> core(part.devices.size(), SIZE_MAX);
  std::map<Id, std::size_t> rim;
  for (Place& place : places) {
    if (place.key == 0) {
      core[place.from] = fusion_.devices.size();
      fusion_.devices.push_back(std::move(part.devices[place.from]));
    } else {
      rim.emplace(place.key, fusion_.devices.size());
      FusedDevice& device = fusion_.devices.emplace_back();
      device.id = place.id;
      device.external = old(place.key).role == "external";
    }
    rim_keys_.push_back(place.key);
  }
  add_talks(part, core, rim);
  leave_equipment(rim);
}

// Who is not in is who it was; so is what a talk with its service came to.
void SiteUpdate::add_talks(const Fusion& part, const std::vector<std::size_t>& core,
                           const std::map<Id, std::size_t>& rim) {
  our_talks_.assign(heard_.talks.size(), false);
  for (std::size_t i = 0; i < heard_.talks.size(); ++i) {
    const HeardTalk& talk = heard_.talks[i];
    FusedTalk& fused = fusion_.talks.emplace_back(part.talks[i]);
    const bool client = around_.is_core(heard_.endpoints[talk.client]);
    const bool server = around_.is_core(heard_.endpoints[talk.server]);
    const StoredTalk* stored = around_.stored(talk.id);
    const auto end = [&](bool in, const std::optional<std::uint32_t>& found, Id key) {
      std::size_t place = SIZE_MAX;
      if (in && found) place = core[*found];
      if (!in && stored != nullptr && key != 0) place = rim.at(key);
      return place == SIZE_MAX ? std::nullopt : std::optional(static_cast<std::uint32_t>(place));
    };
    our_talks_[i] = client || server || around_.is_touched(heard_.endpoints[talk.server].id);
    if (!our_talks_[i]) {
      fused.client = fused.server = std::nullopt;
      continue;
    }
    fused.client = end(client, part.talks[i].client, stored == nullptr ? 0 : stored->client);
    fused.server = end(server, part.talks[i].server, stored == nullptr ? 0 : stored->server);
    if (server || stored == nullptr || around_.is_touched(heard_.endpoints[talk.server].id))
      continue;
    fused.copy = stored->copy;
    fused.state = stored->state;
    fused.security = stored->security;
    fused.application = stored->application;
  }
}

void SiteUpdate::leave_equipment(const std::map<Id, std::size_t>& rim) {
  for (std::size_t i = 0; i < heard_.facts.size(); ++i) {
    const auto owner = around_.equipment().find(heard_.facts[i].id);
    if (owner == around_.equipment().end()) continue;
    if (const auto place = rim.find(owner->second); place != rim.end())
      fusion_.devices[place->second].facts.push_back(i);
  }
}

const SiteUpdate::Old& SiteUpdate::old(Id key) {
  const auto [at, fresh] = old_.try_emplace(key);
  if (!fresh) return at->second;
  Old& old = at->second;
  SQLite::Statement row(sql_,
                        "SELECT d.id, d.takes_reports, coalesce((SELECT value FROM device_value v "
                        "WHERE v.device = d.key AND v.attribute IN ('class', 'class.heard') AND "
                        "v.source = 'wire'), '') FROM device d WHERE d.key = ?");
  row.bind(1, key);
  if (row.executeStep()) {
    old.id = row.getColumn(0).getString();
    old.takes_reports = row.getColumn(1).getInt() != 0;
    old.role = row.getColumn(2).getString();
  }
  SQLite::Statement aliases(sql_, "SELECT alias FROM device_alias WHERE device = ?");
  aliases.bind(1, key);
  while (aliases.executeStep()) old.aliases.insert(aliases.getColumn(0).getString());
  SQLite::Statement ips(sql_,
                        "SELECT value FROM device_value WHERE device = ? AND attribute = 'ip'");
  ips.bind(1, key);
  while (ips.executeStep()) old.ips.insert(ips.getColumn(0).getString());
  return old;
}

// Whether equipment that others speak of can be left with whom it was: those
// devices are the same things as before that speak of it, that it is, or that
// it could be.
bool SiteUpdate::equipment_stays() {
  std::map<std::string, Id> by_id;
  for (const Id key : around_.old_devices()) by_id.emplace(old(key).id, key);
  std::set<Id> gone = around_.old_devices();
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < fusion_.devices.size(); ++i) {
    if (!is_core(i)) continue;
    std::set<std::string> aliases;
    for (const auto& [alias, anchor] : fusion_.devices[i].aliases) aliases.insert(alias);
    const auto same = by_id.find(fusion_.devices[i].id);
    if (same != by_id.end() && old(same->second).aliases == aliases) {
      gone.erase(same->second);
    } else {
      changed.push_back(i);
    }
  }
  return !concerns_equipment(changed, gone) && speakers_stay() && witnesses_stay();
}

// Whether what tells systems from devices, and serial numbers that equipment
// has too, are said by whom they were.
bool SiteUpdate::witnesses_stay() {
  std::vector<std::size_t> owners(heard_.facts.size(), SIZE_MAX);
  for (std::size_t i = 0; i < fusion_.devices.size(); ++i)
    for (const std::size_t fact : fusion_.devices[i].facts) owners[fact] = i;
  for (std::size_t i = 0; i < heard_.facts.size(); ++i) {
    const HeardFact& fact = heard_.facts[i];
    const HeardEndpoint& at = heard_.endpoints[fact.endpoint];
    const bool serial = fact.claim == "device.serial";
    if (!fact.equipment.empty() || !around_.is_core(at) || (!serial && !tells_systems(fact)))
      continue;
    const Id before = around_.owner_before(fact.id, at.id);
    const std::string was = before == 0 ? std::string() : old(before).id;
    const std::string is = owners[i] == SIZE_MAX ? std::string() : fusion_.devices[owners[i]].id;
    if (was == is) continue;
    if (serial ? around_.is_equipment_key(lowered(fact.value)) : !around_.equipment().empty())
      return false;
  }
  return true;
}

// Whether each address that speaks of equipment is one device's, and was.
bool SiteUpdate::speakers_stay() {
  std::set<Ip> speaking;
  for (const HeardFact& fact : heard_.facts)
    if (!fact.equipment.empty() && around_.is_core(heard_.endpoints[fact.endpoint]))
      speaking.insert(heard_.endpoints[fact.endpoint].ip);
  return std::ranges::all_of(speaking, [&](const Ip& ip) {
    std::set<std::string> before;
    std::set<std::string> now;
    for (const Id key : around_.old_devices())
      if (old(key).ips.contains(to_text(ip))) before.insert(old(key).id);
    for (std::size_t i = 0; i < fusion_.devices.size(); ++i)
      if (is_core(i) && fusion_.devices[i].ips.contains(ip)) now.insert(fusion_.devices[i].id);
    return before == now && now.size() <= 1;
  });
}

bool SiteUpdate::concerns_equipment(const std::vector<std::size_t>& changed,
                                    const std::set<Id>& gone) {
  std::set<std::uint32_t> endpoints;  // of facts that name equipment
  for (const HeardFact& fact : heard_.facts)
    if (!fact.equipment.empty()) endpoints.insert(fact.endpoint);
  for (const auto& [fact, owner] : around_.equipment())
    if (gone.contains(owner)) return true;
  return std::ranges::any_of(changed, [&](std::size_t i) {
    const FusedDevice& device = fusion_.devices[i];
    const bool speaks = std::ranges::any_of(endpoints, [&](std::uint32_t endpoint) {
      const HeardEndpoint& at = heard_.endpoints[endpoint];
      return device.macs.contains(at.mac) || device.ips.contains(at.ip);
    });
    const bool is_it =
        std::ranges::any_of(
            device.macs, [&](const Mac& mac) { return around_.is_equipment_key(to_text(mac)); }) ||
        std::ranges::any_of(device.facts, [&](std::size_t fact) {
          return heard_.facts[fact].claim == "device.serial" &&
                 around_.is_equipment_key(lowered(heard_.facts[fact].value));
        });
    return speaks || is_it;
  });
}

void SiteUpdate::identify_all() {
  context_ = make_setting_context(heard_, fusion_, knowledge_);
  identities_.assign(fusion_.devices.size(), {});
  for (std::size_t i = 0; i < fusion_.devices.size(); ++i) {
    if (is_core(i)) {
      identities_[i] = identify_device(heard_, fusion_.devices[i], knowledge_, context_.devices[i]);
    } else {
      context_.devices[i].role = old(rim_keys_[i]).role;
      context_.devices[i].takes_reports = old(rim_keys_[i]).takes_reports;
    }
  }
}

// What others' settings tell of it.
bool SiteUpdate::looks_the_same(std::size_t device, const Old& old) const {
  return fusion_.devices[device].id == old.id && context_.devices[device].role == old.role &&
         context_.devices[device].takes_reports == old.takes_reports;
}

// Takes in those at the other end of talks in which something looks otherwise
// than before. True if there were any.
bool SiteUpdate::add_affected() {
  const std::size_t before = around_.old_devices().size();
  for (std::size_t i = 0; i < heard_.talks.size(); ++i) {
    const FusedTalk& talk = fusion_.talks[i];
    const StoredTalk* stored = around_.stored(heard_.talks[i].id);
    if (!our_talks_[i] || stored == nullptr) continue;
    const bool client_in = around_.is_core(heard_.endpoints[heard_.talks[i].client]);
    const bool server_in = around_.is_core(heard_.endpoints[heard_.talks[i].server]);
    if (client_in && server_in) continue;
    const auto& ours = client_in ? talk.client : talk.server;
    const Id was = client_in ? stored->client : stored->server;
    const bool same_end = ours ? was != 0 && looks_the_same(*ours, old(was)) : was == 0;
    const bool same_talk = talk.copy == stored->copy && talk.state == stored->state &&
                           talk.security == stored->security &&
                           talk.application == stored->application;
    if (!same_end || !same_talk) around_.add_device(client_in ? stored->server : stored->client);
  }
  return around_.old_devices().size() > before;
}

// A device keeps its key as long as it keeps its id.
void SiteUpdate::assign_keys() {
  std::map<std::string, Id> known;
  for (const Id key : around_.old_devices()) known.emplace(old(key).id, key);
  Id last = sql_.execAndGet("SELECT coalesce(max(key), 0) FROM device").getInt64();
  keys_.clear();
  for (std::size_t i = 0; i < fusion_.devices.size(); ++i) {
    const auto same = known.find(fusion_.devices[i].id);
    keys_.push_back(!is_core(i) ? rim_keys_[i] : same != known.end() ? same->second : ++last);
    if (!is_core(i)) continue;
    ids_.insert(fusion_.devices[i].id);
    written_.push_back(keys_.back());
  }
  for (const auto& [id, key] : known) ids_.insert(id);
}

void SiteUpdate::clear_old() {
  for (const char* const table : {"device_value", "device_alias", "device_endpoint", "setting"}) {
    SQLite::Statement remove(sql_, std::string("DELETE FROM ") + table + " WHERE device = ?");
    for (const Id key : around_.old_devices()) run(remove, key);
  }
  SQLite::Statement device(sql_, "DELETE FROM device WHERE key = ?");
  for (const Id key : around_.old_devices()) run(device, key);
  SQLite::Statement owner(sql_, "DELETE FROM endpoint_owner WHERE endpoint = ?");
  for (const HeardEndpoint& endpoint : heard_.endpoints)
    if (around_.is_core(endpoint)) run(owner, endpoint.id);
  SQLite::Statement fact(sql_, "DELETE FROM device_fact WHERE fact = ?");
  for (const HeardFact& one : heard_.facts)
    if (around_.is_core(heard_.endpoints[one.endpoint])) run(fact, one.id);
  SQLite::Statement conversation(sql_, "DELETE FROM conversation WHERE talk = ?");
  for (std::size_t i = 0; i < heard_.talks.size(); ++i)
    if (our_talks_[i]) run(conversation, heard_.talks[i].id);
}

void SiteUpdate::write() {
  assign_keys();
  clear_old();
  DeviceRows rows(sql_, knowledge_);
  SettingsWriter settings(sql_);
  for (std::size_t i = 0; i < fusion_.devices.size(); ++i) {
    if (!is_core(i)) continue;
    rows.write(heard_, keys_[i], fusion_.devices[i], identities_[i],
               context_.devices[i].takes_reports);
    settings.write(keys_[i], settings_of(i, heard_, fusion_, context_, knowledge_));
  }
  for (std::size_t i = 0; i < heard_.talks.size(); ++i)
    if (our_talks_[i]) rows.write_talk(heard_.talks[i], fusion_.talks[i], keys_);
  std::vector<bool> core;
  core.reserve(heard_.endpoints.size());
  for (const HeardEndpoint& endpoint : heard_.endpoints) core.push_back(around_.is_core(endpoint));
  rows.write_owners(heard_, fusion_, keys_, &core);
  rows.flush();
  settings.flush();
}

}  // namespace asepsis
