// Findings over time: the same for ever, gone and back, accepted until a day,
// and alive when the inventory is derived again.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "assess/acceptance.hpp"
#include "assess/checking.hpp"
#include "assess/finding_store.hpp"
#include "assess/fixture.hpp"
#include "built_in.hpp"
#include "inventory/derive.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

Time day(const char* text) { return time_from_text(std::string(text) + "T12:00:00Z").value(); }

// A pump that answers Telnet.
class Findings : public testing::Test {
 protected:
  Findings() : check_(packs().find("clinical")->checks[4]), database_(scratch()) {}

  Database scratch() {
    EXPECT_EQ(check_.id, "clinical.telnet");
    return scratch_inventory(check_.fail.front(), check_, knowledge()).value();
  }

  CheckOutcome look(Time now = day("2026-03-01")) {
    return store_findings(database_, packs(), run_checks(database_, packs()).value(), now).value();
  }

  std::string ask(const std::string& sql) {
    SQLite::Statement statement(database_.sql(), sql);
    return statement.executeStep() ? statement.getColumn(0).getString() : "(none)";
  }
  std::string state() {
    return ask("SELECT state FROM findings WHERE \"check\" = 'clinical.telnet'");
  }
  std::string id() { return ask("SELECT id FROM findings WHERE \"check\" = 'clinical.telnet'"); }

  const Check& check_;
  Database database_;
};

TEST_F(Findings, AreTheSameWhenLookedForAgain) {
  EXPECT_GT(look().fresh, 0U);
  const std::string first = id();
  EXPECT_EQ(first, finding_id("it", "clinical.telnet", "23/telnet"));
  const auto again = look(day("2026-04-01"));
  EXPECT_EQ(again.fresh + again.back + again.gone, 0U);
  EXPECT_EQ(id(), first);
  EXPECT_EQ(ask("SELECT count(*) FROM finding_history"), ask("SELECT count(*) FROM findings"));
}

// What is the same is not written again; what differs, or was lost, is.
TEST_F(Findings, AreMendedWhereTheyDifferFromWhatIsFound) {
  look();
  const std::string all =
      "SELECT json_group_array(json_array(id, rating, detail, last_seen, evidence)) FROM (SELECT * "
      "FROM findings ORDER BY id)";
  const std::string before = ask(all);
  for (const char* change :
       {"UPDATE finding SET detail = 'another'", "UPDATE finding SET rating = 1",
        "UPDATE finding SET last_seen = 0", "DELETE FROM finding_evidence",
        "UPDATE finding_evidence SET text = 'another'",
        "INSERT INTO finding_evidence SELECT id, 'more', 9, 9, 'more' FROM finding"}) {
    database_.sql().exec(change);
    EXPECT_NE(ask(all), before) << change;
    look();
    EXPECT_EQ(ask(all), before) << change;
  }
}

TEST_F(Findings, SayWhatIsBehind) {
  const std::string behind = "SELECT coalesce(behind, 'nothing') FROM checks_asked";
  EXPECT_EQ(ask(behind), "(none)");
  look();
  EXPECT_EQ(ask(behind), "nothing");
  ASSERT_TRUE(store_findings_of(database_, packs(), {}, {"other"}, day("2026-04-01")));
  EXPECT_EQ(ask(behind), "estate");
  look();
  EXPECT_EQ(ask(behind), "nothing");
  ASSERT_TRUE(derive_inventory(database_, knowledge()));
  EXPECT_EQ(ask(behind), "everything");
  ASSERT_TRUE(store_findings_of(database_, packs(), {}, {"other"}, day("2026-04-01")));
  EXPECT_EQ(ask(behind), "everything");
  look();
  EXPECT_EQ(ask(behind), "nothing");
}

// What was found in the background is older than what was asked about some devices since.
TEST_F(Findings, OfDevicesThatWereAskedAboutSinceAreNotUndone) {
  look();
  const auto older = run_checks(database_, packs()).value();
  const std::vector<const Check*> asked{&check_};
  database_.sql().exec("UPDATE conversation SET state = 'refused'");
  look(day("2026-04-01"));
  EXPECT_EQ(state(), "gone");
  std::vector<Found> of_check;
  std::ranges::copy_if(older, std::back_inserter(of_check),
                       [&](const Found& one) { return one.check->id == check_.id; });
  const auto store = [&](const std::vector<Found>& found, const std::set<std::string>& but) {
    ASSERT_TRUE(store_findings_of_checks(database_, packs(), asked, found, but, day("2026-04-02")));
  };
  store(of_check, {"it"});
  EXPECT_EQ(state(), "gone");
  store(of_check, {"another"});
  EXPECT_EQ(state(), "open");
  store({}, {"it"});
  EXPECT_EQ(state(), "open");
  store({}, {});
  EXPECT_EQ(state(), "gone");
}

