#include "inventory/device_rows.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/json_text.hpp"
#include "inventory/care_area.hpp"
#include "inventory/evidence.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

constexpr std::size_t kNobody = SIZE_MAX;

// For each fact the device that it is of. REQUIRES: fusion's.
std::vector<std::size_t> devices_of_facts(const Heard& heard, const Fusion& fusion) {
  std::vector<std::size_t> owners(heard.facts.size(), kNobody);
  for (std::size_t device = 0; device < fusion.devices.size(); ++device)
    for (const std::size_t fact : fusion.devices[device].facts) owners[fact] = device;
  return owners;
}

// Of each endpoint; the facts are sorted by endpoint. Of as frequent ones
// nobody, or who has the lowest id.
std::vector<std::size_t> most_frequent_owners(const Heard& heard,
                                              const std::vector<std::size_t>& of_fact) {
  std::vector<std::size_t> owners(heard.endpoints.size(), kNobody);
  for (std::size_t begin = 0, end = 0; begin < of_fact.size(); begin = end) {
    const std::size_t endpoint = heard.facts[begin].endpoint;
    std::map<std::size_t, std::size_t> counts;  // by owner, plus one: nobody is the first
    for (; end < of_fact.size() && heard.facts[end].endpoint == endpoint; ++end)
      ++counts[of_fact[end] + 1];
    owners[endpoint] =
        std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first - 1;
  }
  return owners;
}

std::string evidence_json(const Opinion& opinion) {
  std::string json = "[";
  for (const Opinion::Support& support : opinion.support) {
    json += json.size() == 1 ? "[" : ",[";
    json += support.fact_id != 0 ? std::to_string(support.fact_id) : "null";
    json += ',' + json_string(support.rule) + ',' + json_number(support.weight) + ']';
  }
  return json + ']';
}

// What follows from where a device stands rather than from what it says.
void judge_by_place(const FusedDevice& device, Identity& identity) {
  Opinion& device_class = identity.device_class;
  if (device.external) {
    device_class = {};
    device_class.value = "external";
    device_class.confidence = 1.0;
  } else if (device.forwarder && device_class.value.empty()) {
    device_class.value = "router";
    device_class.confidence = 0.6;
  }
}

// What settings need of who a device is.
void note(const Identity& identity, SettingContext::Device& device) {
  device.role = identity.device_class.value;
  const Opinion* const opinions[] = {&identity.firmware, &identity.hardware, &identity.os,
                                     &identity.serial};
  for (std::size_t i = 0; i < kSettingAttributes.size(); ++i) {
    if (opinions[i]->value.empty()) continue;
    auto& believed = device.attributes[std::string(kSettingAttributes[i])];
    believed.value = opinions[i]->value;
    for (const Opinion::Support& support : opinions[i]->support)
      believed.facts.push_back(support.fact_id);
    std::ranges::sort(believed.facts);
  }
}

}  // namespace

Identity identify_device(const Heard& heard, const FusedDevice& device, const Knowledge& knowledge,
                         SettingContext::Device& context) {
  const std::vector<Mac> macs(device.macs.begin(), device.macs.end());
  const DeviceEvidence evidence(heard, device);
  Identity identity = identify(evidence.all(), macs, knowledge);
  evidence.name_repeats(identity);
  judge_by_place(device, identity);
  note(identity, context);
  return identity;
}

DeviceRows::DeviceRows(SQLite::Database& sql, const Knowledge& knowledge)
    : knowledge_(knowledge),
      device_(sql,
              "INSERT INTO device (key, id, site, reason, first_seen, last_seen, takes_reports)",
              7),
      alias_(sql, "INSERT OR IGNORE INTO device_alias (alias, device, anchor)", 3),
      endpoint_(sql, "INSERT INTO device_endpoint (device, endpoint, why, first_seen, last_seen)",
                5),
      value_(sql,
             "INSERT OR IGNORE INTO device_value (device, attribute, value, confidence, "
             "runner_up, runner_up_confidence, evidence)",
             7),
      owner_(sql, "INSERT INTO endpoint_owner (endpoint, device)", 2),
      fact_(sql, "INSERT INTO device_fact (fact, device)", 2),
      conversation_(
          sql,
          "INSERT INTO conversation (talk, client, server, copy, state, security, application)",
          7) {}

