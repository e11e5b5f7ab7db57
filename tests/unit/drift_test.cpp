// Drift over a small network: what puts devices apart and what does not, what
// changed when, and the way to the safest variant.

#include <set>
#include <sstream>

#include "app/drift_command.hpp"
#include "assess/cohort_store.hpp"
#include "assess/plan.hpp"
#include "export/drift_rows.hpp"
#include "inventory/update.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

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

// Nobody knows of a version that it is the right one because it runs where the rest is
// safe: firmware may be the later one here, and a drug library another care area's.
TEST(Drift, PlansNoWayBackToAnotherVersion) {
  World world;
  for (int host = 1; host <= 2; ++host) world.pump(host);
  world.talk({9, 1, 22, "ssh", "ssh"});
  world.talk({9, 2, 23, "telnet"});
  world.fact({2, "credentials.default", "admin/admin", 23});
  for (const auto* const claim : {"device.firmware", "device.drug_library"}) {
    world.fact({1, claim, "4.2"});
    world.fact({2, claim, "4.3"});
  }
  for (const int host : {1, 2})
    world.fact({host, "ssh.banner", host == 1 ? "OpenSSH_9.2" : "OpenSSH_9.9", 22});
  world.derive();
  const Drift drift = world.drifts().at(0);
  const Plan plan = make_plan(drift);
  ASSERT_EQ(plan.devices.size(), 1U);
  for (const Step& step : plan.devices[0].steps)
    for (const std::size_t setting : step.settings)
      EXPECT_FALSE((std::set<std::string>{"firmware", "drug_library", "ssh.software"}.contains(
          drift.cohort.settings[setting].name)))
          << step.change;
  // Yet it is told what differs, and who says what is right.
  std::set<std::string> undecided;
  for (const std::size_t i : plan.devices[0].undecided) {
    undecided.insert(drift.cohort.settings[i].name);
    EXPECT_TRUE(drift.cohort.settings[i].check.starts_with("with "))
        << drift.cohort.settings[i].name;
  }
  for (const auto* const name : {"firmware", "drug_library", "ssh.software"})
    EXPECT_TRUE(undecided.contains(name)) << name;
  // That it is administered by Telnet is over once the steps are done: nothing to decide.
  EXPECT_FALSE(undecided.contains("administration"));
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

std::string printed(const DriftCommand& command, Form form = Form::csv) {
  testing::internal::CaptureStdout();
  const auto done = show_drift({.database = World::file(), .form = form}, command);
  const std::string out = testing::internal::GetCapturedStdout();
  return done ? out : done.error().message;
}

// Devices that differ from the target in nothing that anybody is told to change.
TEST(Drift, SaysWhatOthersHaveToDecide) {
  World world;
  for (int host = 1; host <= 4; ++host) {
    world.pump(host);
    world.fact({host, "device.firmware", host == 1 ? "4.2" : host == 2 ? "4.3a" : "4.4"});
  }
  world.talk({9, 1, 22, "ssh", "ssh"});
  world.fact({1, "ssh.kex", "curve25519-sha256", 22});
  world.fact({2, "credentials.default", "admin/admin", 23});
  world.derive();
  const std::string said = printed({.model = "Agilia VP MC", .plan = true}, Form::table);
  EXPECT_EQ(said.find("find out the rest"), std::string::npos) << said;
  // Two devices of which the same is said stand together, and each of those that differ alone.
  for (const auto* const here : {"firmware: 4.3a, ", "firmware: 4.4, "}) {
    const auto at = said.find(here);
    ASSERT_NE(at, std::string::npos) << said;
    EXPECT_EQ(said.find("the target 4.2. Settle with the manufacturer which version", at),
              at + std::string_view(here).size());
    EXPECT_EQ(said.find(here, at + 1), std::string::npos) << said;
  }
  const std::string json = printed({.model = "Agilia VP MC", .plan = true}, Form::json);
  EXPECT_NE(json.find(R"("undecided":[{"setting":"firmware","title":"Firmware","value":"4.4",)"
                      R"("target":"4.2","settle":"with the manufacturer which version)"),
            std::string::npos)
      << json;
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
  const std::string out = printed({.since = "1970-01-01T00:00:25Z"});
  const auto line = [&](int host, const std::string& rest) { return world.id(host) + rest; };
  EXPECT_NE(out.find(line(1, ",Agilia VP MC,telnet,23,,clear,open")), std::string::npos) << out;
  EXPECT_NE(out.find(line(1, ",Agilia VP MC,drug_library,,7,8,")), std::string::npos) << out;
  EXPECT_NE(out.find(line(2, ",Agilia VP MC,ftp,21,clear,refused,")), std::string::npos) << out;
  EXPECT_NE(out.find("1970-01-01T00:00:30"), std::string::npos) << out;
  EXPECT_EQ(out.find(",http,"), std::string::npos) << out;
  EXPECT_EQ(out.find(world.id(4) + ","), std::string::npos) << out;
  const std::string pumps = printed({.model = "Agilia VP MC", .since = "1970-01-01T00:00:25Z"});
  EXPECT_EQ(pumps.find(",9,"), std::string::npos) << pumps;
  EXPECT_NE(printed({.since = "yesterday"}).find("is no time"), std::string::npos);
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
        const std::string out = printed({.model = model, .plan = plan}, form);
        EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
      }
  EXPECT_NE(printed({.model = "no'such"}).find("no device of the model"), std::string::npos);
}

