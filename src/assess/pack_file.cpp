#include <re2/re2.h>

#include "assess/pack.hpp"
#include "base/toml_table.hpp"
#include "fact/claim.hpp"

namespace asepsis {
namespace {

struct ClauseSet {
  std::string_view name;
  LazyRE2 form;
};
// The standards a check may name, and what a clause of each looks like.
const ClauseSet kClauseSets[] = {
    {"iec_62443_4_2", {R"(CR [1-7]\.\d{1,2})"}},
    {"mds2", {R"([A-Z]{4}-\d{1,2}(\.\d{1,2})*)"}},
    {"nist", {R"(SP \d+(-\d+)?)"}},
    {"caf", {R"([A-E][1-6]\.[a-e])"}},
    {"etsi_en_303_645", {R"(5\.\d{1,2}(-\d{1,2})?)"}},
    {"other", {R"(.{3,80})"}},
};
constexpr std::string_view kTransports[] = {"tcp", "udp"};
constexpr std::string_view kStates[] = {"seen", "refused"};
constexpr std::string_view kTalkStates[] = {"seen", "refused", "unanswered"};
constexpr std::string_view kOurs = "it";      // the device a fixture is about
constexpr std::string_view kOther = "other";  // who talks to it
constexpr std::int64_t kMostHours = 24L * 366 * 10;

const LazyRE2 kIdForm = {"[a-z0-9]+(-[a-z0-9]+)*"};
const LazyRE2 kCweForm = {R"(CWE-\d+)"};

void check_form(TomlTable& in, std::string_view key, const std::vector<std::string>& values,
                const RE2& form) {
  for (const std::string& value : values)
    if (!RE2::FullMatch(value, form))
      in.wrong(key, "holds '" + value + "', which has not its form");
}

Fixture::Device read_device(TomlTable& in) {
  return {.name = in.text("name"),
          .device_class = in.text_or("class"),
          .manufacturer = in.text_or("manufacturer"),
          .model = in.text_or("model"),
          .firmware = in.text_or("firmware"),
          .os = in.text_or("os"),
          .ip = in.text_or("ip"),
          .care_area = in.text_or("care_area"),
          .vlan = in.number("vlan", 0, 0, 4095)};
}

std::string state_of(TomlTable& in, auto& states) {
  const std::string state = in.text_or("state", "seen");
  if (std::ranges::find(states, state) == std::end(states)) in.wrong("state", "is no such state");
  return state;
}

Fixture::Fact read_fact(TomlTable& in) {
  Fixture::Fact fact{.device = in.text_or("device", kOurs),
                     .claim = in.text("claim"),
                     .value = in.text("value"),
                     .state = state_of(in, kStates),
                     .protocol = in.text_or("protocol", "fixture"),
                     .equipment = in.text_or("equipment"),
                     .port = in.number("port", 0, 0, 65'535),
                     .hour = in.number("hour", 0, 0, kMostHours),
                     .count = in.number("count", 1, 1, 1'000'000)};
  const auto* const known = std::ranges::find(kClaims, fact.claim, &ClaimRow::name);
  if (known == std::end(kClaims)) {
    in.wrong("claim", "is '" + fact.claim + "', which is no claim (docs/schema.md lists them)");
  } else if (known->scope == Scope::service && fact.port == 0) {
    in.wrong("port", "is missing: " + fact.claim + " is said of a service");
  }
  return fact;
}

Fixture::Talk read_talk(TomlTable& in) {
  Fixture::Talk talk{.client = in.text_or("client", kOther),
                     .server = in.text_or("server", kOurs),
                     .transport = in.text_or("transport", "tcp"),
                     .application = in.text_or("application"),
                     .security = in.text_or("security", "clear"),
                     .state = state_of(in, kTalkStates),
                     .port = in.number("port", 0, 0, 65'535),
                     .hour = in.number("hour", 0, 0, kMostHours)};
  if (std::ranges::find(kTransports, talk.transport) == std::end(kTransports))
    in.wrong("transport", "is neither tcp nor udp");
  return talk;
}

Fixture::Said read_said(TomlTable& in) {
  Fixture::Said said{.device = in.text_or("device", kOurs),
                     .setting = in.text("setting"),
                     .value = in.text("value"),
                     .about = in.text_or("about"),
                     .level = in.text_or("level")};
  if (!said.setting.starts_with("export."))
    in.wrong("setting", "is '" + said.setting + "': what an export says is export.PATH");
  constexpr std::string_view kLevels[] = {"", "open", "weak", "strong"};
  if (std::ranges::find(kLevels, said.level) == std::end(kLevels))
    in.wrong("level", "is none of open, weak and strong");
  return said;
}

Fixture read_fixture(TomlTable& in, bool fails) {
  Fixture fixture;
  fixture.where = in.where();
  fixture.about = in.text_or("about");
  in.tables("devices", [&](TomlTable& row) { fixture.devices.push_back(read_device(row)); });
  in.tables("facts", [&](TomlTable& row) { fixture.facts.push_back(read_fact(row)); });
  in.tables("talks", [&](TomlTable& row) { fixture.talks.push_back(read_talk(row)); });
  in.tables("said", [&](TomlTable& row) { fixture.said.push_back(read_said(row)); });
  if (fixture.facts.empty() && fixture.talks.empty() && fixture.said.empty())
    in.wrong("facts", "is missing, and so are talks and said: a fixture needs rows");
  if (fails) {
    fixture.found = in.texts("found");
    if (fixture.found.empty()) fixture.found.emplace_back(kOurs);
  }
  return fixture;
}

void read_clauses(TomlTable& in, Check& check) {
  in.table(
      "clauses",
      [&](TomlTable& clauses) {
        for (const ClauseSet& set : kClauseSets) {
          auto values = clauses.texts(set.name);
          check_form(clauses, set.name, values, *set.form);
          if (!values.empty()) check.clauses.emplace_back(set.name, std::move(values));
        }
      },
      true);
  if (check.clauses.empty()) in.wrong("clauses", "names no clause");
}

// What only a check that captures decide has.
void read_decision(TomlTable& in, Check& check) {
  check.query = in.text("query");
  const std::string reach = in.text_or("reach");
  check.of_estate = reach == "estate";
  if (!reach.empty() && reach != "device" && !check.of_estate)
    in.wrong("reach", "is neither device nor estate");
  check.failure = in.word("failure", kFailures);
  check.needs = in.word("needs", kNeeds);
  in.table(
      "advice",
      [&](TomlTable& advice) {
        for (std::size_t i = 0; i < kReaders.size(); ++i)
          check.advice[i] = advice.text(kReaders[i]);
      },
      true);
  in.tables(
      "fail", [&](TomlTable& row) { check.fail.push_back(read_fixture(row, true)); }, true);
  in.tables(
      "pass", [&](TomlTable& row) { check.pass.push_back(read_fixture(row, false)); }, true);
}

Check read_check(TomlTable& in, const Pack& pack) {
  Check check;
  check.where = in.where();
  check.title = in.text("title");
  check.classes = in.texts("classes");
  const std::string id = in.text("id");
  if (!RE2::FullMatch(id, *kIdForm)) in.wrong("id", "is not in kebab-case");
  check.id = pack.id + '.' + id;
  if (check.classes.empty()) check.classes = pack.classes;
  if (check.classes == std::vector<std::string>{"any"}) check.classes.clear();
  check.cwe = in.texts("cwe", true);
  check_form(in, "cwe", check.cwe, *kCweForm);
  read_clauses(in, check);
  check.harm = in.text("harm");
  check.owner_role = in.text("owner_role");
  if (in.yes("needs_document")) {
    check.document = in.text("document");
  } else {
    read_decision(in, check);
  }
  return check;
}

void read_head(TomlTable& in, Pack& pack) {
  pack.id = in.text("id");
  if (!RE2::FullMatch(pack.id, *kIdForm)) in.wrong("id", "is not in kebab-case");
  pack.title = in.text("title");
  pack.version = in.text("version");
  pack.about = in.text_or("about");
  pack.classes = in.texts("classes");
  pack.builds_on = in.texts("builds_on");
}

Result<void> check_ids(const Pack& pack) {
  for (std::size_t i = 0; i < pack.checks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (pack.checks[i].id == pack.checks[j].id)
        return fail(pack.checks[i].where + ": check: id '" + pack.checks[i].id +
                    "' is also that of the check at " + pack.checks[j].where);
  return {};
}

}  // namespace

Result<Pack> read_pack(std::string_view name, std::string_view text) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  TomlTable root(name, "", *parsed);
  Pack pack;
  pack.where = name;
  root.table(
      "pack", [&](TomlTable& in) { read_head(in, pack); }, true);
  root.tables(
      "check", [&](TomlTable& in) { pack.checks.push_back(read_check(in, pack)); }, true);
  if (const auto done = root.finished(); !done) return std::unexpected(done.error());
  if (const auto unique = check_ids(pack); !unique) return std::unexpected(unique.error());
  return pack;
}

}  // namespace asepsis
