// Packs: every built-in check does what its fixtures say; a wrong pack is
// refused with file, line and key; a finding never rests on what is unknown.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "assess/checking.hpp"
#include "assess/fixture.hpp"
#include "assess/pack_set.hpp"
#include "built_in.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

// Calls `use` with each built-in check that captures decide.
template <class Use>
void for_each_check(Use use) {
  ASSERT_TRUE(PackSet::built_in(knowledge())) << PackSet::built_in(knowledge()).error().message;
  for (const Pack& pack : packs().packs())
    for (const Check& check : pack.checks)
      if (check.document.empty()) use(check);
}

TEST(Packs, HoldEightyChecksAndMoreThatCapturesDecide) {
  std::size_t count = 0;
  for_each_check([&](const Check&) { ++count; });
  EXPECT_GE(count, 80U);
}

TEST(Packs, DoWhatTheirFixturesSay) {
  for_each_check([](const Check& check) {
    const auto outcomes = try_fixtures(packs(), check);
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_GE(outcomes->size(), 2U) << check.id;
    for (const FixtureOutcome& outcome : *outcomes) EXPECT_EQ(outcome.problem, "") << outcome.where;
  });
}

// Whoever knows nothing finds nothing.
TEST(Packs, FindNothingWhereNothingWasHeard) {
  for_each_check([](const Check& check) {
    Fixture only_devices = check.fail.front();
    only_devices.facts.clear();
    only_devices.talks.clear();
    auto database = scratch_inventory(only_devices, check, knowledge()).value();
    const auto found = run_check(database, packs(), check);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(found->empty()) << check.id;
  });
}

// Take away what a finding says it rests on, and it is gone.
TEST(Packs, RestOnTheirEvidence) {
  for_each_check([](const Check& check) {
    auto database = scratch_inventory(check.fail.front(), check, knowledge()).value();
    const auto found = run_check(database, packs(), check).value();
    ASSERT_FALSE(found.empty()) << check.id;
    for (const Found& one : found)
      for (const Sighting& at : one.evidence) {
        const std::string id = std::to_string(at.id);
        switch (at.of) {
          case Sighting::Of::fact: database.sql().exec("DELETE FROM fact WHERE id = " + id); break;
          case Sighting::Of::talk:
            database.sql().exec("DELETE FROM conversation WHERE talk = " + id);
            database.sql().exec("DELETE FROM talk WHERE id = " + id);
            break;
          case Sighting::Of::document:
            database.sql().exec("DELETE FROM setting_document WHERE document_fact = " + id);
            break;
        }
      }
    EXPECT_TRUE(run_check(database, packs(), check)->empty()) << check.id;
  });
}

// A fact that was refused is evidence of what is not so.
TEST(Packs, DoNotFindWhatWasRefused) {
  for_each_check([](const Check& check) {
    Fixture refused = check.fail.front();
    for (Fixture::Fact& fact : refused.facts) fact.state = "refused";
    for (Fixture::Talk& talk : refused.talks) talk.state = "refused";
    auto database = scratch_inventory(refused, check, knowledge()).value();
    EXPECT_TRUE(run_check(database, packs(), check)->empty()) << check.id;
  });
}

TEST(Packs, AdviseWithoutHarm) {
  for_each_check([](const Check& check) {
    for (std::size_t i = 0; i < check.advice.size(); ++i) {
      const std::string& advice = check.advice[i];
      EXPECT_GE(advice.size(), 10U) << check.id;
      for (const char* harmful : {"unplug", "Unplug", "reboot", "Reboot", "pull the", "power off",
                                  "Power off", "shut it down", "Block ", "block the port"})
        EXPECT_EQ(advice.find(harmful), std::string::npos)
            << check.id << ' ' << kReaders[i] << ": " << advice;
    }
  });
}

// ---- What is wrong is said with file, line and key.

