// Whatever is heard next, deriving what it reaches gives, row for row, what
// deriving everything gives.

#include "inventory/update.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "app/reading.hpp"
#include "assess/checking.hpp"
#include "assess/cohort_store.hpp"
#include "assess/finding_store.hpp"
#include "built_in.hpp"
#include "documents.hpp"
#include "inventory/derivation.hpp"
#include "inventory/derive.hpp"
#include "inventory/document_store.hpp"
#include "inventory/documents.hpp"
#include "inventory/fact_store.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;
using Id = std::int64_t;

// Every derived table, keys by what they stand for, and ids that mean nothing left out.
constexpr const char* kTables[] = {
    "SELECT id, site, reason, first_seen, last_seen, takes_reports FROM device",
    "SELECT alias, d.id, anchor FROM device_alias JOIN device d ON d.key = device",
    "SELECT d.id, endpoint, why, de.first_seen, de.last_seen FROM device_endpoint de JOIN device d "
    "ON d.key = device",
    "SELECT d.id, attribute, value, confidence, runner_up, runner_up_confidence, evidence, source "
    "FROM device_value JOIN device d ON d.key = device",
    "SELECT endpoint, d.id FROM endpoint_owner JOIN device d ON d.key = device",
    "SELECT fact, d.id FROM device_fact LEFT JOIN device d ON d.key = device",
    "SELECT talk, c.id, s.id, copy, state, security, application FROM conversation LEFT JOIN "
    "device c ON c.key = client LEFT JOIN device s ON s.key = server",
    "SELECT d.id, k.name, s.instance, value, state, source, current, level, s.first_seen, "
    "s.last_seen, evidence FROM setting s JOIN device d ON d.key = device JOIN setting_kind k ON "
    "k.id = kind",
    "SELECT * FROM setting_kind",
    "SELECT * FROM grade",
    "SELECT * FROM equipment_key",
    "SELECT document_row, d.id, joined_by, why FROM row_device LEFT JOIN device d ON d.key = "
    "device",
    "SELECT d.id, attribute, document_fact, rule, weight FROM document_evidence JOIN device d ON "
    "d.key = device",
    "SELECT document_row, d.id, attribute, heard, said, document_fact, joined, heard_fact FROM "
    "document_conflict JOIN device d ON d.key = device",
    "SELECT d.id, k.name, document_fact FROM setting_document JOIN setting s ON s.id = setting "
    "JOIN setting_kind k ON k.id = s.kind JOIN device d ON d.key = s.device",
    "SELECT d.id, expected FROM unregistered JOIN device d ON d.key = device",
    "SELECT * FROM row_handle",
    "SELECT handle, d.id FROM device_handle JOIN device d ON d.key = device",
    "SELECT * FROM derivation",
    "SELECT * FROM changed_endpoint",
    "SELECT * FROM gone_talk",
    "SELECT manufacturer, model, devices, at_least, variants, differ_in, behind FROM cohorts",
    "SELECT manufacturer, model, variant, rank, grade, safety, devices, assumed FROM variants",
    "SELECT device, manufacturer, model, variant, grade, assumed FROM variant_devices",
    "SELECT manufacturer, model, setting, instance, proven, variant, value, level FROM "
    "separating_settings",
    "SELECT * FROM changed_model"};

std::vector<std::string> rows_of(SQLite::Database& sql) {
  std::vector<std::string> rows;
  for (const char* const query : kTables) {
    SQLite::Statement statement(sql, query);
    while (statement.executeStep()) {
      std::string& row = rows.emplace_back(std::string(query).substr(0, 60) + ": ");
      for (int i = 0; i < statement.getColumnCount(); ++i)
        row += statement.getColumn(i).getString() + '|';
    }
  }
  std::ranges::sort(rows);
  return rows;
}

fs::path temporary(const std::string& name) {
  return fs::temp_directory_path() / ("asepsis-update-" + std::to_string(getpid()) + name);
}
void remove_database(const fs::path& path) {
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(path.string() + end);
}

// Open findings and all that is said of them; but of checks that reach further
// than one device, which wait.
std::vector<std::string> findings_of(SQLite::Database& sql) {
  std::set<std::string> estate;
  for (const Pack& pack : packs().packs())
    for (const Check& check : pack.checks)
      if (check.of_estate) estate.insert(check.id);
  std::vector<std::string> rows;
  SQLite::Statement all(
      sql,
      "SELECT check_id, coalesce(d.id, f.device), instance, rating, reasoning, "
      "owner_role, detail, f.last_seen, (SELECT json_group_array(text || source || "
      "packet) FROM (SELECT * FROM finding_evidence e WHERE e.finding = f.id "
      "ORDER BY time, source, packet, text)) FROM finding f LEFT JOIN "
      "device_alias a ON a.alias = f.device LEFT JOIN device d ON d.key = "
      "a.device WHERE state = 'open'");
  while (all.executeStep()) {
    if (estate.contains(all.getColumn(0).getString())) continue;
    std::string& row = rows.emplace_back();
    for (int i = 0; i < all.getColumnCount(); ++i) row += all.getColumn(i).getString() + '|';
  }
  std::ranges::sort(rows);
  return rows;
}

