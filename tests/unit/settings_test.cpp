// Settings from facts and conversations that are written here by hand: what
// each says, what is refused, what is not known, and what it was before.

#include <gtest/gtest.h>

#include <filesystem>

#include "app/drift_command.hpp"
#include "app/settings_command.hpp"
#include "assess/drift.hpp"
#include "assess/plan.hpp"
#include "inventory/derive.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;
using Id = std::int64_t;

const Knowledge& knowledge() {
  static const auto kKnowledge = Knowledge::built_in();
  return kKnowledge.value();
}

constexpr Id kSecond = 1'000'000'000;

struct FactSpec {
  int host;
  std::string claim, value;
  int port = 0;
  Id first = 10, last = 20;  // seconds
  bool refused = false;
};

struct TalkSpec {
  int client, server;
  int port;
  std::string application, security = "clear", state = "seen";
  Id first = 10, last = 20;
};

// Hosts 10.0.0.N with a MAC each, as a capture would have told of them.
class World {
 public:
  World() : database_(Database::open(path(), Database::Mode::write).value()) {
    sql().exec("INSERT INTO site VALUES (1, 'here')");
    sql().exec("INSERT INTO source VALUES (1, 1, 'x', '', 'ward.pcap', 9, 9, 0, 9, 1, '')");
  }
  ~World() {
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(path().string() + end);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void fact(const FactSpec& fact) {
    SQLite::Statement add(sql(),
                          "INSERT INTO fact (source, endpoint, claim, value, port, refused, "
                          "protocol, equipment, first_seen, last_seen, count, packet) "
                          "VALUES (1, ?, ?, ?, ?, ?, 'test', '', ?, ?, 1, 7)");
    add.bind(1, endpoint(fact.host));
    add.bind(2, fact.claim);
    add.bind(3, fact.value);
    add.bind(4, fact.port);
    add.bind(5, fact.refused ? 1 : 0);
    add.bind(6, fact.first * kSecond);
    add.bind(7, fact.last * kSecond);
    add.exec();
  }

  void talk(const TalkSpec& talk) {
    SQLite::Statement add(
        sql(),
        "INSERT INTO talk (source, client, server, protocol, port, state, security, application, "
        "client_bytes, server_bytes, client_packets, server_packets, client_hops, server_hops, "
        "client_ports, shape, mark, client_least, client_most, server_least, server_most, "
        "interval, regular, first_seen, last_seen, count, packet) VALUES (1, ?, ?, 6, ?, ?, ?, ?, "
        "9, 9, 5, 5, 64, 64, '4000', '', '', 0, 0, 0, 0, 0, 0, ?, ?, 1, 8)");
    add.bind(1, endpoint(talk.client));
    add.bind(2, endpoint(talk.server));
    add.bind(3, talk.port);
    add.bind(4, talk.state);
    add.bind(5, talk.security);
    add.bind(6, talk.application);
    add.bind(7, talk.first * kSecond);
    add.bind(8, talk.last * kSecond);
    add.exec();
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
    for (Cohort& cohort : cohorts) all.push_back(assess_drift(std::move(cohort), *grades));
    return all;
  }

  SQLite::Database& sql() { return database_.sql(); }
  fs::path file() const { return path(); }
  Database& database() { return database_; }

 private:
  static fs::path path() {
    return fs::temp_directory_path() / ("asepsis-settings-" + std::to_string(getpid()) + ".db");
  }

  Id endpoint(int host) {
    SQLite::Statement add(sql(), "INSERT OR IGNORE INTO endpoint VALUES (?, 1, 0, ?, ?)");
    char mac[18];
    std::snprintf(mac, sizeof mac, "00:1b:21:00:00:%02x", host);
    add.bind(1, host);
    add.bind(2, mac);
    add.bind(3, "10.0.0." + std::to_string(host));
    add.exec();
    if (add.getChanges() > 0) fact({host, "address.arp", "10.0.0." + std::to_string(host)});
    return host;
  }

  Database database_;
};

struct Case {
  const char* what;
  std::vector<FactSpec> facts;
  std::vector<TalkSpec> talks;
  const char* where;
  const char* says;  // of host 1
};

const Case kCases[] = {
    {"a service by its protection",
     {},
     {{2, 1, 23, "telnet"}, {2, 1, 443, "https", "tls"}},
     "setting IN ('telnet', 'https')",
     "telnet 23 clear seen open\nhttps 443 tls seen strong\n"},
    {"a service at another port than usual",
     {},
     {{2, 1, 2323, "telnet"}},
     "setting = 'telnet'",
     "telnet 2323 clear seen open\n"},
    {"a service that is refused",
     {},
     {{2, 1, 23, "", "clear", "refused"}, {2, 1, 9999, "", "clear", "refused"}},
     "state = 'refused'",
     "telnet 23 - refused -\n"},
    {"a port that nobody answered from says nothing",
     {},
     {{2, 1, 23, "", "clear", "unanswered"}, {1, 2, 443, "https", "tls"}},
     "setting = 'telnet'",
     ""},
    {"a well-known password, and one that was tried in vain",
     {{1, "credentials.default", "admin/admin", 23},
      {1, "credentials.default", "root/root", 23, 10, 20, true}},
     {},
     "setting = 'credentials.default'",
     "credentials.default 23 admin/admin seen open\ncredentials.default 23 root/root refused -\n"},
    {"a community is no password of a user",
     {{1, "credentials.default", "snmp community public", 161}},
     {},
     "setting LIKE '%default%'",
     "snmp.default_community 161 public seen open\n"},
    {"versions one by one, the lowest and the highest",
     {{1, "tls.version", "TLS 1.0", 443}, {1, "tls.version", "TLS 1.2", 443}},
     {},
     "setting LIKE 'tls.%version'",
     "tls.version 443 TLS 1.0 seen weak\ntls.version 443 TLS 1.2 seen strong\n"
     "tls.lowest_version 443 TLS 1.0 seen -\ntls.highest_version 443 TLS 1.2 seen -\n"},
    {"what would show in a service that it gives is not known",
     {},
     {{2, 1, 443, "https", "tls"}},
     "setting = 'certificate.key'",
     "certificate.key 443 - unknown -\n"},
    {"a certificate that somebody vouches for",
     {{1, "tls.issuer", "CN=Hospital CA", 443},
      {1, "tls.issuer", "CN=pump", 8443},
      {1, "tls.self_signed", "yes", 8443}},
     {},
     "setting = 'certificate.self_signed'",
     "certificate.self_signed 443 no seen -\ncertificate.self_signed 8443 yes seen -\n"},
    {"where the time and the names come from",
     {},
     {{1, 2, 123, "ntp"}, {1, 3, 53, "dns"}},
     "setting IN ('ntp.server', 'dns.server')",
     "ntp.server - 10.0.0.2 seen -\ndns.server - 10.0.0.3 seen -\n"},
    {"SNMP by community and by user",
     {{1, "snmp.version", "v2c", 161},
      {1, "snmp.version", "v3", 161},
      {1, "snmp.security", "authPriv", 161}},
     {},
     "setting = 'snmp.protection'",
     "snmp.protection 161 authPriv seen strong\nsnmp.protection 161 community seen weak\n"},
};

TEST(Settings, SayWhatWasHeard) {
  for (const Case& one : kCases) {
    World world;
    for (const FactSpec& fact : one.facts) world.fact(fact);
    for (const TalkSpec& talk : one.talks) world.talk(talk);
    world.derive();
    EXPECT_EQ(world.settings(1, one.where), one.says) << one.what;
  }
}

TEST(Settings, TellThePresentFromThePast) {
  World world;
  world.talk({2, 1, 23, "telnet", "clear", "seen", 10, 20});
  world.talk({2, 1, 23, "", "clear", "refused", 30, 40});
  world.talk({2, 1, 80, "", "clear", "refused", 10, 20});
  world.talk({2, 1, 80, "http", "clear", "seen", 30, 40});
  world.fact({1, "device.drug_library", "7", 0, 10, 20});
  world.fact({1, "device.drug_library", "8", 0, 30, 40});
  world.derive();
  const std::string where = "setting IN ('telnet', 'http', 'drug_library')";
  EXPECT_EQ(world.settings(1, where),
            "telnet 23 - refused -\nhttp 80 clear seen weak\ndrug_library - 8 seen -\n");
  EXPECT_EQ(world.settings(1, where + " AND current = 0", "setting_history"),
            "telnet 23 clear seen open\nhttp 80 - refused -\ndrug_library - 7 seen -\n");
}

TEST(Settings, TellWhatCouldHaveBeenSeen) {
  World world;
  world.talk({2, 1, 23, "telnet"});
  world.talk({2, 1, 80, "", "clear", "refused"});
  world.derive();
  EXPECT_EQ(world.coverage(1, "telnet"), "seen");
  EXPECT_EQ(world.coverage(1, "http"), "refused");
  EXPECT_EQ(world.coverage(1, "ftp"), "unknown");
  EXPECT_EQ(world.coverage(1, "certificate.key"), "could not be seen");
}

TEST(Settings, RestOnEvidence) {
  World world;
  for (const Case& one : kCases) {
    for (const FactSpec& fact : one.facts) world.fact(fact);
    for (const TalkSpec& talk : one.talks) world.talk(talk);
  }
  world.derive();
  SQLite::Statement bare(world.sql(),
                         "SELECT count(*) FROM setting_history WHERE id NOT IN (SELECT setting_id "
                         "FROM setting_evidence_rows WHERE source IS NOT NULL AND packet > 0)");
  ASSERT_TRUE(bare.executeStep());
  EXPECT_EQ(bare.getColumn(0).getInt(), 0);
}

TEST(Drift, ComparesARefusalWithWhatIsThere) {
  World world;
  for (int host = 1; host <= 4; ++host) world.pump(host);
  world.talk({9, 1, 23, "telnet"});
  world.talk({9, 2, 23, "", "clear", "refused"});
  world.talk({9, 3, 23, "", "clear", "unanswered"});
  world.derive();
  const auto drifts = world.drifts();
  ASSERT_EQ(drifts.size(), 1U);
  EXPECT_EQ(drifts[0].cohort.devices.size(), 4U);
  EXPECT_EQ(drifts[0].at_least, 2U);
  ASSERT_EQ(drifts[0].variants.size(), 2U);
  std::size_t assumed = 0;
  for (const Variant& variant : drifts[0].variants) assumed += variant.assumed.size();
  EXPECT_EQ(assumed, 2U);
}

TEST(Drift, NeverRestsOnSilence) {
  World world;
  for (int host = 1; host <= 3; ++host) world.pump(host);
  world.talk({9, 1, 23, "telnet"});
  world.talk({8, 2, 443, "https", "tls"});
  world.fact({1, "tls.certificate", "aa", 443});
  world.fact({2, "tls.certificate", "bb", 443});
  world.fact({1, "name.host", "one"});
  world.fact({2, "name.host", "two"});
  world.derive();
  EXPECT_EQ(world.drifts().at(0).at_least, 1U);
}

TEST(Drift, SplitsACohort) {
  World world;
  for (int host = 1; host <= 4; ++host) {
    world.pump(host);
    world.fact({host, "device.care_area", host < 3 ? "ICU" : "ED"});
    world.fact({host, "device.drug_library", host < 3 ? "7" : "8"});
  }
  world.derive();
  EXPECT_EQ(world.drifts().at(0).at_least, 2U);
  const auto parts =
      world.drifts({.model = "agilia vp-mc", .split = SplitBy::care_area, .where = ""});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].cohort.part, "ED");
  EXPECT_EQ(parts[0].at_least, 1U);
  EXPECT_EQ(world.drifts({.model = "", .split = SplitBy::nothing, .where = "care_area = 'ICU'"})
                .at(0)
                .at_least,
            1U);
  EXPECT_FALSE(load_cohorts(world.database(), {.model = "no such", .split = {}, .where = ""}));
}