constexpr const char* kGood = R"([pack]
id = "ours"
title = "Ours"
version = "1"
[[check]]
id = "one"
title = "One"
query = "SELECT device, 'x' AS detail, id AS fact FROM facts"
cwe = ["CWE-319"]
clauses = { mds2 = ["SAHD-9"] }
harm = "Harm"
failure = "takeover"
needs = "nothing"
owner_role = "device-lead"
advice = { ward = "a", biomedical_engineering = "b", it_network = "c", procurement = "d", manufacturer = "e" }
fail = { facts = [{ claim = "http.title", value = "x", port = 80 }] }
pass = { talks = [{ port = 80 }] }
)";

std::string refusal(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  if (at == std::string::npos) return "the test is wrong: no " + from;
  text.replace(at, from.size(), to);
  auto set = PackSet::built_in(knowledge()).value();
  const auto added = set.add_text("ours.toml", text);
  return added ? "" : added.error().message;
}

TEST(PackFile, IsTakenIfItIsRight) { EXPECT_EQ(refusal("Harm", "Harm"), ""); }

TEST(PackFile, TakesNoTwoChecksOfOneId) {
  std::string text = kGood;
  text += text.substr(text.find("[[check]]"));
  auto set = PackSet::built_in(knowledge()).value();
  const auto added = set.add_text("ours.toml", text);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "ours.toml: line 19: check: id is 'one', as of the check at ours.toml: line 5");
}

