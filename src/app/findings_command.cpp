#include <algorithm>
#include <iostream>
#include <map>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "base/text.hpp"
#include "export/finding_files.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;

const std::vector<Column> kKnown{
    {.name = "id", .least = SIZE_MAX},
    {.name = "finding", .least = SIZE_MAX},
    {.name = "device", .least = SIZE_MAX},
    {.name = "check", .least = 20},
    {.name = "class", .spare = 1, .least = 15},
    {.name = "owner", .spare = 2, .least = 16},
    {.name = "instance", .least = 8},
    {.name = "detail", .least = 24},
    {.name = "title", .least = 24},
    {.name = "cwe", .kind = Kind::json},
    {.name = "clauses", .kind = Kind::json},
    {.name = "advice", .kind = Kind::json},
    {.name = "evidence", .kind = Kind::json},
    {.name = "eliminated_by", .kind = Kind::json},
    {.name = "classes", .kind = Kind::json},
    {.name = "first_seen", .kind = Kind::time},
    {.name = "last_seen", .kind = Kind::time},
    {.name = "time", .kind = Kind::time},
};

// What open findings can be counted by: the column, and what names it.
struct Grouping {
  const char* columns;
  const char* keys;
};
const std::map<std::string, Grouping> kGroupings{
    {"device",
     {"f.device, d.class, d.manufacturer, d.model, json_extract(d.ip, '$[0]') AS ip", "f.device"}},
    {"check", {"f.\"check\", f.title", "f.\"check\""}},
    {"model", {"d.manufacturer, d.model, d.class", "d.manufacturer, d.model, d.class"}},
    {"class", {"coalesce(d.class, 'unknown') AS class", "d.class"}},
    {"owner-role", {"f.owner_role", "f.owner_role"}},
};

constexpr const char* kFrom = " FROM findings f LEFT JOIN devices d ON d.id = f.device ";

Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::string& argument = {}) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto rows = run_query(*database, sql, argument, kKnown);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  if (options.form == Form::table && rows->cells.empty())
    std::cout << "Nothing: asepsis check looks for findings.\n";
  return {};
}

Result<void> show_groups(const FindingsOptions& options) {
  const auto grouping = kGroupings.find(options.by);
  if (grouping == kGroupings.end()) {
    std::string all;
    for (const auto& [name, value] : kGroupings) all += (all.empty() ? "" : ", ") + name;
    return fail("findings can be counted by " + all + ", not by " + escaped(options.by));
  }
  return show(options.answer, "SELECT " + std::string(grouping->second.columns) +
                                  ", count(DISTINCT f.device) AS devices, count(*) AS findings, "
                                  "max(f.rating) AS worst" +
                                  kFrom + "WHERE f.state = 'open' GROUP BY " +
                                  grouping->second.keys +
                                  " ORDER BY worst DESC, findings DESC, 1, 2");
}

// By its id or enough of its beginning.
Result<std::string> resolve(Database& database, const std::string& id) {
  const auto rows = run_query(database,
                              "SELECT id FROM finding WHERE id = ?1 OR (length(?1) >= 4 AND "
                              "substr(id, 1, length(?1)) = ?1) ORDER BY id = ?1 DESC, id",
                              id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty())
    return fail("there is no finding " + escaped(id) + ": asepsis findings lists them");
  if (rows->cells.size() > 1 && rows->cells[0][0] != id)
    return fail(escaped(id) + " begins the ids of " + std::to_string(rows->cells.size()) +
                " findings: write more of it");
  return rows->cells[0][0].value_or("");
}

// One column under the other, long texts in full.
void print_card(const Rows& rows) {
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const auto& cell = rows.cells[0][i];
    if (!cell || cell->empty() || *cell == "[]" || *cell == "{}") continue;
    if (rows.columns[i].kind != Kind::json) {
      std::cout << rows.columns[i].name << ": " << escaped(*cell) << '\n';
      continue;
    }
    std::cout << rows.columns[i].name << ":\n";
    for (const std::string& item : json_items(*cell)) std::cout << "  " << escaped(item) << '\n';
  }
}

Result<void> write_files(const FindingsOptions& options) {
  auto database = open_for_answers(options.answer.database);
  if (!database) return std::unexpected(database.error());
  const auto findings = load_findings(*database);
  if (!findings) return std::unexpected(findings.error());
  if (options.sarif) write_sarif(std::cout, *findings);
  if (options.oscal) write_oscal(std::cout, *findings, clock_time());
  if (options.html.empty()) return {};
  return write_html(options.html, *findings, clock_time());
}

