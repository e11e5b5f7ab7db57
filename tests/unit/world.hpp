// A small network whose facts and conversations are written by hand, as a
// capture would have told of them, for tests of what follows from them.

#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "assess/drift.hpp"
#include "inventory/derive.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

inline const Knowledge& knowledge() {
  static const auto kKnowledge = Knowledge::built_in();
  return kKnowledge.value();
}

inline constexpr std::int64_t kSecond = 1'000'000'000;

struct FactSpec {
  int host;
  std::string claim, value;
  int port = 0;
  std::int64_t first = 10, last = 20;  // seconds
  bool refused = false;
};

struct TalkSpec {
  int client, server;
  int port;
  std::string application, security = "clear", state = "seen";
  std::int64_t first = 10, last = 20;
};

// Hosts 10.0.0.N with a MAC each, as a capture would have told of them.
class World {
 public:
  World() : database_(Database::open(path(), Database::Mode::write).value()) {
    sql().exec("INSERT INTO site VALUES (1, 'here')");
    sql().exec("INSERT INTO source VALUES (1, 1, 'x', '', 'ward.pcap', 9, 9, 0, 9, 1, '')");
  }
  ~World() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path().string() + end);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void fact(const FactSpec& fact) { add_fact(endpoint(fact.host), fact); }

  void talk(const TalkSpec& talk) { add_talk(endpoint(talk.client), talk); }

  // Something that the host sent from another VLAN or address; a MAC is "own" or none.
  void stay(int host, int vlan, const std::string& ip, std::int64_t first, std::int64_t last,
            bool own_mac = true) {
    add_talk(endpoint(host, vlan, ip, own_mac),
             {host, 250, 80, "http", "clear", "seen", first, last}, own_mac ? 0 : 64);
  }

  // A DHCP server leased it the address, as heard on that VLAN.
  void lease(int host, int vlan, const std::string& ip) {
    add_fact(endpoint(host, vlan, ip, true), {host, "address.dhcp", ip});
  }

  // A pump of one model.
  void pump(int host) {
    fact({host, "device.manufacturer", "Fresenius Kabi"});
    fact({host, "device.model", "Agilia VP MC"});
    fact({host, "device.class", "infusion-pump"});
  }

  void derive() {
    const auto done = derive_inventory(database_, knowledge());
    ASSERT_TRUE(done) << done.error().message;
  }

  // "setting instance value state level" of a host, one a line.
  std::string settings(int host, const std::string& where, const std::string& view = "settings") {
    SQLite::Statement rows(sql(),
                           "SELECT setting || ' ' || coalesce(instance, '-') || ' ' || "
                           "coalesce(value, '-') || ' ' || state || ' ' || coalesce(level, '-') || "
                           "char(10) FROM " +
                               view + " s WHERE device = ? AND (" + where + ") ORDER BY id");
    rows.bind(1, id(host));
    std::string out;
    while (rows.executeStep()) out += rows.getColumn(0).getString();
    return out;
  }

  std::string id(int host) {
    SQLite::Statement row(sql(), "SELECT device FROM addresses WHERE ip = ?");
    row.bind(1, "10.0.0." + std::to_string(host));
    return row.executeStep() ? row.getColumn(0).getString() : "none";
  }

  std::string coverage(int host, const std::string& setting) {
    SQLite::Statement row(sql(), "SELECT state FROM coverage WHERE device = ? AND setting = ?");
    row.bind(1, id(host));
    row.bind(2, setting);
    return row.executeStep() ? row.getColumn(0).getString() : "could not be seen";
  }

  std::vector<Drift> drifts(const CohortChoice& choice = {}) {
    std::vector<Drift> all;
    const auto grades = Grades::load(database_);
    auto cohorts = load_cohorts(database_, choice).value();
    all.reserve(cohorts.size());
    for (Cohort& cohort : cohorts) all.push_back(assess_drift(std::move(cohort), *grades));
    return all;
  }

  SQLite::Database& sql() { return database_.sql(); }
  static std::filesystem::path file() { return path(); }
  Database& database() { return database_; }

 private:
  static std::filesystem::path path() {
    return std::filesystem::temp_directory_path() /
           ("asepsis-settings-" + std::to_string(getpid()) + ".db");
  }

  void add_fact(std::int64_t endpoint, const FactSpec& fact) {
    SQLite::Statement add(sql(),
                          "INSERT INTO fact (source, endpoint, claim, value, port, refused, "
                          "protocol, equipment, first_seen, last_seen, count, packet) "
                          "VALUES (1, ?, ?, ?, ?, ?, 'test', '', ?, ?, 1, 7)");
    add.bind(1, endpoint);
    add.bind(2, fact.claim);
    add.bind(3, fact.value);
    add.bind(4, fact.port);
    add.bind(5, fact.refused ? 1 : 0);
    add.bind(6, fact.first * kSecond);
    add.bind(7, fact.last * kSecond);
    add.exec();
  }

  void add_talk(std::int64_t client, const TalkSpec& talk, int hops = 64) {
    SQLite::Statement add(
        sql(),
        "INSERT INTO talk (source, client, server, protocol, port, state, security, application, "
        "client_bytes, server_bytes, client_packets, server_packets, client_hops, server_hops, "
        "client_ports, shape, mark, client_least, client_most, server_least, server_most, "
        "interval, regular, first_seen, last_seen, count, packet) VALUES (1, ?, ?, 6, ?, ?, ?, ?, "
        "9, 9, 5, 5, ?, 64, '4000', '', '', 0, 0, 0, 0, 0, 0, ?, ?, 1, 8)");
    add.bind(1, client);
    add.bind(2, endpoint(talk.server));
    add.bind(3, talk.port);
    add.bind(4, talk.state);
    add.bind(5, talk.security);
    add.bind(6, talk.application);
    add.bind(7, hops);
    add.bind(8, talk.first * kSecond);
    add.bind(9, talk.last * kSecond);
    add.exec();
  }

  static std::string mac_of(int host) {
    std::array<char, 18> mac{};
    std::snprintf(mac.data(), mac.size(), "00:1b:21:00:00:%02x", static_cast<unsigned>(host));
    return mac.data();
  }

  std::int64_t endpoint(int host) {
    SQLite::Statement add(sql(), "INSERT OR IGNORE INTO endpoint VALUES (?, 1, 0, ?, ?)");
    add.bind(1, host);
    add.bind(2, mac_of(host));
    add.bind(3, "10.0.0." + std::to_string(host));
    add.exec();
    if (add.getChanges() > 0) fact({host, "address.arp", "10.0.0." + std::to_string(host)});
    return host;
  }

  std::int64_t endpoint(int host, int vlan, const std::string& ip, bool own_mac) {
    SQLite::Statement add(sql(),
                          "INSERT INTO endpoint (id, site, vlan, mac, ip) SELECT 1000 + count(*), "
                          "1, ?, ?, ? FROM endpoint RETURNING id");
    add.bind(1, vlan);
    add.bind(2, own_mac ? mac_of(host) : "");
    add.bind(3, ip);
    add.executeStep();
    return add.getColumn(0).getInt64();
  }

  Database database_;
};

}  // namespace asepsis
