#include "inventory/derive.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/binding.hpp"
#include "inventory/care_area.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/identify.hpp"
#include "inventory/settings.hpp"
#include "inventory/settings_store.hpp"
#include "inventory/talks.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

std::vector<Evidence> evidence_for(const Heard& heard, const FusedDevice& device) {
  std::vector<Evidence> evidence;
  for (const std::size_t index : device.facts) {
    const HeardFact& fact = heard.facts[index];
    if (fact.refused) continue;
    // A gateway sends under the names of the equipment behind it.
    if (device.relays && fact.claim == "hl7.application") continue;
    evidence.push_back({.fact_id = fact.id,
                        .claim = fact.claim,
                        .value = fact.value,
                        .protocol = fact.protocol,
                        .equipment = fact.equipment,
                        .port = fact.port,
                        .count = fact.count});
  }
  return evidence;
}

class Writer {
 public:
  Writer(SQLite::Database& sql, const Knowledge& knowledge)
      : knowledge_(knowledge),
        device_(sql,
                "INSERT INTO device (key, id, site, reason, first_seen, last_seen) "
                "VALUES (?, ?, ?, ?, ?, ?)"),
        alias_(sql, "INSERT OR IGNORE INTO device_alias (alias, device, anchor) VALUES (?, ?, ?)"),
        endpoint_(sql,
                  "INSERT INTO device_endpoint (device, endpoint, why, first_seen, last_seen) "
                  "VALUES (?, ?, ?, ?, ?)"),
        value_(sql,
               "INSERT OR IGNORE INTO device_value (device, attribute, value, confidence, "
               "runner_up, runner_up_confidence) VALUES (?, ?, ?, ?, ?, ?)"),
        fact_(sql, "INSERT INTO device_fact (fact, device) VALUES (?, ?)"),
        evidence_(sql,
                  "INSERT INTO device_evidence (device, attribute, fact, rule, weight) "
                  "VALUES (?, ?, ?, ?, ?)"),
        conversation_(
            sql,
            "INSERT INTO conversation (talk, client, server, copy, state, security, application) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)") {}

  void write(const Heard& heard, Id key, const FusedDevice& device, const Identity& identity) {
    run(device_, key, device.id, heard.site, device.reason, device.first, device.last);
    for (const auto& [alias, anchor] : device.aliases) run(alias_, alias, key, anchor);
    for (const FusedDevice::At& at : device.at)
      run(endpoint_, key, heard.endpoints[at.endpoint].id, at.why, at.first, at.last);
    for (const std::size_t index : device.facts) owners_.emplace_back(heard.facts[index].id, key);
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

  // `first_key`: of the first of the site's devices; the others follow on.
  void write_talks(const Heard& heard, const Fusion& fusion, Id first_key) {
    // In the order of their rows: they are then only ever added at the end.
    std::vector<std::size_t> order(heard.talks.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return heard.talks[i].id; });
    const auto key = [&](const std::optional<std::size_t>& device) {
      return device ? std::optional(first_key + static_cast<Id>(*device)) : std::nullopt;
    };
    for (const std::size_t i : order) {
      const FusedTalk& talk = fusion.talks[i];
      run(conversation_, heard.talks[i].id, key(talk.client), key(talk.server), talk.copy ? 1 : 0,
          talk.state, talk.security, talk.application);
    }
  }

  void write_owners() {
    std::ranges::sort(owners_);
    for (const auto& [fact, device] : owners_) run(fact_, fact, device);
  }

 private:
  void write_value(Id device, const std::string& attribute, const std::string& value) {
    if (!value.empty()) run(value_, device, attribute, value, 1.0, std::string(), 0.0);
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
  }

  void write_opinion(Id device, const std::string& attribute, const Opinion& opinion) {
    if (opinion.value.empty() && opinion.runner_up.empty()) return;
    run(value_, device, attribute, opinion.value, opinion.confidence, opinion.runner_up,
        opinion.runner_up_confidence);
    for (const Opinion::Support& support : opinion.support) {
      const auto fact = support.fact_id != 0 ? std::optional(support.fact_id) : std::nullopt;
      run(evidence_, device, attribute, fact, support.rule, support.weight);
    }
  }

  // The one name of a manufacturer of whom devices tell by several.
  std::string maker_of(const std::string& told) const {
    const Manufacturer* maker = knowledge_.find_manufacturer(told);
    return maker == nullptr ? told : maker->name;
  }

  const Knowledge& knowledge_;
  std::vector<std::pair<Id, Id>> owners_;  // fact, device
  SQLite::Statement device_, alias_, endpoint_, value_, fact_, evidence_, conversation_;
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
  }
}

// `next_key`: of the next device.
void derive_site(const Heard& heard, const Knowledge& knowledge, Writer& writer,
                 SettingsWriter& settings, Id& next_key) {
  Fusion fusion = fuse(heard, bind_addresses(heard));
  name_unknown(heard, knowledge, fusion.talks);
  SettingContext context = make_setting_context(heard, fusion, knowledge);
  const Id first_key = next_key;
  for (std::size_t i = 0; i < fusion.devices.size(); ++i) {
    const FusedDevice& device = fusion.devices[i];
    const std::vector<Mac> macs(device.macs.begin(), device.macs.end());
    Identity identity = identify(evidence_for(heard, device), macs, knowledge);
    judge_by_place(device, identity);
    note(identity, context.devices[i]);
    writer.write(heard, next_key++, device, identity);
  }
  for (std::size_t i = 0; i < fusion.devices.size(); ++i)
    settings.write(first_key + static_cast<Id>(i),
                   settings_of(i, heard, fusion, context, knowledge));
  writer.write_talks(heard, fusion, first_key);
}

}  // namespace

void empty_inventory(SQLite::Database& sql) {
  empty_settings(sql);
  for (const char* table : {"conversation", "device_evidence", "device_fact", "device_value",
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
    for (const Heard& heard : load_heard(sql))
      derive_site(heard, knowledge, writer, settings, next_key);
    writer.write_owners();
    place_by_own_word(sql);
    place_by_rules(sql);
    transaction.commit();
    return {};
  });
}

Result<bool> inventory_is_stale(Database& database) {
  return guarded(database.path(), [&]() -> Result<bool> {
    return database.sql()
               .execAndGet(
                   "SELECT EXISTS (SELECT 1 FROM talk) AND NOT EXISTS (SELECT 1 FROM conversation)")
               .getInt() != 0;
  });
}

}  // namespace asepsis