TEST(PackFile, IsRefusedWithFileLineAndKey) {
  const struct {
    const char *from, *to, *says;
  } kRows[] = {
      {"title = \"One\"\n", "", "ours.toml: line 5: check: title is missing"},
      {"title = \"One\"", "title = 1", "ours.toml: line 7: check: title is not a text"},
      {"harm =", "hram =", "ours.toml: line 11: check: no such key: hram, did you mean harm?"},
      {"owner_role =", "owner-role =",
       "ours.toml: line 14: check: no such key: owner-role, did you mean owner_role?"},
      {"fail =", "fial =", "ours.toml: line 16: check: no such key: fial, did you mean fail?"},
      {"harm = \"Harm\"", "clases = [\"infusion-pump\"]\nharm = \"Harm\"",
       "ours.toml: line 11: check: no such key: clases, did you mean classes?"},
      {"ward = \"a\"", "wrad = \"a\"",
       "ours.toml: line 15: check.advice: no such key: wrad, did you mean ward?"},
      {"[[check]]", "[[chekc]]", "ours.toml: line 5: no such key: chekc, did you mean check?"},
      {"harm =", "danger =", "ours.toml: line 5: check: harm is missing"},
      {"harm = \"Harm\"", "harm = \"Harm\"\nlevel = 3",
       "ours.toml: line 12: check: no such key: level"},
      {"\"takeover\"", "\"theft\"",
       "ours.toml: line 12: check: failure is 'theft', none of takeover, tampering, loss, "
       "disclosure, weakening"},
      {"CWE-319", "319", "ours.toml: line 9: check: cwe holds '319', which is not like CWE-319"},
      {"SAHD-9", "SAHD9",
       "ours.toml: line 10: check.clauses: mds2 holds 'SAHD9', which is not like SAHD-9"},
      {"http.title", "http.titel",
       "ours.toml: line 16: check.fail.facts: claim is 'http.titel', which is no claim "
       "(docs/schema.md lists them), did you mean http.title?"},
      {", port = 80 }] }\npass", " }] }\npass",
       "ours.toml: line 16: check.fail.facts: port is missing: http.title is said of a service"},
      {"ward = \"a\", ", "", "ours.toml: line 15: check.advice: ward is missing"},
      {"id = \"one\"", "id = \"One\"", "ours.toml: line 6: check: id is 'One', not in kebab-case"},
      {"owner_role = \"device-lead\"", "owner_role = \"nobody\"",
       "ours.toml: line 14: check: owner_role is 'nobody', none of device-lead, "},
      {"title = \"One\"", "title = \"One\"\nclasses = [\n\"any\",\n\"infusionpump\"]",
       "ours.toml: line 10: check: classes holds 'infusionpump', which is no class (asepsis pack "
       "classes lists them), did you mean infusion-pump?"},
      {"version = \"1\"", "version = \"1\"\nclasses = [\"pump\"]",
       "ours.toml: line 5: pack: classes holds 'pump', which is no class (asepsis pack classes "
       "lists "
       "them), did you mean infusion-pump, syringe-pump or balloon-pump?"},
      {"version = \"1\"", "version = \"1\"\nclasses = [\"monitors\"]",
       "ours.toml: line 5: pack: classes holds 'monitors', which is no class (asepsis pack classes "
       "lists them), did you mean patient-monitor or environment-monitor?"},
      {"version = \"1\"", "version = \"1\"\nbuilds_on = [\"absent\"]",
       "ours.toml: line 5: pack: builds_on holds 'absent', which is no pack so far"},
      {"id = \"ours\"", "id = \"clinical\"",
       "ours.toml: line 2: pack: id is 'clinical', as of packs/clinical.toml"},
      {"[[check]]", "[check]",
       "ours.toml: line 5: check is one table: begin each check with [[check]], in two brackets"},
      {"[[check]]", "[check]\n[[check]]",
       "ours.toml: line 6: Error while parsing table header: cannot redefine existing table "
       "'check' as array-of-tables (write each of them with two brackets, as [[check]])"},
      {"[[check]]", "[chck]", "ours.toml: line 5: no such key: chck, did you mean check?"},
      {"[pack]\nid", "[[check]]\nid", "ours.toml: line 1: pack is missing: a table, [pack]"},
      {"mds2 =", "cve =",
       "ours.toml: line 10: check.clauses: no such key: cve (there may be iec_62443_4_2, mds2, "},
      {"harm =", "reach = \"all\"\nharm =",
       "ours.toml: line 11: check: reach is 'all', none of device, estate"},
      {"port = 80 }] }\npass", "port = 80, state = \"sen\" }] }\npass",
       "ours.toml: line 16: check.fail.facts: state is 'sen', none of seen, refused"},
      {"port = 80 }] }\npass", "port = 80, device = \"b\" }] }\npass",
       "ours.toml: line 16: check.fail.facts: device is 'b', which no row of devices has"},
      {"port = 80 }] }\npass", "port = 80 }], found = [\"b\"] }\npass",
       "ours.toml: line 16: check.fail: found holds 'b', which no row of devices has"},
      {"talks = [{ port", "talks = [{ security = \"none\", port",
       "ours.toml: line 17: check.pass.talks: security is 'none', none of clear, tls"},
      {"{ talks =", R"({ devices = [{ name = "it", class = "pumpe" }], talks =)",
       "ours.toml: line 17: check.pass.devices: class is 'pumpe', which is no class (asepsis pack "
       "classes lists them), did you mean infusion-pump, syringe-pump or balloon-pump?"},
      {"{ talks =", R"({ devices = [{ name = "it" }, { name = "it" }], talks =)",
       "ours.toml: line 17: check.pass.devices: name is 'it', as of another row"},
      {"version = \"1\"", "version = \"1", "ours.toml: line 4: "},
  };
  for (const auto& row : kRows)
    EXPECT_EQ(refusal(row.from, row.to).substr(0, std::string(row.says).size()), row.says)
        << row.to;
}