std::string json_of(const std::vector<Drift>& drifts) {
  std::ostringstream out;
  write_json_lines(out, drift_rows(drifts));
  return out.str();
}

TEST(Drift, IsKeptUntilAnythingOfTheModelChanges) {
  World world;
  for (int host = 1; host <= 4; ++host) world.pump(host);
  world.talk({9, 1, 23, "telnet"});
  world.talk({9, 2, 23, "", "clear", "refused"});
  world.fact({1, "device.drug_library", "7"});
  world.fact({3, "device.drug_library", "8"});
  world.derive();
  Database& database = world.database();
  ASSERT_TRUE(cohorts_wait(database).value());
  EXPECT_FALSE(kept_drifts(database, "").value());
  ASSERT_TRUE(renew_cohorts(database));
  EXPECT_FALSE(cohorts_wait(database).value());
  const std::string compared = json_of(world.drifts());
  for (const char* model : {"", "agilia vp-mc", "Fresenius Kabi Agilia VP MC"})
    EXPECT_EQ(json_of(kept_drifts(database, model).value().value()), compared) << model;
  EXPECT_EQ(json_of(whole_drifts(database, {}).value()), compared);
  EXPECT_TRUE(kept_drifts(database, "no such").value()->empty());

  // What says nothing of how they are configured changes nothing; a setting does.
  world.fact({2, "device.location", "store room"});
  ASSERT_TRUE(update_inventory(database, knowledge()));
  EXPECT_FALSE(cohorts_wait(database).value());
  world.fact({2, "device.drug_library", "9"});
  ASSERT_TRUE(update_inventory(database, knowledge()));
  ASSERT_TRUE(renew_cohorts(database, 3));  // of more it waits on
  EXPECT_FALSE(kept_drifts(database, "Agilia VP MC").value());
  const std::string now = json_of(world.drifts());
  EXPECT_NE(now, compared);
  EXPECT_EQ(json_of(whole_drifts(database, {}).value()), now);
  ASSERT_TRUE(renew_cohorts(database));
  EXPECT_EQ(json_of(kept_drifts(database, "").value().value()), now);
}

std::string kept_rows(World& world) {
  std::string all;
  for (const char* table :
       {"cohort", "cohort_variant", "cohort_device", "cohort_setting", "cohort_value"}) {
    SQLite::Statement rows(world.sql(),
                           std::string("SELECT * FROM ") + table + " ORDER BY 1, 2, 3");
    for (; rows.executeStep(); all += '\n')
      for (int i = 0; i < rows.getColumnCount(); ++i) all += rows.getColumn(i).getString() + '|';
  }
  return all;
}

// Many models are compared by several threads, each of a few by this one.
TEST(Drift, IsKeptTheSameHoweverManyThreadsCompare) {
  World world;
  constexpr int kModels = 30;
  for (int host = 1; host <= 3 * kModels; ++host) {
    world.fact({host, "address.arp", "10.0.0." + std::to_string(host)});
    world.fact({host, "device.manufacturer", "Fresenius Kabi"});
    world.fact({host, "device.model", "Pump " + std::to_string(100 + host % kModels)});
    world.fact({host, "device.drug_library", host % 7 < 4 ? "7" : "8"});
  }
  world.derive();
  ASSERT_TRUE(renew_cohorts(world.database()));
  const std::string together = kept_rows(world);
  EXPECT_EQ(world.sql().execAndGet("SELECT count(*) FROM cohort").getInt(), kModels);
  for (const char* table :
       {"cohort", "cohort_variant", "cohort_device", "cohort_setting", "cohort_value"})
    world.sql().exec(std::string("DELETE FROM ") + table);
  for (int model = 100; model < 100 + kModels; ++model) {
    world.sql().exec("INSERT INTO changed_model VALUES ('pump" + std::to_string(model) + "')");
    ASSERT_TRUE(renew_cohorts(world.database()));
  }
  EXPECT_EQ(kept_rows(world), together);
}

}  // namespace
}  // namespace asepsis