TEST(Drift, PlansTheWayToTheSafest) {
  World world;
  for (int host = 1; host <= 3; ++host) world.pump(host);
  world.talk({9, 1, 22, "ssh", "ssh"});
  world.talk({9, 2, 22, "ssh", "ssh"});
  world.talk({9, 3, 23, "telnet"});
  world.fact({3, "credentials.default", "admin/admin", 23});
  world.derive();
  const Drift drift = world.drifts().at(0);
  const Plan plan = make_plan(drift);
  ASSERT_TRUE(plan.target);
  EXPECT_EQ(drift.variants[*plan.target].grade.name, "hardened");
  ASSERT_EQ(plan.devices.size(), 1U);
  std::vector<std::string> order;
  for (const Step& step : plan.devices[0].steps)
    order.push_back(drift.cohort.settings[step.settings[0]].name);
  // First another way in, then the password, and only then the old way is closed.
  EXPECT_EQ(order, (std::vector<std::string>{"ssh", "credentials.default", "telnet"}));
}

std::string printed(World& world, const DriftCommand& command, Form form = Form::csv) {
  testing::internal::CaptureStdout();
  const auto done = show_drift({.database = world.file(), .form = form}, command);
  const std::string out = testing::internal::GetCapturedStdout();
  return done ? out : done.error().message;
}