// The check of kGood with another query, asked of its fail fixture.
std::string query_refusal(const std::string& query) {
  std::string text = kGood;
  const std::string old = "SELECT device, 'x' AS detail, id AS fact FROM facts";
  text.replace(text.find(old), old.size(), query);
  auto set = PackSet::built_in(knowledge()).value();
  const auto added = set.add_text("ours.toml", text);
  if (!added) return added.error().message;
  const auto outcomes = try_fixtures(set, set.packs().back().checks.front());
  return outcomes ? "" : outcomes.error().message;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

// What several facts and talks come to, by its own evidence.
TEST(PackQuery, MayAskOfSettings) {
  std::string text = replaced(
      kGood, "SELECT device, 'x' AS detail, id AS fact FROM facts",
      "SELECT s.device, s.value AS detail, e.fact, e.talk FROM settings s JOIN "
      "setting_evidence_rows e ON e.setting_id = s.id WHERE s.setting IN ('telnet', "
      "'tls.lowest_version') AND s.state = 'seen' AND (s.level = 'open' OR s.value = 'TLS 1.0')");
  text = replaced(text, R"(fail = { facts = [{ claim = "http.title", value = "x", port = 80 }] })",
                  R"(fail = [
  { talks = [{ port = 23, application = "telnet" }] },
  { facts = [{ claim = "tls.version", value = "TLS 1.2", port = 443 },
             { claim = "tls.version", value = "TLS 1.0", port = 443 }] }])");
  text = replaced(text, "pass = { talks = [{ port = 80 }] }", R"(pass = [
  { talks = [{ port = 23, application = "telnet", security = "tls" }] },
  { talks = [{ port = 23, application = "telnet", state = "refused" }] },
  { facts = [{ claim = "tls.version", value = "TLS 1.2", port = 443 }] }])");
  auto set = PackSet::built_in(knowledge()).value();
  const auto added = set.add_text("ours.toml", text);
  ASSERT_TRUE(added) << added.error().message;
  const auto outcomes = try_fixtures(set, set.packs().back().checks.front());
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->size(), 5);
  for (const FixtureOutcome& one : *outcomes) EXPECT_EQ(one.problem, "") << one.where;
}

TEST(PackQuery, MustReadOnlyAndGiveEvidence) {
  const struct {
    const char *query, *says;
  } kRows[] = {
      {"SELECT device, 'x' AS detail, id AS fact FROM facts", ""},
      {"DELETE FROM fact", "query can only read"},
      {"ATTACH 'x' AS y", "query can only read"},
      {"SELECT device, 'x' AS detail FROM facts",
       "query must give device, detail, and fact, talk or document_fact"},
      {"SELECT device, 'x' AS detail, id AS fact, ip FROM facts", "query gives a column 'ip'"},
      {"SELECT id AS device, 'x' AS detail, NULL AS fact FROM devices",
       "without evidence: a finding never rests on what is unknown"},
      {"SELECT device, 'x' AS detail, 999 AS fact FROM facts", "without evidence"},
      {"SELECT 'd-none' AS device, 'x' AS detail, id AS fact FROM facts", "which is no device"},
      {"SELECT device, NULL AS detail, id AS fact FROM facts", "gives no detail"},
      {"SELECT device, 'x' AS detail, id AS fact FROM facts; SELECT 1", "it must be one SELECT"},
      {"SELECT device, 'x' AS detail, id AS fact, id AS fact FROM facts", "two columns 'fact'"},
      {"SELECT device, 'x' AS detail, id AS fact FROM facts WHERE id = ?", "has a parameter"},
      {"  -- nothing is asked", "ours.toml: line 8: ours.one: query is empty"},
      {"SELECT absent", "ours.toml: line 8: ours.one: query: no such column: absent"},
  };
  EXPECT_EQ(query_refusal("SELECT device, 'x' AS detail, id AS fact FROM facts ; "), "");
  for (const auto& row : kRows)
    EXPECT_NE(query_refusal(row.query).find(row.says), std::string::npos)
        << row.query << ": " << query_refusal(row.query);
}

// Fixtures refuse it; in an inventory it may be what nobody thought of.
TEST(PackQuery, WithoutDetailFindsByItsTitle) {
  auto set = PackSet::built_in(knowledge()).value();
  ASSERT_TRUE(set.add_text("ours.toml", replaced(kGood, "'x' AS detail", "NULL AS detail")));
  const Check& check = set.packs().back().checks.front();
  auto database = scratch_inventory(check.fail.front(), check, knowledge()).value();
  const auto found = run_check(database, set, check);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().detail, check.title);
}