void DeviceRows::write(const Heard& heard, Id key, const FusedDevice& device,
                       const Identity& identity, bool takes_reports) {
  device_.add(key, device.id, heard.site, device.reason, device.first, device.last, takes_reports);
  for (const auto& [alias, anchor] : device.aliases) alias_.add(alias, key, anchor);
  for (const FusedDevice::At& at : device.at)
    endpoint_.add(key, heard.endpoints[at.endpoint].id, at.why, at.first, at.last);
  write_addresses(key, device);
  write_names(key, heard, device);
  write_opinion(key, "class", identity.device_class);
  write_opinion(key, "manufacturer", identity.manufacturer);
  write_value(key, "maker", maker_of(identity.manufacturer.value));
  write_opinion(key, "model", identity.model);
  write_opinion(key, "firmware", identity.firmware);
  write_opinion(key, "serial", identity.serial);
  write_opinion(key, "udi_di", identity.udi_di);
  write_opinion(key, "hardware", identity.hardware);
  write_opinion(key, "os", identity.os);
}

void DeviceRows::write_talk(const HeardTalk& heard, const FusedTalk& talk, const Keys& keys) {
  const auto key = [&](const std::optional<std::uint32_t>& device) {
    return device ? std::optional(keys[*device]) : std::nullopt;
  };
  conversation_.add(heard.id, key(talk.client), key(talk.server), talk.copy, talk.state,
                    talk.security, TextOrNull{talk.application});
}

// Nearly all facts about an endpoint are its one device's: only the others are written.
void DeviceRows::write_owners(const Heard& heard, const Fusion& fusion, const Keys& keys,
                              const std::vector<bool>* only) {
  const auto asked = [&](std::size_t endpoint) { return only == nullptr || (*only)[endpoint]; };
  const std::vector<std::size_t> of_fact = devices_of_facts(heard, fusion);
  const std::vector<std::size_t> of_endpoint = most_frequent_owners(heard, of_fact);
  for (std::size_t i = 0; i < of_endpoint.size(); ++i)
    if (of_endpoint[i] != kNobody && asked(i))
      owner_.add(heard.endpoints[i].id, keys[of_endpoint[i]]);
  std::vector<std::pair<Id, std::size_t>> others;  // fact, device
  for (std::size_t i = 0; i < of_fact.size(); ++i)
    if (of_fact[i] != of_endpoint[heard.facts[i].endpoint] && asked(heard.facts[i].endpoint))
      others.emplace_back(heard.facts[i].id, of_fact[i]);
  std::ranges::sort(others);
  for (const auto& [fact, device] : others)
    fact_.add(fact, device == kNobody ? std::nullopt : std::optional(keys[device]));
}

void DeviceRows::flush() {
  for (Appender* const rows :
       {&device_, &alias_, &endpoint_, &value_, &owner_, &fact_, &conversation_})
    rows->flush();
}

void DeviceRows::write_value(Id device, std::string_view attribute, const std::string& value) {
  if (!value.empty()) value_.add(device, attribute, value, 1.0, "", 0.0, "[]");
}

void DeviceRows::write_addresses(Id key, const FusedDevice& device) {
  for (const Mac& mac : device.macs) write_value(key, "mac", to_text(mac));
  for (const Ip& ip : device.ips) write_value(key, "ip", to_text(ip));
  for (const std::uint16_t vlan : device.vlans) write_value(key, "vlan", std::to_string(vlan));
}

void DeviceRows::write_names(Id key, const Heard& heard, const FusedDevice& device) {
  std::set<std::string> names;
  for (const std::size_t index : device.facts) {
    const HeardFact& fact = heard.facts[index];
    if (fact.claim == "name.host" || fact.claim == "name.dns") names.emplace(fact.value);
  }
  for (const std::string& name : names) write_value(key, "name", name);
  const CareAreaSaid said = care_area_said(heard, device);
  if (!said.area.empty()) value_.add(key, "care_area", said.area, 1.0, "", 0.0, said.evidence);
}

void DeviceRows::write_opinion(Id device, std::string_view attribute, const Opinion& opinion) {
  if (opinion.value.empty() && opinion.runner_up.empty()) return;
  value_.add(device, attribute, opinion.value, opinion.confidence, opinion.runner_up,
             opinion.runner_up_confidence, evidence_json(opinion));
}

std::string DeviceRows::maker_of(const std::string& told) const {
  const Manufacturer* maker = knowledge_.find_manufacturer(told);
  return maker == nullptr ? told : maker->name;
}

}  // namespace asepsis
