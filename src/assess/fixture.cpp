#include "assess/fixture.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "assess/checking.hpp"
#include "assess/fixture_settings.hpp"
#include "assess/query_fault.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBegin = std::int64_t{1'767'225'600} * kSecond;  // 2026-01-01
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr int kTcp = 6, kUdp = 17;
constexpr std::int64_t kNobody = 0;  // a group of the network, which is no device

// Devices that need no row: whom the check is about, a workstation that talks
// to it from another network, and a host of the internet.
Fixture::Device usual_device(const std::string& name, const Check& check) {
  if (name == "outside") return {.name = name, .device_class = "external", .ip = "198.51.100.9"};
  if (name == "it")
    return {.name = name,
            .device_class = check.classes.empty() ? "infusion-pump" : check.classes.front(),
            .ip = "10.0.1.10"};
  return {.name = name, .device_class = "workstation", .ip = "10.0.2.20"};
}

class Scratch {
 public:
  // May throw SQLite::Exception.
  Scratch(SQLite::Database& sql, const Check& check) : sql_(sql), check_(check) {
    sql_.exec("INSERT INTO site VALUES (1, 'fixture')");
    sql_.exec("INSERT INTO source VALUES (1, 1, 'fixture', '', 'fixture', 1, 1, 0, 0, 1, '')");
    sql_.exec("INSERT INTO endpoint VALUES (0, 1, 0, '', '239.255.255.250')");
  }

  void fill(const Fixture& fixture) {
    for (const Fixture::Device& device : fixture.devices) add(device);
    for (const Fixture::Fact& fact : fixture.facts) add(fact, key_of(fact.device));
    for (const Fixture::Talk& talk : fixture.talks)
      add(talk, key_of(talk.client), key_of(talk.server));
    for (const Fixture::Said& said : fixture.said) {
      key_of(said.device);
      add(said);
    }
  }

 private:
  template <class... Values>
  void run(const char* statement, const Values&... values) {
    SQLite::Statement sql(sql_, statement);
    asepsis::run(sql, values...);
  }

  // REQUIRES: a row describes it or it is one of the usual ones, as read_pack() sees to.
  std::int64_t key_of(const std::string& name) {
    if (name == "nobody") return kNobody;
    const auto known = keys_.find(name);
    return known != keys_.end() ? known->second : add(usual_device(name, check_));
  }

  // A device and its endpoint have the same key.
  std::int64_t add(Fixture::Device device) {
    const Fixture::Device usual = usual_device(device.name, check_);
    if (device.device_class.empty()) device.device_class = usual.device_class;
    const auto key = static_cast<std::int64_t>(keys_.size()) + 1;
    keys_.emplace(device.name, key);
    constexpr std::int64_t kFreeAddresses = 100;  // beyond those of the usual ones
    if (device.ip.empty())
      device.ip = device.name == usual.name && (device.name == "it" || device.name == "other")
                      ? usual.ip
                      : "10.0.1." + std::to_string(kFreeAddresses + key);
    run("INSERT INTO device VALUES (?, ?, 1, '', ?, ?, 0)", key, device.name, kBegin, kBegin);
    run("INSERT INTO device_alias VALUES (?, ?, 'fixture')", device.name, key);
    run("INSERT INTO endpoint VALUES (?, 1, ?, '', ?)", key, device.vlan, device.ip);
    run("INSERT INTO device_endpoint VALUES (?, ?, 'fixture', ?, ?)", key, key, kBegin, kBegin);
    run("INSERT INTO endpoint_owner VALUES (?, ?)", key, key);
    const std::pair<const char*, std::string> values[] = {{"class", device.device_class},
                                                          {"manufacturer", device.manufacturer},
                                                          {"model", device.model},
                                                          {"firmware", device.firmware},
                                                          {"os", device.os},
                                                          {"ip", device.ip},
                                                          {"care_area", device.care_area}};
    for (const auto& [attribute, value] : values)
      if (!value.empty())
        run("INSERT INTO device_value VALUES (?, ?, ?, 1.0, '', 0.0, '[]', 'wire')", key, attribute,
            value);
    return key;
  }