// The line of the file in which the SQL is wrong, what stands there, and what may be meant.
TEST(PackQuery, IsRefusedByTheLineInItThatIsWrong) {
  const struct {
    const char *query, *says;
  } kRows[] = {
      {"'''\nSELECT device, 'x' AS detail,\n  id AS fact FROM factz\nWHERE id > 0'''",
       "ours.toml: line 10: ours.one: query: no such table: factz, at \"factz\", did you mean "
       "facts? (docs/schema.md lists"},
      {"'''SELECT device, 'x' AS detail,\n  id AS fact FROM facts\n  WHERE claimm = 'x''''",
       "ours.toml: line 10: ours.one: query: no such column: claimm, at \"claimm = 'x'\", did you "
       "mean claim?"},
      {"'''\r\nSELECT device,\r\n  'x' 'y' AS detail, id AS fact\r\nFROM facts'''",
       "ours.toml: line 10: ours.one: query: near \"AS\": syntax error, at \"AS detail, id AS "
       "fact\""},
      {"'''\nSELECT device, 'x' AS detail,\n  id AS fact FROM facts WHERE (id > 0\n\n'''",
       "ours.toml: line 10: ours.one: query: incomplete input, at \"id AS fact FROM facts WHERE "
       "(id "
       "> 0\": is a ) or an END missing?"},
      {"'''\nSELECT device,\n  'x AS detail,\n  id AS fact FROM facts\n'''",
       "ours.toml: line 10: ours.one: query: unrecognized token: "},
      {"\"\"\"\nSELECT device,\n  uper('x') AS detail, id AS fact FROM facts\"\"\"",
       "ours.toml: line 10: ours.one: query: no such function: uper, at \"uper('x')"},
      // Its lines are not those of the file: then it is told by the line of its key.
      {R"("SELECT device,\n 'x' AS detail, id AS fact\nFROM factz")",
       "ours.toml: line 8: ours.one: query: no such table: factz, at \"factz\""},
  };
  for (const auto& row : kRows) {
    auto set = PackSet::built_in(knowledge()).value();
    const auto added = set.add_text(
        "ours.toml",
        replaced(kGood, "\"SELECT device, 'x' AS detail, id AS fact FROM facts\"", row.query));
    ASSERT_TRUE(added) << added.error().message;
    const auto outcomes = try_fixtures(set, set.packs().back().checks.front());
    ASSERT_FALSE(outcomes) << row.query;
    EXPECT_EQ(outcomes.error().message.substr(0, std::string(row.says).size()), row.says);
  }
}

TEST(PackQuery, EndsWhenItHasNoEnd) {
  const std::string text = replaced(
      kGood, "SELECT device, 'x' AS detail, id AS fact FROM facts",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
      "SELECT device, 'x' AS detail, id AS fact FROM facts WHERE (SELECT max(i) FROM n) > 0 "
      "UNION ALL SELECT NULL, NULL, max(i) FROM n");
  auto set = PackSet::built_in(knowledge()).value();
  const auto added = set.add_text("ours.toml", text);
  ASSERT_TRUE(added) << added.error().message;
  auto database = Database::open(":memory:", Database::Mode::write);
  ASSERT_TRUE(database);
  const auto asked = run_checks(*database, set, std::chrono::milliseconds(50));
  ASSERT_FALSE(asked);
  EXPECT_NE(asked.error().message.find("ours.one: query takes longer than 50 ms"),
            std::string::npos)
      << asked.error().message;
  // What else is asked then has all the time it needs.
  EXPECT_TRUE(database->sql().execAndGet("SELECT count(*) FROM devices").isInteger());
}

}  // namespace
}  // namespace asepsis
