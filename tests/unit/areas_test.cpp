// Which care area a device serves: whose word counts, and where a rule for a
// VLAN or a network holds.

#include <gtest/gtest.h>

#include "app/areas_command.hpp"
#include "assess/surroundings.hpp"
#include "inventory/care_area.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kRules = R"(
[[area]]
name = "Theatres"
vlans = [120, 121]
networks = ["10.1.2.0/24", "2001:db8:1::/48"]

[[area]]
name = "ICU"
vlans = 130
networks = "10.1.0.0/16"
)";

std::vector<AreaRule> rules(std::string_view text = kRules) {
  return read_area_rules("areas.toml", text).value();
}

struct At {
  int vlan;
  std::string ip;
  std::int64_t first = 10, last = 20;
  bool own_mac = true;
};

struct Case {
  std::string what;
  std::vector<At> at;
  std::vector<std::string> says = {};
  std::string area, by = {};  // empty: not known; nobody's rule
};

const std::vector<Case> kCases{
    {"a VLAN", {{120, "10.9.0.5"}}, {}, "Theatres", "areas.toml: line 2: VLAN 120 is Theatres"},
    {"no rule", {{99, "10.9.0.5"}}, {}, ""},
    {"a network", {{0, "10.1.9.5"}}, {}, "ICU", "areas.toml: line 7: 10.1.0.0/16 is ICU"},
    {"a network in a network",
     {{0, "10.1.2.5"}},
     {},
     "Theatres",
     "areas.toml: line 2: 10.1.2.0/24 is Theatres"},
    {"a network of IPv6",
     {{0, "2001:db8:1:2::7"}},
     {},
     "Theatres",
     "areas.toml: line 2: 2001:db8:1::/48 is Theatres"},
    {"a network in a VLAN",
     {{130, "10.1.2.5"}, {130, ""}, {130, "fe80::1"}},
     {},
     "Theatres",
     "areas.toml: line 2: 10.1.2.0/24 is Theatres"},
    {"the word of the device", {{120, "10.9.0.5"}}, {"WARD7"}, "WARD7", ""},
    {"the word it says most", {{120, "10.9.0.5"}}, {"B", "A", "B"}, "B", ""},
    {"it moved",
     {{120, "10.9.0.5", 10, 20}, {130, "10.9.1.5", 30, 40}},
     {},
     "ICU",
     "areas.toml: line 7: VLAN 130 is ICU"},
    {"it was here and there", {{120, "10.9.0.5", 10, 50}, {130, "10.9.1.5", 30, 40}}, {}, ""},
    {"two VLANs of one area",
     {{120, "10.9.0.5", 10, 50}, {121, "10.9.1.5", 30, 40}},
     {},
     "Theatres",
     "areas.toml: line 2: VLAN 120 is Theatres"},
    {"whom it talks to behind a router", {{120, "10.9.0.5", 10, 20, false}}, {}, ""},
};

// "area, by": as devices and the rating have it.
std::string placed(World& world, const std::string& ip) {
  SQLite::Statement row(world.sql(), "SELECT DISTINCT device FROM addresses WHERE ip = ?");
  row.bind(1, ip);
  if (!row.executeStep()) return "no device";
  const std::string device = row.getColumn(0).getString();
  const Surroundings around(world.sql());
  return around.device(device)->care_area + ", " + around.device(device)->care_area_by;
}

TEST(Areas, AreThoseOfTheStrongestWord) {
  for (const Case& one : kCases) {
    World world;
    for (const At& at : one.at) world.stay(1, at.vlan, at.ip, at.first, at.last, at.own_mac);
    int protocol = 0;
    for (const std::string& says : one.says) world.fact({1, "device.care_area", says, ++protocol});
    keep_area_rules(world.sql(), "here", rules());
    world.derive();
    EXPECT_EQ(placed(world, one.at.front().ip), one.area + ", " + one.by) << one.what;
  }
}

TEST(Areas, AreNotThoseOfTheServerThatLeasedTheAddress) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  world.lease(1, 130, "10.9.0.5");  // relayed
  keep_area_rules(world.sql(), "here", rules());
  world.derive();
  EXPECT_EQ(placed(world, "10.9.0.5"), "Theatres, areas.toml: line 2: VLAN 120 is Theatres");
}

TEST(Areas, KeepWhatIsOutrankedAsEvidence) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  world.fact({1, "device.care_area", "WARD7"});
  keep_area_rules(world.sql(), "here", rules());
  world.derive();
  SQLite::Statement rows(world.sql(),
                         "SELECT group_concat(weight || ' ' || rule || ' ' || coalesce(value, ''), "
                         "'; ') FROM (SELECT * FROM evidence WHERE attribute = 'care_area' "
                         "ORDER BY weight DESC)");
  ASSERT_TRUE(rows.executeStep());
  EXPECT_EQ(rows.getColumn(0).getString(),
            "1.0 said by the device WARD7; 0.0 areas.toml: line 2: VLAN 120 is Theatres ");
}