TEST(Drift, TellsWhatChangedAndWhen) {
  World world;
  world.pump(1);
  world.talk({9, 1, 80, "http", "clear", "seen", 10, 40});
  world.talk({9, 1, 23, "telnet", "clear", "seen", 30, 40});  // appears
  world.fact({1, "device.drug_library", "7", 0, 10, 20});
  world.fact({1, "device.drug_library", "8", 0, 30, 40});  // changes
  world.pump(2);
  world.talk({9, 2, 21, "ftp", "clear", "seen", 10, 20});
  world.talk({9, 2, 21, "", "clear", "refused", 30, 40});  // goes
  world.fact({3, "device.drug_library", "9", 0, 35, 40});  // of a device that was there
  world.fact({4, "address.arp", "10.0.0.4", 0, 30, 40});
  world.derive();
  world.sql().exec("UPDATE device SET first_seen = 30000000000 WHERE id = '" + world.id(4) + "'");
  const std::string out = printed(world, {.since = "1970-01-01T00:00:25Z"});
  const auto line = [&](int host, const std::string& rest) { return world.id(host) + rest; };
  EXPECT_NE(out.find(line(1, ",Agilia VP MC,telnet,23,,clear,open")), std::string::npos) << out;
  EXPECT_NE(out.find(line(1, ",Agilia VP MC,drug_library,,7,8,")), std::string::npos) << out;
  EXPECT_NE(out.find(line(2, ",Agilia VP MC,ftp,21,clear,refused,")), std::string::npos) << out;
  EXPECT_NE(out.find("1970-01-01T00:00:30"), std::string::npos) << out;
  EXPECT_EQ(out.find(",http,"), std::string::npos) << out;
  EXPECT_EQ(out.find(world.id(4) + ","), std::string::npos) << out;
  const std::string pumps =
      printed(world, {.model = "Agilia VP MC", .since = "1970-01-01T00:00:25Z"});
  EXPECT_EQ(pumps.find(",9,"), std::string::npos) << pumps;
  EXPECT_NE(printed(world, {.since = "yesterday"}).find("is no time"), std::string::npos);
}

