#include <re2/re2.h>

#include <array>
#include <map>

#include "assess/fixture_file.hpp"
#include "assess/owner_roles.hpp"
#include "assess/pack.hpp"
#include "base/toml_table.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

// What a text must look like, and one that does.
struct Shape {
  std::string_view form, example;
};
struct ClauseSet {
  std::string_view name;
  Shape shape;
};
// The standards a check may name, and what a clause of each looks like.
constexpr ClauseSet kClauseSets[] = {
    {"iec_62443_4_2", {R"(CR [1-7]\.\d{1,2})", "CR 7.7"}},
    {"mds2", {R"([A-Z]{4}-\d{1,2}(\.\d{1,2})*)", "SAHD-9"}},
    {"nist", {R"(SP \d+(-\d+)?)", "SP 1800-8"}},
    {"caf", {R"([A-E][1-6]\.[a-e])", "B4.b"}},
    {"etsi_en_303_645", {R"(5\.\d{1,2}(-\d{1,2})?)", "5.6"}},
    {"other", {R"(.{3,80})", "a text of 3 to 80 letters"}},
};
constexpr std::string_view kIdForm = "[a-z0-9]+(-[a-z0-9]+)*";
constexpr Shape kCwe{R"(CWE-\d+)", "CWE-319"};
constexpr std::array<std::string_view, 2> kReaches{"device", "estate"};

// Each form is compiled once: packs hold hundreds of texts.
bool has_form(const std::string& text, std::string_view form) {
  thread_local std::map<std::string_view, RE2> compiled;
  return RE2::FullMatch(text, compiled.try_emplace(form, std::string(form)).first->second);
}

auto not_like(const Shape& shape) {
  return [shape](const std::string& value) {
    return has_form(value, shape.form) ? "" : "which is not like " + std::string(shape.example);
  };
}

std::string read_id(TomlTable& in) {
  std::string id = in.text("id");
  if (!has_form(id, kIdForm)) in.wrong("id", "is '" + id + "', not in kebab-case, as our-pumps");
  return id;
}

std::vector<std::string> read_classes(TomlTable& in, const Knowledge& knowledge) {
  return in.texts("classes", false,
                  [&](const std::string& name) { return fault_of_class(name, knowledge); });
}

// The same, of a check: "any" undoes what its pack says.
std::vector<std::string> read_own_classes(TomlTable& in, const Knowledge& knowledge) {
  return in.texts("classes", false, [&](const std::string& name) {
    return name == "any" ? "" : fault_of_class(name, knowledge);
  });
}

void read_clauses(TomlTable& in, Check& check) {
  in.table(
      "clauses",
      [&](TomlTable& clauses) {
        for (const ClauseSet& set : kClauseSets) {
          auto values = clauses.texts(set.name, false, not_like(set.shape));
          if (!values.empty()) check.clauses.emplace_back(set.name, std::move(values));
        }
      },
      true);
  if (check.clauses.empty()) in.wrong("clauses", "names no clause");
}

// The lines of the SQL are those of the file unless it is written with escapes, which the number of
// lines shows. A text in three quotes may begin on the line after them.
QueryPlace place_of(const TomlTable& in, const toml::node& query, const std::string& sql) {
  const toml::source_region& at = query.source();
  const auto breaks = static_cast<std::uint32_t>(std::ranges::count(sql, '\n'));
  const std::uint32_t lines = at.end.line - at.begin.line;
  QueryPlace place{.file = std::string(in.file()), .key_line = at.begin.line};
  if (lines == breaks) place.first_line = at.begin.line;
  if (lines == breaks + 1) place.first_line = at.begin.line + 1;
  return place;
}

// What only a check that captures decide has.
void read_decision(TomlTable& in, Check& check, const Knowledge& knowledge) {
  check.query = in.text("query");
  if (const toml::node* query = in.take("query", false); query != nullptr)
    check.query_place = place_of(in, *query, check.query);
  check.of_estate = in.word("reach", kReaches, "device") == "estate";
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
      "fail", [&](TomlTable& row) { check.fail.push_back(read_fixture(row, knowledge, true)); },
      true);
  in.tables(
      "pass", [&](TomlTable& row) { check.pass.push_back(read_fixture(row, knowledge, false)); },
      true);
}

Check read_check(TomlTable& in, const Pack& pack, const PackNames& names) {
  Check check;
  check.where = in.where();
  check.title = in.text("title");
  check.classes = read_own_classes(in, names.knowledge);
  check.id = pack.id + '.' + read_id(in);
  if (std::ranges::find(pack.checks, check.id, &Check::id) != pack.checks.end())
    in.wrong("id", "is '" + in.text("id") + "', as of the check at " +
                       std::ranges::find(pack.checks, check.id, &Check::id)->where);
  if (check.classes.empty()) check.classes = pack.classes;
  if (check.classes == std::vector<std::string>{"any"}) check.classes.clear();
  check.cwe = in.texts("cwe", true, not_like(kCwe));
  read_clauses(in, check);
  check.harm = in.text("harm");
  check.owner_role = in.word("owner_role", names.owners.names());
  if (in.yes("needs_document")) {
    check.document = in.text("document");
  } else {
    read_decision(in, check, names.knowledge);
  }
  return check;
}

void read_head(TomlTable& in, Pack& pack, const PackNames& names) {
  const auto pack_of = [&](std::string_view id) {
    const auto found = std::ranges::find(names.packs, id, &Pack::id);
    return found == names.packs.end() ? nullptr : &*found;
  };
  pack.id = read_id(in);
  if (const Pack* other = pack_of(pack.id); other != nullptr)
    in.wrong("id", "is '" + pack.id + "', as of " + other->where + ": choose another");
  pack.title = in.text("title");
  pack.version = in.text("version");
  pack.about = in.text_or("about");
  pack.classes = read_classes(in, names.knowledge);
  pack.builds_on = in.texts("builds_on", false, [&](const std::string& id) {
    return pack_of(id) != nullptr ? "" : "which is no pack so far (asepsis pack list)";
  });
}

}  // namespace

Result<Pack> read_pack(std::string_view name, std::string_view text, const PackNames& names) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  TomlTable root(name, "", *parsed);
  Pack pack;
  pack.where = name;
  root.table(
      "pack", [&](TomlTable& in) { read_head(in, pack, names); }, true);
  // One table reads well until a second check is put below it: no file may have both forms.
  if (const toml::node* one = root.take("check", false); one != nullptr && one->is_table())
    root.wrong("check", "is one table: begin each check with [[check]], in two brackets", one);
  root.tables(
      "check", [&](TomlTable& in) { pack.checks.push_back(read_check(in, pack, names)); }, true);
  if (const auto done = root.finished(); !done) return std::unexpected(done.error());
  return pack;
}

}  // namespace asepsis