// Whatever a device makes up, its area keeps its evidence, and a page is enough.
TEST(Areas, KeepBoundedEvidenceOfWhatIsDecided) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  for (int i = 0; i < 100; ++i) world.fact({1, "device.care_area", "A" + std::to_string(i)});
  for (int port = 1; port <= 2; ++port) world.fact({1, "device.care_area", "Z", port});
  world.derive();
  EXPECT_EQ(placed(world, "10.9.0.5"), "Z, ");
  const auto count = [&](const std::string& where) {
    return world.sql()
        .execAndGet("SELECT count(*) FROM evidence WHERE attribute = 'care_area' AND " + where)
        .getInt();
  };
  EXPECT_EQ(count("weight > 0 AND value = 'Z'"), 2);
  EXPECT_EQ(count("weight > 0 AND value <> 'Z'"), 0);
  EXPECT_EQ(count("weight = 0"), 20);
}

// A list stands between the device and the rules, in whatever order they come.
TEST(Areas, LeaveTheWordToWhoIsStronger) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  keep_area_rules(world.sql(), "here", rules());
  world.derive();
  forget_rules(world.sql());
  EXPECT_EQ(placed(world, "10.9.0.5"), ", ");
  world.sql().exec(
      "INSERT INTO device_value (device, attribute, value, confidence, runner_up, "
      "runner_up_confidence, evidence, source) SELECT DISTINCT device, 'care_area', 'Listed', 0.9, "
      "'', 0, '[]', 'document' FROM device_endpoint");
  for (int i = 0; i < 2; ++i) {
    place_by_rules(world.sql());
    EXPECT_EQ(placed(world, "10.9.0.5"), "Listed, the asset register");
  }
}

// Rules hold for their site alone, until others are given for it.
TEST(Areas, AreReplacedSiteBySite) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  keep_area_rules(world.sql(), "elsewhere", rules());
  world.derive();
  EXPECT_EQ(placed(world, "10.9.0.5"), ", ");
  keep_area_rules(world.sql(), "here", rules());
  world.derive();
  keep_area_rules(world.sql(), "here", rules("[[area]]\nname = \"Ward 4\"\nvlans = [120]"));
  place_by_rules(world.sql());
  EXPECT_EQ(placed(world, "10.9.0.5"), "Ward 4, areas.toml: line 1: VLAN 120 is Ward 4");
  keep_area_rules(world.sql(), "here", rules(""));
  place_by_rules(world.sql());
  EXPECT_EQ(placed(world, "10.9.0.5"), ", ");
  EXPECT_EQ(world.sql().execAndGet("SELECT count(*) FROM areas").getInt(), 6);
}

// Of whatever came first, rules or what was heard.
TEST(Areas, AreTheSameInAnyOrderAndAfterDerivingAgain) {
  std::string first;
  for (const bool rules_first : {true, false}) {
    World world;
    if (rules_first) keep_area_rules(world.sql(), "here", rules());
    world.stay(1, 120, "10.9.0.5", 10, 20);
    world.stay(2, 130, "10.9.1.5", 10, 20);
    if (!rules_first) keep_area_rules(world.sql(), "here", rules());
    world.derive();
    world.derive();
    const std::string both = placed(world, "10.9.0.5") + "; " + placed(world, "10.9.1.5");
    if (first.empty()) first = both;
    EXPECT_EQ(both, first);
  }
  EXPECT_NE(first.find("; ICU, "), std::string::npos) << first;
}

// A database of schema 2 knew no rules, one of today keeps them.
TEST(Areas, SurviveARenewedSchema) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  world.derive();
  world.sql().exec(
      "DROP VIEW areas; DROP VIEW area_rule_text; DROP TABLE area_rule; PRAGMA user_version = 2");
  for (const int version : {2, 3}) {
    world.sql().exec("PRAGMA user_version = " + std::to_string(version));
    auto database = Database::open(World::file(), Database::Mode::write);
    ASSERT_TRUE(database) << database.error().message;
    if (version == 2) keep_area_rules(database->sql(), "here", rules());
    EXPECT_EQ(database->sql().execAndGet("SELECT count(*) FROM areas").getInt(), 6);
  }
  world.derive();
  EXPECT_EQ(placed(world, "10.9.0.5"), "Theatres, areas.toml: line 2: VLAN 120 is Theatres");
}