const std::string kListed =
    "SELECT f.id, f.\"check\", f.device, d.class, d.manufacturer, d.model, f.instance, f.rating, "
    "f.severity, f.likelihood, f.reasoning, f.state, f.accepted_until, f.cwe, f.clauses, "
    "f.owner_role, f.title, f.detail, f.harm, f.first_seen, f.last_seen, f.evidence" +
    std::string(kFrom);

}  // namespace

Result<void> show_findings(const FindingsOptions& options) {
  if (options.sarif || options.oscal || !options.html.empty()) return write_files(options);
  if (!options.by.empty()) return show_groups(options);
  if (options.answer.form != Form::table)
    return show(options.answer, kListed + "ORDER BY f.rating DESC, f.\"check\", f.device, f.id");
  return show(options.answer,
              "SELECT f.rating, f.id AS finding, f.\"check\", f.device, coalesce(d.class, "
              "'unknown') AS class, f.instance, f.detail, f.owner_role AS owner" +
                  std::string(options.all ? ", f.state" : "") + kFrom +
                  (options.all ? "" : "WHERE f.state = 'open' ") +
                  "ORDER BY f.rating DESC, f.\"check\", f.device, f.id");
}

Result<void> show_finding(const AnswerOptions& options, const std::string& id) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto finding = resolve(*database, id);
  if (!finding) return std::unexpected(finding.error());
  if (options.form != Form::table) return show(options, kListed + "WHERE f.id = ?", *finding);
  const auto rows = run_query(*database,
                              "SELECT id, title, \"check\", device, instance, detail, rating, "
                              "reasoning, harm, state, accepted_until, owner_role, cwe, clauses, "
                              "advice FROM findings WHERE id = ?",
                              *finding, kKnown);
  if (!rows) return std::unexpected(rows.error());
  print_card(*rows);
  for (const auto& [title, sql] : std::vector<std::pair<std::string, std::string>>{
           {"Evidence",
            "SELECT e.value ->> 'source' AS source, e.value ->> 'packet' AS packet, "
            "e.value ->> 'time' AS time, e.value ->> 'text' AS text FROM findings f, "
            "json_each(f.evidence) e WHERE f.id = ?"},
           {"History",
            "SELECT time, state, who, why FROM finding_history WHERE finding = ? "
            "ORDER BY time"}}) {
    const auto part = run_query(*database, sql, *finding, kKnown);
    if (!part) return std::unexpected(part.error());
    std::cout << '\n' << title << '\n';
    print(*part, Form::table);
  }
  return {};
}

Result<void> show_classes(const AnswerOptions& options) {
  // Findings that adopting a pack would end: of the devices it is a baseline for.
  const std::string ended =
      "WITH open AS (SELECT f.id, f.\"check\", f.device, f.rating, d.class, c.value AS cwe "
      "FROM findings f LEFT JOIN devices d ON d.id = f.device, json_each(f.cwe) c "
      "WHERE f.state = 'open'), ended AS (SELECT p.id AS pack, p.title, p.version, open.* "
      "FROM applied_pack p, json_each(p.checks) k JOIN open ON open.\"check\" = k.value "
      "WHERE p.classes = '[]' OR open.class IN (SELECT value FROM json_each(p.classes))) ";
  const std::string by_class =
      ended +
      "SELECT cwe AS weakness, cwe_title(cwe) AS title, count(DISTINCT device) AS devices, "
      "count(DISTINCT id) AS findings, max(rating) AS worst, (SELECT json_group_array(json_object("
      "'pack', pack, 'devices', devices, 'findings', findings)) FROM (SELECT pack, "
      "count(DISTINCT device) AS devices, count(DISTINCT id) AS findings FROM ended "
      "WHERE ended.cwe = open.cwe GROUP BY pack ORDER BY findings DESC, pack)) AS eliminated_by "
      "FROM open GROUP BY cwe ORDER BY devices DESC, worst DESC, cwe";
  if (options.form != Form::table) return show(options, by_class);
  if (const auto done =
          show(options, "SELECT weakness, title, devices, findings, worst FROM (" + by_class + ")");
      !done)
    return done;
  std::cout << "\nWhat each baseline would end\n";
  return show(options,
              ended +
                  "SELECT pack, title, count(DISTINCT device) AS devices, count(DISTINCT id) "
                  "AS findings, (SELECT count(*) FROM (SELECT cwe FROM ended e WHERE "
                  "e.pack = ended.pack GROUP BY cwe HAVING count(DISTINCT e.id) = (SELECT "
                  "count(DISTINCT o.id) FROM open o WHERE o.cwe = e.cwe))) AS whole_classes, "
                  "max(rating) AS worst FROM ended GROUP BY pack "
                  "ORDER BY findings DESC, pack");
}

}  // namespace asepsis