void check_all(Database& database) {
  const auto found = run_checks(database, packs());
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(store_findings(database, packs(), *found, Time()));
}

void check_some(Database& database, const std::vector<std::string>& devices) {
  const auto found = run_checks_of(database, packs(), devices);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(store_findings_of(database, packs(), *found, devices, Time()));
}

std::string apart(const std::vector<std::string>& here, const std::vector<std::string>& there) {
  std::vector<std::string> rows;
  std::ranges::set_symmetric_difference(here, there, std::back_inserter(rows));
  constexpr std::size_t kMost = 20;
  std::string shown;
  for (std::size_t i = 0; i < rows.size() && i < kMost; ++i)
    shown += (std::ranges::binary_search(here, rows[i]) ? "+ " : "- ") + rows[i] + '\n';
  return shown;
}

// The hospital of examples/, of which more is heard at random.
class Hospital {
 public:
  explicit Hospital(unsigned seed) : random_(seed), path_(temporary(std::to_string(seed) + ".db")) {
    remove_database(path_);
    database_ = Database::open(path_, Database::Mode::write).value();
    for (const char* capture : {"hospital.pcapng.zst"}) {
      auto reading =
          read_source(fs::path(ASEPSIS_SOURCE_DIR) / "examples" / capture, {.workers = 1}).value();
      const SourceInfo source{.site = "here",
                              .identity = reading.identity,
                              .filter = "",
                              .name = capture,
                              .packets = reading.counts.packets,
                              .bytes = reading.counts.bytes,
                              .first = reading.counts.first,
                              .last = reading.counts.last,
                              .complete = true,
                              .ended_early = "",
                              .losses = {}};
      EXPECT_TRUE(store_source(*database_, source, reading.facts));
    }
    EXPECT_TRUE(derive_inventory(*database_, knowledge()));
  }
  ~Hospital() {
    remove_database(path_);
    remove_database(whole_path());
  }
  Hospital(const Hospital&) = delete;
  Hospital& operator=(const Hospital&) = delete;

  // Something happens; what, in words.
  std::string change() {
    switch (below(8)) {
      case 0: return "a fact of another: " + copy_fact(endpoint(), any("fact"));
      case 1: return "another of its own facts: " + vary_fact();
      case 2: return "a conversation: " + copy_talk(any("talk"), endpoint(), endpoint());
      case 3: return "a device: " + add_device();
      case 4: return "an address moves: " + move_address();
      case 5: return "seen again: " + see_again();
      case 6: return "a conversation went: " + forget_talk();
      default: return "a conversation with known ends: " + repeat_talk();
    }
  }

  // A decision of people about places.
  void add_rule() {
    sql().exec(
        "INSERT INTO area_rule SELECT 1, vlan, '', 'Ward ' || vlan, 'areas.toml:1' FROM endpoint "
        "WHERE vlan > 0 GROUP BY vlan");
  }

