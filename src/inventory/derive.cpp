#include "inventory/derive.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "inventory/binding.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/identify.hpp"

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

// The value of a claim that was said most often; ties by text.
std::string most_said(const Heard& heard, const FusedDevice& device, std::string_view claim) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::size_t index : device.facts)
    if (heard.facts[index].claim == claim)
      counts[heard.facts[index].value] += heard.facts[index].count;
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() ? std::string() : most->first;
}

class Writer {
 public:
  explicit Writer(SQLite::Database& sql)
      : device_(
            sql,
            "INSERT INTO device (id, site, reason, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)"),
        alias_(sql, "INSERT OR IGNORE INTO device_alias (alias, device, anchor) VALUES (?, ?, ?)"),
        endpoint_(sql,
                  "INSERT INTO device_endpoint (device, endpoint, why, first_seen, last_seen) "
                  "VALUES (?, ?, ?, ?, ?)"),
        value_(sql,
               "INSERT OR IGNORE INTO device_value (device, attribute, value, confidence, "
               "runner_up, runner_up_confidence) VALUES (?, ?, ?, ?, ?, ?)"),
        fact_(sql, "INSERT OR IGNORE INTO device_fact (device, fact) VALUES (?, ?)"),
        evidence_(sql,
                  "INSERT INTO device_evidence (device, attribute, fact, rule, weight) "
                  "VALUES (?, ?, ?, ?, ?)"),
        conversation_(
            sql,
            "INSERT INTO conversation (talk, client, server, copy, state, security, application) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)") {}

  void write(const Heard& heard, const FusedDevice& device, const Identity& identity) {
    run(device_, device.id, heard.site, device.reason, device.first, device.last);
    for (const auto& [alias, anchor] : device.aliases) run(alias_, alias, device.id, anchor);
    for (const FusedDevice::At& at : device.at)
      run(endpoint_, device.id, heard.endpoints[at.endpoint].id, at.why, at.first, at.last);
    for (const std::size_t index : device.facts) run(fact_, device.id, heard.facts[index].id);
    write_addresses(device);
    write_names(heard, device);
    write_opinion(device.id, "class", identity.device_class);
    write_opinion(device.id, "manufacturer", identity.manufacturer);
    write_opinion(device.id, "model", identity.model);
    write_opinion(device.id, "firmware", identity.firmware);
    write_opinion(device.id, "serial", identity.serial);
    write_opinion(device.id, "udi_di", identity.udi_di);
    write_opinion(device.id, "hardware", identity.hardware);
    write_opinion(device.id, "os", identity.os);
  }

  void write_talk(Id id, const FusedTalk& talk, const std::vector<FusedDevice>& devices) {
    conversation_.bind(1, id);
    bind_or_null(2, talk.client ? &devices[*talk.client].id : nullptr);
    bind_or_null(3, talk.server ? &devices[*talk.server].id : nullptr);
    conversation_.bind(4, talk.copy ? 1 : 0);
    conversation_.bindNoCopy(5, talk.state);
    conversation_.bindNoCopy(6, talk.security);
    conversation_.bindNoCopy(7, talk.application);
    conversation_.exec();
    conversation_.reset();
  }

 private:
  template <class... Values>
  static void run(SQLite::Statement& statement, const Values&... values) {
    int at = 0;
    (bind(statement, ++at, values), ...);
    statement.exec();
    statement.reset();
  }

  // The text must live until the statement is reset: run() sees to that.
  static void bind(SQLite::Statement& statement, int at, const std::string& text) {
    statement.bindNoCopy(at, text);
  }
  template <class Number>
  static void bind(SQLite::Statement& statement, int at, Number value) {
    statement.bind(at, value);
  }

  void bind_or_null(int at, const std::string* text) {
    if (text != nullptr) {
      conversation_.bind(at, *text);
    } else {
      conversation_.bind(at);
    }
  }

  void write_value(const std::string& device, const std::string& attribute,
                   const std::string& value) {
    if (!value.empty()) run(value_, device, attribute, value, 1.0, std::string(), 0.0);
  }

  void write_addresses(const FusedDevice& device) {
    for (const Mac& mac : device.macs) write_value(device.id, "mac", to_text(mac));
    for (const Ip& ip : device.ips) write_value(device.id, "ip", to_text(ip));
    for (const std::uint16_t vlan : device.vlans)
      write_value(device.id, "vlan", std::to_string(vlan));
  }

  void write_names(const Heard& heard, const FusedDevice& device) {
    std::set<std::string> names;
    for (const std::size_t index : device.facts) {
      const HeardFact& fact = heard.facts[index];
      if (fact.claim == "name.host" || fact.claim == "name.dns") names.insert(fact.value);
    }
    for (const std::string& name : names) write_value(device.id, "name", name);
    write_value(device.id, "care_area", most_said(heard, device, "device.care_area"));
  }

  void write_opinion(const std::string& device, const std::string& attribute,
                     const Opinion& opinion) {
    if (opinion.value.empty() && opinion.runner_up.empty()) return;
    run(value_, device, attribute, opinion.value, opinion.confidence, opinion.runner_up,
        opinion.runner_up_confidence);
    for (const Opinion::Support& support : opinion.support) {
      evidence_.bind(1, device);
      evidence_.bind(2, attribute);
      if (support.fact_id != 0)
        evidence_.bind(3, support.fact_id);
      else
        evidence_.bind(3);
      evidence_.bind(4, support.rule);
      evidence_.bind(5, support.weight);
      evidence_.exec();
      evidence_.reset();
    }
  }

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

void derive_site(SQLite::Database& sql, const Heard& heard, const Knowledge& knowledge) {
  const Fusion fusion = fuse(heard, bind_addresses(heard));
  Writer writer(sql);
  for (const FusedDevice& device : fusion.devices) {
    const std::vector<Mac> macs(device.macs.begin(), device.macs.end());
    Identity identity = identify(evidence_for(heard, device), macs, knowledge);
    judge_by_place(device, identity);
    writer.write(heard, device, identity);
  }
  for (std::size_t i = 0; i < heard.talks.size(); ++i)
    writer.write_talk(heard.talks[i].id, fusion.talks[i], fusion.devices);
}

}  // namespace

Result<void> derive_inventory(Database& database, const Knowledge& knowledge) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Database& sql = database.sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    for (const char* table : {"conversation", "device_evidence", "device_fact", "device_value",
                              "device_endpoint", "device_alias", "device"})
      sql.exec(std::string("DELETE FROM ") + table);
    for (const Heard& heard : load_heard(sql)) derive_site(sql, heard, knowledge);
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