struct Refused {
  std::string text, why;
};

TEST(AreaRules, AreRefusedWithTheLineAndTheReason) {
  const std::string begin = "[[area]]\nname = \"A\"\n";
  const std::vector<Refused> refused{
      {"[[area]]\nvlans = [1]\n", "line 1: area: name is missing"},
      {"[[area]]\nname = \"\"\nvlans = [1]\n", "line 2: area: name is empty"},
      {"[[area]]\nname = \" \"\nvlans = [1]\n", "line 2: area: name begins or ends with a space"},
      {"[[area]]\nname = \"" + std::string(101, 'x') + "\"\nvlans = 1\n",
       "line 2: area: name is longer than 100 bytes"},
      {begin, "line 1: area: vlans is missing, and so is networks"},
      {begin + "vlans = [0]\n", "line 3: area: vlans is not a list of numbers from 1 to 4094"},
      {begin + "vlans = [4095]\n", "line 3: area: vlans is not a list of numbers from 1 to 4094"},
      {begin + "vlans = [\"7\"]\n", "line 3: area: vlans is not a list of numbers from 1 to 4094"},
      {begin + "vlan = [7]\n", "line 3: area: no such key: vlan, did you mean vlans?"},
      {begin + "vlans = [7, 7]\n", "line 3: area: vlans names VLAN 7, and so does"},
      {begin + "vlans = 7\n[[area]]\nname = \"B\"\nvlans = 7\n",
       "line 6: area: vlans names VLAN 7, and so does areas.toml: line 1"},
      {begin + "networks = [\"10.1.2.0\"]\n", "line 3: area: networks holds '10.1.2.0', which is"},
      {begin + "networks = [\"10.1.2.0/33\"]\n", "line 3: area: networks holds '10.1.2.0/33'"},
      {begin + "networks = [\"10.1.2.0/0\"]\n", "line 3: area: networks holds '10.1.2.0/0'"},
      {begin + "networks = [\"10.1.2.0/24 \"]\n", "line 3: area: networks holds '10.1.2.0/24 '"},
      {begin + "networks = [\"::/129\"]\n", "line 3: area: networks holds '::/129'"},
      {begin + "networks = [\"10.1.2.5/24\"]\n",
       "line 3: area: networks holds '10.1.2.5/24', whose network is 10.1.2.0/24"},
      {begin + "networks = [\"10.1.2.0/24\", \"10.1.2.0/24\"]\n",
       "line 3: area: networks names 10.1.2.0/24, and so does areas.toml: line 1"},
      {"[[areas]]\nname = \"A\"\nvlans = [1]\n", "line 1: no such key: areas, did you mean area?"},
      {"[[area]\n", "line 1: "},
      {"area = 7\n", "line 1: area is not a list of tables"},
  };
  for (const Refused& one : refused) {
    const auto read = read_area_rules("areas.toml", one.text);
    ASSERT_FALSE(read) << one.text;
    EXPECT_TRUE(read.error().message.starts_with("areas.toml: " + one.why))
        << read.error().message << "\n     not " << one.why;
  }
  EXPECT_TRUE(rules("").empty());
}

TEST(Networks, AreReadWrittenAndHoldTheirAddresses) {
  for (const char* text : {"10.1.2.0/24", "10.1.2.7/32", "128.0.0.0/1", "10.1.2.128/25", "::/1",
                           "2001:db8::/32", "2001:db8::7/128", "fe80::/10"})
    EXPECT_EQ(to_text(network_from_text(text).value()), text);
  const auto network = network_from_text("10.1.2.128/25").value();
  const auto holds = [&](const char* ip) {
    return network_of(ip_from_text(ip).value(), network.bits) == network;
  };
  EXPECT_TRUE(holds("10.1.2.128"));
  EXPECT_TRUE(holds("10.1.2.255"));
  EXPECT_FALSE(holds("10.1.2.127"));
  EXPECT_FALSE(holds("10.1.3.128"));
  EXPECT_FALSE(holds("2001:db8::1"));
}

TEST(AreasCommand, ShowsHostileTextHarmlessly) {
  World world;
  world.stay(1, 120, "10.9.0.5", 10, 20);
  keep_area_rules(world.sql(), "here", rules("[[area]]\nname = \"\\u001B[2J\"\nvlans = [120]"));
  world.derive();
  for (const Form form : {Form::table, Form::json, Form::csv}) {
    testing::internal::CaptureStdout();
    const auto done = run(AreasCommand{.answer = {.database = World::file(), .form = form}});
    const std::string out = testing::internal::GetCapturedStdout();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_NE(out.find("120"), std::string::npos) << out;
    EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
  }
}

}  // namespace
}  // namespace asepsis