  // A register that has most devices, by serial number, MAC or name, with other places and
  // models here and there, and, if asked for, exports of some.
  void add_documents(bool exports) {
    std::string list = "Asset No,Serial Number,MAC Address,Host Name,Model,Ward\n";
    SQLite::Statement devices(
        sql(),
        "SELECT key, id, coalesce((SELECT value FROM device_value WHERE device = key AND attribute "
        "= 'serial'), ''), coalesce((SELECT value FROM device_value WHERE device = key AND "
        "attribute "
        "= 'mac'), ''), coalesce((SELECT value FROM device_value WHERE device = key AND attribute "
        "= "
        "'name'), ''), coalesce((SELECT value FROM device_value WHERE device = key AND attribute = "
        "'model'), '') FROM device ORDER BY id");
    for (int i = 0; devices.executeStep(); ++i) {
      const auto text = [&](int column) { return devices.getColumn(column).getString(); };
      const std::string serial = i % 3 == 0 ? text(2) : "";
      const std::string mac = i % 3 == 1 ? text(3) : "";
      const std::string name = i % 3 == 2 ? text(4) : "";
      const std::string model = i % 5 == 0 ? "Other 9000" : text(5);
      if (i % 7 != 0)
        for (const std::string& part :
             {"A" + std::to_string(i), ',' + serial, ',' + mac, ',' + name, ",\"" + model,
              "\",Ward " + std::to_string(i % 4) + '\n'})
          list += part;
      if (exports && i % 11 == 0)
        keep(read(R"({"logging": {"level": )" + std::to_string(i % 2) + R"(}, "hostname": ")" +
                      text(4) + "\"}",
                  as("export")),
             "export-" + std::to_string(i), text(1));
    }
    keep(read(list, as("register")), "register", "");
    EXPECT_TRUE(derive_documents(*database_, knowledge()));
  }

  Database& database() { return *database_; }
  SQLite::Database& sql() { return database_->sql(); }

  // Another, with all of it derived.
  Database derived_as_a_whole() {
    const fs::path path = whole_path();
    remove_database(path);
    SQLite::Statement copy(sql(), "VACUUM INTO ?");
    copy.bind(1, path.string());
    copy.exec();
    auto whole = Database::open(path, Database::Mode::write).value();
    EXPECT_TRUE(derive_inventory(whole, knowledge()));
    for (const char* table :
         {"cohort_value", "cohort_setting", "cohort_device", "cohort_variant", "cohort"})
      whole.sql().exec(std::string("DELETE FROM ") + table);
    EXPECT_TRUE(renew_cohorts(whole));
    return whole;
  }

 private:
  fs::path whole_path() const { return path_.string() + "-whole"; }
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  Id number(const std::string& query) { return sql().execAndGet(query).getInt64(); }
  std::string text(const std::string& query) { return sql().execAndGet(query).getString(); }
  std::string any(const std::string& table) {
    const Id most = number("SELECT max(id) FROM " + table);
    return std::to_string(number("SELECT id FROM " + table + " WHERE id >= " +
                                 std::to_string(1 + below(static_cast<std::uint64_t>(most))) +
                                 " ORDER BY id LIMIT 1"));
  }
  // Ids are never used twice: see inventory/derivation.hpp.
  std::string next(const std::string& table) {
    return std::to_string(1 + (table == "fact" ? last_fact(sql()) : last_talk(sql())));
  }
  std::string endpoint() { return any("endpoint"); }
  // No two rows are the same.
  std::string time() { return std::to_string(below(3) * 3'000'000'000 + ++copies_); }

  std::string copy_fact(const std::string& endpoint, const std::string& fact) {
    sql().exec("INSERT INTO fact SELECT " + next("fact") + ", source, " + endpoint +
               ", claim, value, port, refused, protocol, equipment, first_seen + " + time() +
               ", last_seen + 9000000000, count, packet FROM fact WHERE id = " + fact);
    return text("SELECT claim || ' ' || value || ' ' || equipment FROM fact WHERE id = " + fact);
  }
  std::string vary_fact() {
    const std::string fact = any("fact");
    const std::string endpoint = text("SELECT endpoint FROM fact WHERE id = " + fact);
    const std::string claim = text("SELECT claim FROM fact WHERE id = " + fact);
    return copy_fact(endpoint, text("SELECT id FROM fact WHERE claim = '" + claim +
                                    "' ORDER BY (id * 7919) % 101 LIMIT 1"));
  }
  std::string copy_talk(const std::string& talk, const std::string& client,
                        const std::string& server) {
    sql().exec(
        "INSERT INTO talk SELECT " + next("talk") + ", source, " + client + ", " + server +
        ", protocol, port, state, security, application, client_bytes, server_bytes, "
        "client_packets, server_packets, client_hops, server_hops, client_ports, shape, mark, "
        "client_least, client_most, server_least, server_most, interval, regular, first_seen + " +
        time() + ", last_seen + 9000000000, count, packet FROM talk WHERE id = " + talk);
    return talk + " " + client + " " + server;
  }
  std::string repeat_talk() {
    const std::string talk = any("talk");
    return copy_talk(talk, text("SELECT client FROM talk WHERE id = " + talk),
                     text("SELECT server FROM talk WHERE id = " + any("talk")));
  }
  std::string add_endpoint(const std::string& mac, const std::string& ip, const std::string& vlan) {
    sql().exec("INSERT OR IGNORE INTO endpoint (site, vlan, mac, ip) VALUES (1, " + vlan + ", '" +
               mac + "', '" + ip + "')");
    return text("SELECT id FROM endpoint WHERE mac = '" + mac + "' AND ip = '" + ip +
                "' AND vlan = " + vlan);
  }
  std::string add_device() {
    const std::string like = any("talk");
    const std::string was = text("SELECT client FROM talk WHERE id = " + like);
    const std::string n = std::to_string(10 + below(80));
    const std::string fresh =
        add_endpoint("00:0b:" + n + ":" + std::to_string(10 + below(80)) + ":01:02",
                     "10.86." + n + "." + std::to_string(below(250)),
                     text("SELECT vlan FROM endpoint WHERE id = " + was));
    copy_talk(like, fresh, text("SELECT server FROM talk WHERE id = " + like));
    for (int i = 0; i < 3; ++i) copy_fact(fresh, any("fact"));
    return fresh + " like " + was;
  }
  std::string move_address() {
    const std::string from = endpoint();
    const std::string to = endpoint();
    const std::string fresh = add_endpoint(text("SELECT mac FROM endpoint WHERE id = " + to),
                                           text("SELECT ip FROM endpoint WHERE id = " + from),
                                           text("SELECT vlan FROM endpoint WHERE id = " + to));
    sql().exec(
        "INSERT INTO fact SELECT " + next("fact") + ", source, " + fresh +
        ", 'address.arp', ip, 0, 0, 'arp', '', first_seen + 5000000000, last_seen + 9000000000, 1, "
        "packet FROM fact JOIN endpoint e ON e.id = " +
        fresh + " WHERE fact.id = " + any("fact"));
    return from + " to " + to;
  }
  std::string see_again() {
    const std::string fact = any("fact");
    sql().exec(
        "UPDATE fact SET last_seen = last_seen + 77000000000, count = count + 5 WHERE id = " +
        fact);
    sql().exec("INSERT OR IGNORE INTO changed_endpoint SELECT endpoint FROM fact WHERE id = " +
               fact);
    const std::string talk = any("talk");
    sql().exec(
        "UPDATE talk SET last_seen = last_seen + 77000000000, server_packets = server_packets + 1, "
        "state = 'seen' WHERE id = " +
        talk);
    touch_ends(talk);
    return fact + " and " + talk;
  }
  std::string forget_talk() {
    const std::string talk = any("talk");
    touch_ends(talk);
    sql().exec("INSERT INTO gone_talk VALUES (" + talk + ")");
    sql().exec("DELETE FROM talk WHERE id = " + talk);
    return talk;
  }
  void touch_ends(const std::string& talk) {
    sql().exec("INSERT OR IGNORE INTO changed_endpoint SELECT client FROM talk WHERE id = " + talk +
               " UNION ALL SELECT server FROM talk WHERE id = " + talk);
  }

  void keep(const ReadDocument& read, const std::string& name, const std::string& device) {
    const DocumentInfo info{.site = "here",
                            .name = name,
                            .device = device,
                            .file = name,
                            .content = name,
                            .identity = name,
                            .dated = Time()};
    const auto stored = store_document(*database_, info, read.document);
    EXPECT_TRUE(stored) << stored.error().message;
  }

  std::mt19937 random_;
  std::uint64_t copies_ = 0;
  fs::path path_;
  std::optional<Database> database_;
};

class Updating : public testing::TestWithParam<unsigned> {};

TEST_P(Updating, GivesWhatDerivingEverythingGives) {
  constexpr int kChanges = 24;
  Hospital hospital(GetParam());
  if (GetParam() % 2 == 0) hospital.add_rule();
  if (GetParam() % 3 == 0) hospital.add_documents(GetParam() % 2 == 0);
  ASSERT_TRUE(derive_inventory(hospital.database(), knowledge()));
  check_all(hospital.database());
  int whole = 0;
  std::string story;
  for (int i = 0; i < kChanges; ++i) {
    for (int more = i % 3; more >= 0; --more) story += hospital.change() + '\n';
    const auto updated = update_inventory(hospital.database(), knowledge());
    ASSERT_TRUE(updated) << updated.error().message;
    whole += updated->whole ? 1 : 0;
    updated->whole ? check_all(hospital.database())
                   : check_some(hospital.database(), updated->devices);
    ASSERT_TRUE(renew_cohorts(hospital.database()));
    auto whole_again = hospital.derived_as_a_whole();
    ASSERT_EQ(apart(rows_of(hospital.sql()), rows_of(whole_again.sql())), "") << story;
    if (i % 4 != 3) continue;
    check_all(whole_again);
    ASSERT_EQ(apart(findings_of(hospital.sql()), findings_of(whole_again.sql())), "") << story;
  }
  // Most changes reach no further than the devices around them.
  EXPECT_LT(whole, kChanges * 3 / 4) << story;
}

// UPDATE_SEEDS=60: that many hospitals instead of nine.
unsigned seeds() {
  const char* const told = std::getenv("UPDATE_SEEDS");
  return told == nullptr ? 9U : static_cast<unsigned>(std::strtoul(told, nullptr, 10));
}

INSTANTIATE_TEST_SUITE_P(Changes, Updating, testing::Range(1U, seeds() + 1));

}  // namespace
}  // namespace asepsis