TEST(Drift, ShowsHostileTextHarmlessly) {
  World world;
  for (int host = 1; host <= 2; ++host) {
    world.pump(host);
    world.fact({host, "device.drug_library", host == 1 ? "\x1b[2J" : "=cmd()\"'"});
  }
  world.derive();
  for (const Form form : {Form::table, Form::json, Form::csv})
    for (const char* model : {"", "Agilia VP MC"})
      for (const bool plan : {false, true}) {
        const std::string out = printed(world, {.model = model, .plan = plan}, form);
        EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
      }
  EXPECT_NE(printed(world, {.model = "no'such"}).find("no device of the model"), std::string::npos);
}

// A database of schema 1 had no settings: it gets them when it is next asked.
TEST(Settings, AreDerivedForDatabasesOfBefore) {
  World world;
  world.talk({2, 1, 23, "telnet"});
  world.derive();
  world.sql().exec(
      "DROP TABLE setting_evidence; DROP TABLE setting; DROP TABLE setting_kind; DROP TABLE grade; "
      "DROP VIEW settings; PRAGMA user_version = 1");
  testing::internal::CaptureStdout();
  const auto done = show_settings({.database = world.file(), .form = Form::csv}, {});
  const std::string out = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_NE(out.find(",telnet,23,clear,seen,wire,open,"), std::string::npos) << out;
}

