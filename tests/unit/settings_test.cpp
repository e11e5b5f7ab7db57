// Settings from facts and conversations that are written here by hand: what
// each says, what is refused, what is not known, and what it was before.

#include "app/commands.hpp"
#include "app/settings_command.hpp"
#include "assess/plan.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

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

// A database of schema 1 had no settings: it gets them when it is next asked.
TEST(Settings, AreDerivedForDatabasesOfBefore) {
  World world;
  world.talk({2, 1, 23, "telnet"});
  world.derive();
  world.sql().exec(
      "DROP TABLE setting; DROP TABLE setting_kind; DROP TABLE grade; "
      "DROP VIEW settings; PRAGMA user_version = 1");
  testing::internal::CaptureStdout();
  const auto done = show_settings({.database = World::file(), .form = Form::csv}, {});
  const std::string out = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_NE(out.find(",telnet,23,clear,seen,wire,open,"), std::string::npos) << out;
}

std::string titles_of_telnet() {
  testing::internal::CaptureStdout();
  const auto done = show_query({.database = World::file(), .form = Form::csv},
                               "SELECT title FROM setting_kinds WHERE name = 'telnet'");
  const std::string out = testing::internal::GetCapturedStdout();
  return done ? out : done.error().message;
}

// A newer version of the program does not answer with what an older one was told to say.
TEST(Settings, AreThoseOfTheProgramThatIsAsked) {
  World world;
  world.pump(1);
  world.derive();
  const auto told_by = [&](const std::string& knowledge) {
    world.sql().exec("UPDATE setting_kind SET title = 'Old' WHERE name = 'telnet'");
    world.sql().exec("UPDATE derivation SET knowledge = " + knowledge);
  };
  told_by("knowledge");
  EXPECT_EQ(titles_of_telnet(), "title\r\nOld\r\n");
  told_by("'0 1'");
  testing::internal::CaptureStderr();
  EXPECT_EQ(titles_of_telnet(), "title\r\nTelnet\r\n");
  // On a large estate that takes a minute: whoever waits is told why, and once.
  EXPECT_NE(testing::internal::GetCapturedStderr().find("another version of asepsis"),
            std::string::npos);
  testing::internal::CaptureStderr();
  EXPECT_EQ(titles_of_telnet(), "title\r\nTelnet\r\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  // What a hospital added is not at hand to whoever asks.
  told_by("'0 1 2'");
  EXPECT_EQ(titles_of_telnet(), "title\r\nOld\r\n");
}

// Promise 8: no advice that could harm whoever is attached.
TEST(Advice, TellsNobodyToCutADeviceOff) {
  for (const SettingInfo& setting : knowledge().settings()) {
    // Whatever devices may differ by: what to check before it is changed, or who says what it is.
    EXPECT_EQ(setting.check.empty(), setting.differs_by_nature && setting.change.empty())
        << setting.name;
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
