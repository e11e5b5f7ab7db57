#include <algorithm>
#include <iostream>
#include <map>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "base/text.hpp"
#include "export/finding_files.hpp"
#include "export/questions.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;

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

// Findings that are older than the inventory are not shown as if they were of today.
Result<void> say_what_is_behind(Database& database) {
  const auto rows = run_query(
      database, "SELECT substr(time, 1, 16) || 'Z', behind FROM checks_asked WHERE behind <> ''");
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty()) return {};
  const auto& cells = rows->cells[0];
  std::cout << (*cells[1] == "estate" ? "What compares a device with others is as of "
                                      : "All of this is as of an older inventory: findings are of ")
            << *cells[0] << "; asepsis check asks again.\n";
  return {};
}

Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::string& argument = {}) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto rows = run_query(*database, sql, argument, kFindingColumns);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  if (options.form != Form::table) return {};
  if (rows->cells.empty()) std::cout << "Nothing: asepsis check looks for findings.\n";
  return say_what_is_behind(*database);
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
  auto database = open_for_answers(options.answer.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto findings = load_findings(*database);
  if (!findings) return std::unexpected(findings.error());
  if (options.sarif) write_sarif(std::cout, *findings);
  if (options.oscal) write_oscal(std::cout, *findings, clock_time());
  if (options.html.empty()) return {};
  return write_html(options.html, *findings, clock_time());
}

}  // namespace

Result<void> show_findings(const FindingsOptions& options) {
  if (options.sarif || options.oscal || !options.html.empty()) return write_files(options);
  if (!options.by.empty()) return show_groups(options);
  if (options.answer.form != Form::table)
    return show(options.answer,
                kFindingQuestion + "ORDER BY f.rating DESC, f.\"check\", f.device, f.id");
  return show(options.answer,
              "SELECT f.rating, f.id AS finding, f.\"check\", f.device, coalesce(d.class, "
              "'unknown') AS class, f.instance, f.detail, f.owner_role AS owner" +
                  std::string(options.all ? ", f.state" : "") + kFrom +
                  (options.all ? "" : "WHERE f.state = 'open' ") +
                  "ORDER BY f.rating DESC, f.\"check\", f.device, f.id");
}

Result<void> show_finding(const AnswerOptions& options, const std::string& id) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto finding = resolve_finding(*database, id);
  if (!finding) return std::unexpected(finding.error());
  if (options.form != Form::table)
    return show(options, kFindingQuestion + "WHERE f.id = ?", *finding);
  const auto rows = run_query(*database,
                              "SELECT id, title, \"check\", device, instance, detail, rating, "
                              "reasoning, harm, state, accepted_until, owner_role, cwe, clauses, "
                              "advice FROM findings WHERE id = ?",
                              *finding, kFindingColumns);
  if (!rows) return std::unexpected(rows.error());
  print_card(*rows);
  for (const auto& [title, sql] : std::vector<std::pair<std::string, std::string>>{
           {"Evidence",
            "SELECT e.value ->> 'source' AS source, e.value ->> 'packet' AS packet, "
            "e.value ->> 'row' AS row, e.value ->> 'time' AS time, e.value ->> 'text' AS text FROM "
            "findings f, "
            "json_each(f.evidence) e WHERE f.id = ?"},
           {"History",
            "SELECT time, state, who, why FROM finding_history WHERE finding = ? "
            "ORDER BY time"}}) {
    const auto part = run_query(*database, sql, *finding, kFindingColumns);
    if (!part) return std::unexpected(part.error());
    std::cout << '\n' << title << '\n';
    print(*part, Form::table);
  }
  return {};
}

Result<void> show_classes(const AnswerOptions& options) {
  if (options.form != Form::table) return show(options, kClassQuestion);
  if (const auto done = show(options, "SELECT weakness, title, devices, findings, worst FROM (" +
                                          kClassQuestion + ")");
      !done)
    return done;
  std::cout << "\nWhat each baseline would end\n";
  return show(options,
              kOpenByPack +
                  "SELECT pack, title, count(DISTINCT device) AS devices, count(DISTINCT id) "
                  "AS findings, (SELECT count(*) FROM (SELECT cwe FROM ended e WHERE "
                  "e.pack = ended.pack GROUP BY cwe HAVING count(DISTINCT e.id) = (SELECT "
                  "count(DISTINCT o.id) FROM open o WHERE o.cwe = e.cwe))) AS whole_classes, "
                  "max(rating) AS worst FROM ended GROUP BY pack "
                  "ORDER BY findings DESC, pack");
}

}  // namespace asepsis