// Promise 8: no advice that could harm whoever is attached.
TEST(Advice, TellsNobodyToCutADeviceOff) {
  for (const SettingInfo& setting : knowledge().settings()) {
    EXPECT_EQ(setting.change.empty(), setting.check.empty()) << setting.name;
    for (const std::string& text : {setting.change, setting.check, setting.eliminates})
      for (const char* word : {"unplug", "reboot", "restart", "block", "disconnect", "power off",
                               "isolate", "shut down", "quarantine"})
        EXPECT_EQ(text.find(word), std::string::npos) << setting.name << ": " << text;
  }
  EXPECT_NE(kBeforeAnything.find("attached to a patient"), std::string::npos);
}

TEST(Registry, LevelsAndGradesAreThere) {
  EXPECT_GE(knowledge().settings().size(), 60U);
  ASSERT_EQ(knowledge().grades().size(), 3U);
  EXPECT_EQ(knowledge().grades()[0].name, "wide open");
}

TEST(Registry, RefusesWhatItDoesNotKnow) {
  const std::string good = "[[setting]]\nname = \"a\"\ntitle = \"A\"\nmeaning = \"m\"\n";
  const std::pair<std::string, std::string> bad[] = {
      {good, "write one"},
      {good + "claims = [\"no.such\"]\n", "unknown claim"},
      {good + "claims = [\"tls.version\"]\nderived = \"internet\"\n", "write one"},
      {good + "derived = \"no.such\"\n", "unknown derivation"},
      {good + "claims = [\"tls.version\"]\ncompare = \"perhaps\"\n", "compare"},
      {good + "claims = [\"tls.version\"]\nopen = [\"(\"]\n", "open"},
      {good + "claims = [\"tls.version\"]\ntake = \"lowest\"\n", "order"},
      {good + "claims = [\"tls.version\"]\nports = [0]\n", "port"},
      {good + "claims = [\"tls.version\"]\nchange = \"x\"\n", "check first"},
      {good + "claims = [\"tls.version\"]\nwrong = 1\n", "no such key"},
  };
  for (const auto& [text, says] : bad) {
    auto mine = Knowledge::built_in().value();
    const auto added = mine.add_file("my.toml", text);
    ASSERT_FALSE(added) << text;
    EXPECT_NE(added.error().message.find(says), std::string::npos) << added.error().message;
    EXPECT_NE(added.error().message.find("my.toml"), std::string::npos) << added.error().message;
  }
}

}  // namespace
}  // namespace asepsis
