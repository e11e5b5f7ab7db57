#include "inventory/derive.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ahead.hpp"
#include "base/json_text.hpp"
#include "inventory/binding.hpp"
#include "inventory/care_area.hpp"
#include "inventory/documents.hpp"
#include "inventory/evidence.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/identify.hpp"
#include "inventory/settings.hpp"
#include "inventory/settings_store.hpp"
#include "inventory/talks.hpp"
#include "store/appender.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

class Writer {
 public:
  Writer(SQLite::Database& sql, const Knowledge& knowledge)
      : knowledge_(knowledge),
        device_(sql, "INSERT INTO device (key, id, site, reason, first_seen, last_seen)", 6),
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

  void write(const Heard& heard, Id key, const FusedDevice& device, const Identity& identity) {
    device_.add(key, device.id, heard.site, device.reason, device.first, device.last);
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

  void write_talk(const Heard& heard, const Fusion& fusion, std::size_t i, Id first_key) {
    const FusedTalk& talk = fusion.talks[i];
    const auto key = [&](const std::optional<std::uint32_t>& device) {
      return device ? std::optional(first_key + static_cast<Id>(*device)) : std::nullopt;
    };
    conversation_.add(heard.talks[i].id, key(talk.client), key(talk.server), talk.copy, talk.state,
                      talk.security, TextOrNull{talk.application});
  }

  // Nearly all facts about an endpoint are its one device's: only the others are written.
  void write_owners(const Heard& heard, const Fusion& fusion, Id first_key) {
    const std::vector<Id> of_fact = devices_of_facts(heard, fusion, first_key);
    const std::vector<Id> of_endpoint = most_frequent_owners(heard, of_fact);
    for (std::size_t i = 0; i < of_endpoint.size(); ++i)
      if (of_endpoint[i] != kNobody) owner_.add(heard.endpoints[i].id, of_endpoint[i]);
    std::vector<std::pair<Id, Id>> others;  // fact, device
    for (std::size_t i = 0; i < of_fact.size(); ++i)
      if (of_fact[i] != of_endpoint[heard.facts[i].endpoint])
        others.emplace_back(heard.facts[i].id, of_fact[i]);
    std::ranges::sort(others);
    for (const auto& [fact, device] : others)
      fact_.add(fact, device == kNobody ? std::nullopt : std::optional(device));
  }

  void flush() {
    for (Appender* const rows :
         {&device_, &alias_, &endpoint_, &value_, &owner_, &fact_, &conversation_})
      rows->flush();
  }

 private:
  static constexpr Id kNobody = 0;

  static std::vector<Id> devices_of_facts(const Heard& heard, const Fusion& fusion, Id first_key) {
    std::vector<Id> owners(heard.facts.size(), kNobody);
    for (std::size_t device = 0; device < fusion.devices.size(); ++device)
      for (const std::size_t fact : fusion.devices[device].facts)
        owners[fact] = first_key + static_cast<Id>(device);
    return owners;
  }

  // Of each endpoint; the facts are sorted by endpoint.
  static std::vector<Id> most_frequent_owners(const Heard& heard, const std::vector<Id>& of_fact) {
    std::vector<Id> owners(heard.endpoints.size(), kNobody);
    for (std::size_t begin = 0, end = 0; begin < of_fact.size(); begin = end) {
      const std::size_t endpoint = heard.facts[begin].endpoint;
      std::map<Id, std::size_t> counts;
      for (; end < of_fact.size() && heard.facts[end].endpoint == endpoint; ++end)
        ++counts[of_fact[end]];
      owners[endpoint] =
          std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first;
    }
    return owners;
  }

  void write_value(Id device, std::string_view attribute, const std::string& value) {
    if (!value.empty()) value_.add(device, attribute, value, 1.0, "", 0.0, "[]");
  }

  void write_addresses(Id key, const FusedDevice& device) {
    for (const Mac& mac : device.macs) write_value(key, "mac", to_text(mac));
    for (const Ip& ip : device.ips) write_value(key, "ip", to_text(ip));
    for (const std::uint16_t vlan : device.vlans) write_value(key, "vlan", std::to_string(vlan));
  }

  void write_names(Id key, const Heard& heard, const FusedDevice& device) {
    std::set<std::string> names;
    for (const std::size_t index : device.facts) {
      const HeardFact& fact = heard.facts[index];
      if (fact.claim == "name.host" || fact.claim == "name.dns") names.emplace(fact.value);
    }
    for (const std::string& name : names) write_value(key, "name", name);
    const CareAreaSaid said = care_area_said(heard, device);
    if (!said.area.empty()) value_.add(key, "care_area", said.area, 1.0, "", 0.0, said.evidence);
  }

  void write_opinion(Id device, std::string_view attribute, const Opinion& opinion) {
    if (opinion.value.empty() && opinion.runner_up.empty()) return;
    value_.add(device, attribute, opinion.value, opinion.confidence, opinion.runner_up,
               opinion.runner_up_confidence, evidence_json(opinion));
  }

  static std::string evidence_json(const Opinion& opinion) {
    std::string json = "[";
    for (const Opinion::Support& support : opinion.support) {
      json += json.size() == 1 ? "[" : ",[";
      json += support.fact_id != 0 ? std::to_string(support.fact_id) : "null";
      json += ',' + json_string(support.rule) + ',' + json_number(support.weight) + ']';
    }
    return json + ']';
  }

  // The one name of a manufacturer of whom devices tell by several.
  std::string maker_of(const std::string& told) const {
    const Manufacturer* maker = knowledge_.find_manufacturer(told);
    return maker == nullptr ? told : maker->name;
  }

  const Knowledge& knowledge_;
  Appender device_, alias_, endpoint_, value_, owner_, fact_, conversation_;
};

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

// Derives one site: one thread weighs, the other writes, and writes talks where
// it would wait.
class SiteDeriving {
 public:
  // `first_key`: of the first of the site's devices; the others follow on.
  SiteDeriving(const Heard& heard, const Knowledge& knowledge, Id first_key)
      : heard_(heard),
        knowledge_(knowledge),
        first_key_(first_key),
        fusion_(fuse(heard, bind_addresses(heard))) {
    name_unknown(heard, knowledge, fusion_.talks);
    context_ = make_setting_context(heard, fusion_, knowledge);
    // In the order of their rows: they are then only ever added at the end.
    talks_.resize(heard.talks.size());
    for (std::size_t i = 0; i < talks_.size(); ++i) talks_[i] = i;
    std::ranges::sort(talks_, {}, [&](std::size_t i) { return heard.talks[i].id; });
  }