  void add(const Fixture::Fact& fact, std::int64_t device) {
    const std::int64_t time = kBegin + fact.hour * kHour;
    run("INSERT INTO fact (source, endpoint, claim, value, port, refused, protocol, equipment, "
        "first_seen, last_seen, count, packet) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        device, fact.claim, fact.value, fact.port, fact.state == "refused" ? 1 : 0, fact.protocol,
        fact.equipment, time, time, fact.count);
  }

  void add(const Fixture::Talk& talk, std::int64_t client, std::int64_t server) {
    const std::int64_t time = kBegin + talk.hour * kHour;
    run("INSERT INTO talk (source, client, server, protocol, port, state, security, application, "
        "client_bytes, server_bytes, client_packets, server_packets, client_hops, server_hops, "
        "client_ports, shape, mark, client_least, client_most, server_least, server_most, "
        "interval, regular, first_seen, last_seen, count, packet) VALUES (1, ?, ?, ?, ?, ?, ?, ?, "
        "100, 100, 2, 2, 0, 0, '40000', '', '', 0, 0, 0, 0, 0, 0, ?, ?, 1, 1)",
        client, server, talk.transport == "tcp" ? kTcp : kUdp, talk.port, talk.state, talk.security,
        talk.application, time, time);
    run("INSERT INTO conversation VALUES (last_insert_rowid(), nullif(?, 0), nullif(?, 0), 0, ?, "
        "?, nullif(?, ''))",
        client, server, talk.state, talk.security, talk.application);
  }

  // Each is the only row of an export of its own.
  void add(const Fixture::Said& said) {
    const std::int64_t number = ++said_;
    run("INSERT INTO document VALUES (?, 1, 'export', ?, ?, 'json', 'utf-8')", number,
        "fixture " + std::to_string(number), "device " + said.device);
    run("INSERT INTO document_version VALUES (?, ?, '', '', 'fixture.json', ?)", number, number,
        kBegin);
    run("INSERT INTO document_row VALUES (?, ?, '', 1, 1)", number, number);
    run("INSERT INTO document_fact VALUES (?, ?, ?, 1, ?, ?, 0, ?, ?, 1, ?, ?)", number, number,
        number, said.setting, said.value, said.level, said.about, kBegin, kBegin);
  }

  SQLite::Database& sql_;
  const Check& check_;
  std::int64_t said_ = 0;
  std::map<std::string, std::int64_t> keys_;
};

std::string list(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "'" : ", '") + name + "'";
  return out.empty() ? "nothing" : out;
}

Result<FixtureOutcome> try_fixture(const PackSet& packs, const Check& check,
                                   const Fixture& fixture) {
  auto database = scratch_inventory(fixture, check, packs.knowledge());
  if (!database) return std::unexpected(database.error());
  const auto found = run_check(*database, packs, check);
  if (!found) return std::unexpected(found.error());
  const std::set<std::string> wanted(fixture.found.begin(), fixture.found.end());
  std::set<std::string> devices;
  for (const Found& one : *found) {
    if (one.detail == check.title)
      return fail(place_of_query(check) + ": query gives no detail for '" + one.device + "'");
    devices.insert(one.device);
  }
  if (devices == wanted) return FixtureOutcome{fixture.where, {}};
  return FixtureOutcome{fixture.where, check.id + " found " + list(devices) + ", and must find " +
                                           list(wanted) +
                                           (fixture.about.empty() ? "" : ": " + fixture.about)};
}

}  // namespace

Result<Database> scratch_inventory(const Fixture& fixture, const Check& check,
                                   const Knowledge& knowledge) {
  auto database = Database::open(":memory:", Database::Mode::write);
  if (!database) return database;
  return guarded(database->path(), [&]() -> Result<Database> {
    Scratch(database->sql(), check).fill(fixture);
    add_fixture_settings(*database, knowledge);
    return std::move(*database);
  });
}

Result<std::vector<FixtureOutcome>> try_fixtures(const PackSet& packs, const Check& check) {
  std::vector<FixtureOutcome> outcomes;
  for (const auto* fixtures : {&check.fail, &check.pass})
    for (const Fixture& fixture : *fixtures) {
      auto outcome = try_fixture(packs, check, fixture);
      if (!outcome) return std::unexpected(outcome.error());
      outcomes.push_back(std::move(*outcome));
    }
  return outcomes;
}

}  // namespace asepsis