TEST_F(Findings, KeepTheirEvidenceWhenTheyAreGone) {
  look();
  const std::string evidence = ask("SELECT evidence FROM findings");
  EXPECT_NE(evidence.find("\"packet\":1"), std::string::npos) << evidence;
  database_.sql().exec("DELETE FROM conversation");
  EXPECT_GT(look(day("2026-04-01")).gone, 0U);
  EXPECT_EQ(state(), "gone");
  EXPECT_EQ(ask("SELECT evidence FROM findings"), evidence);
}

TEST_F(Findings, ComeBackUnderTheirId) {
  look();
  const std::string first = id();
  database_.sql().exec("UPDATE conversation SET state = 'refused'");
  look(day("2026-04-01"));
  EXPECT_EQ(state(), "gone");
  database_.sql().exec("UPDATE conversation SET state = 'seen'");
  EXPECT_GT(look(day("2026-05-01")).back, 0U);
  EXPECT_EQ(state(), "open");
  EXPECT_EQ(id(), first);
  EXPECT_EQ(ask("SELECT group_concat(state) FROM finding_history WHERE finding = '" + first + "'"),
            "open,gone,open");
}

TEST_F(Findings, FollowADeviceThatGetsAnotherId) {
  look();
  const std::string first = id();
  database_.sql().exec("UPDATE device SET id = 'better' WHERE id = 'it'");
  database_.sql().exec(
      "INSERT INTO device_alias SELECT 'better', key, 'x' FROM device WHERE id = 'better'");
  const auto again = look(day("2026-04-01"));
  EXPECT_EQ(again.fresh + again.gone, 0U);
  EXPECT_EQ(id(), first);
  EXPECT_EQ(ask("SELECT device FROM findings"), "better");
}

TEST_F(Findings, AreAcceptedUntilADay) {
  look();
  const Acceptance acceptance{
      .finding = id(), .until = "2026-06-30", .who = "A. Lead", .why = "replaced in June"};
  ASSERT_TRUE(accept_finding(database_, acceptance, day("2026-03-02")));
  EXPECT_EQ(state(), "accepted-until");
  EXPECT_EQ(look(day("2026-06-30")).accepted, 1U);
  EXPECT_EQ(state(), "accepted-until");
  look(day("2026-07-01"));
  EXPECT_EQ(state(), "open");
}

TEST_F(Findings, AreNotAcceptedInThePastOrByNonsense) {
  look();
  for (const char* until : {"2026-02-28", "2026-02-30", "30.6.2026", "2026-6-30", ""}) {
    const Acceptance acceptance{.finding = id(), .until = until, .who = "A", .why = "B"};
    EXPECT_FALSE(accept_finding(database_, acceptance, day("2026-03-02"))) << until;
  }
  const Acceptance unknown{.finding = "f-0", .until = "2027-01-01", .who = "A", .why = "B"};
  EXPECT_FALSE(accept_finding(database_, unknown, day("2026-03-02")));
  EXPECT_EQ(state(), "open");
}

// Refused for longer than a day: closed. For less: merely out of order.
TEST_F(Findings, EndWhenTheServiceIsClosedForGood) {
  look();
  const std::string refused =
      "INSERT INTO talk (source, client, server, protocol, port, state, security, application, "
      "client_bytes, server_bytes, client_packets, server_packets, client_hops, server_hops, "
      "client_ports, shape, mark, client_least, client_most, server_least, server_most, interval, "
      "regular, first_seen, last_seen, count, packet) SELECT source, client, server, protocol, "
      "port, 'refused', 'clear', '', 0, 0, 1, 1, 0, 0, '1', '', '', 0, 0, 0, 0, 0, 0, first_seen + "
      "@, first_seen + @, 1, 9 FROM talk LIMIT 1";
  const auto refuse_after = [&](const std::string& hours) {
    std::string sql = refused;
    for (auto at = sql.find('@'); at != std::string::npos; at = sql.find('@'))
      sql.replace(at, 1, hours + " * 3600000000000");
    database_.sql().exec(sql);
    database_.sql().exec(
        "INSERT INTO conversation SELECT last_insert_rowid(), client, server, 0, 'refused', "
        "'clear', '' FROM conversation LIMIT 1");
    look(day("2026-04-01"));
    return state();
  };
  EXPECT_EQ(refuse_after("1"), "open");
  database_.sql().exec("DELETE FROM conversation WHERE state = 'refused'");
  EXPECT_EQ(refuse_after("25"), "gone");
}

}  // namespace
}  // namespace asepsis