  void write(Writer& writer, SettingsWriter& settings) {
    const auto write_talks = [&] { return write_some_talks(writer); };
    Ahead<std::vector<Identity>> identities(blocks(), [this](std::size_t i) { return weigh(i); });
    for (std::size_t device = 0; identities.more();)
      for (const Identity& identity : identities.next(write_talks)) {
        writer.write(heard_, key(device), fusion_.devices[device], identity);
        ++device;
      }
    // Not before all are known: settings tell the classes of peers.
    Ahead<std::vector<Values>> values(blocks(), [this](std::size_t i) { return configure(i); });
    for (std::size_t device = 0; values.more();)
      for (const Values& of_device : values.next(write_talks))
        settings.write(key(device++), of_device);
    while (write_some_talks(writer)) {
    }
    writer.write_owners(heard_, fusion_, first_key_);
  }

  std::size_t devices() const { return fusion_.devices.size(); }

 private:
  using Values = std::vector<SettingValue>;
  static constexpr std::size_t kDevicesAtOnce = 128;
  static constexpr std::size_t kTalksAtOnce = 1024;

  Id key(std::size_t device) const { return first_key_ + static_cast<Id>(device); }
  std::size_t blocks() const { return (devices() + kDevicesAtOnce - 1) / kDevicesAtOnce; }
  std::size_t begin_of(std::size_t block) const {
    return std::min(block * kDevicesAtOnce, devices());
  }

  std::vector<Identity> weigh(std::size_t block) {
    std::vector<Identity> identities;
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i) {
      const FusedDevice& device = fusion_.devices[i];
      const std::vector<Mac> macs(device.macs.begin(), device.macs.end());
      const DeviceEvidence evidence(heard_, device);
      identities.push_back(identify(evidence.all(), macs, knowledge_));
      evidence.name_repeats(identities.back());
      judge_by_place(device, identities.back());
      note(identities.back(), context_.devices[i]);
    }
    return identities;
  }

  std::vector<Values> configure(std::size_t block) const {
    std::vector<Values> values;
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i)
      values.push_back(settings_of(i, heard_, fusion_, context_, knowledge_));
    return values;
  }

  // False if all are written.
  bool write_some_talks(Writer& writer) {
    const std::size_t end = std::min(talks_written_ + kTalksAtOnce, talks_.size());
    while (talks_written_ < end)
      writer.write_talk(heard_, fusion_, talks_[talks_written_++], first_key_);
    return talks_written_ < talks_.size();
  }

  const Heard& heard_;
  const Knowledge& knowledge_;
  Id first_key_;
  Fusion fusion_;
  SettingContext context_;
  std::vector<std::size_t> talks_;  // in the order in which they are written
  std::size_t talks_written_ = 0;
};

}  // namespace

void empty_inventory(SQLite::Database& sql) {
  remove_documents(sql);
  empty_settings(sql);
  for (const char* table : {"conversation", "device_fact", "endpoint_owner", "device_value",
                            "device_endpoint", "device_alias", "device"})
    sql.exec(std::string("DELETE FROM ") + table);
}

Result<void> derive_inventory(Database& database, const Knowledge& knowledge) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Database& sql = database.sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    empty_inventory(sql);
    Writer writer(sql, knowledge);
    SettingsWriter settings(sql, knowledge);
    Id next_key = 1;
    for (const Heard& heard : load_heard(database)) {
      SiteDeriving site(heard, knowledge, next_key);
      site.write(writer, settings);
      next_key += static_cast<Id>(site.devices());
    }
    writer.flush();
    settings.flush();
    add_documents(sql, knowledge);
    place_by_rules(sql);
    transaction.commit();
    return {};
  });
}

Result<bool> inventory_is_stale(Database& database) {
  return guarded(database.path(), [&]() -> Result<bool> {
    return database.sql()
               .execAndGet(
                   "SELECT (EXISTS (SELECT 1 FROM talk) AND NOT EXISTS (SELECT 1 FROM "
                   "conversation)) OR (EXISTS (SELECT 1 FROM document_row WHERE current = 1) AND "
                   "NOT EXISTS (SELECT 1 FROM row_device))")
               .getInt() != 0;
  });
}

}  // namespace asepsis
