// Questions in SQL, and what can be asked of.

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "export/query.hpp"
#include "store/size_limit.hpp"
#include "store/time_limit.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr auto kMostTime = std::chrono::seconds(5);
constexpr std::size_t kMostBytes = std::size_t{8} << 20;

using Clock = std::chrono::steady_clock;

std::string json_cell(const Column& column, const std::optional<std::string>& cell) {
  if (!cell) return "null";
  return column.kind == Column::Kind::number ? *cell : json_string(*cell);
}

std::string_view name_of(Column::Kind kind) {
  switch (kind) {
    case Column::Kind::number: return "number";
    case Column::Kind::json: return "json";
    case Column::Kind::time: return "time";
    case Column::Kind::text: break;
  }
  return "text";
}

// The next row, if there is room for it.
bool take_row(SQLite::Statement& statement, Rows& rows, std::size_t& bytes) {
  auto& cells = rows.cells.emplace_back();
  for (int i = 0; i < statement.getColumnCount() && bytes <= kMostBytes; ++i) {
    const SQLite::Column value = statement.getColumn(i);
    if (value.isNull()) {
      cells.emplace_back();
      continue;
    }
    if (!is_number(value)) rows.columns[static_cast<std::size_t>(i)].kind = Column::Kind::text;
    bytes += cells.emplace_back(value.getString())->size();
  }
  if (bytes > kMostBytes) rows.cells.pop_back();
  return bytes <= kMostBytes;
}

// So many rows, and no more bytes than anybody reads.
Result<Rows> limited(Database& database, const std::string& sql, std::size_t limit,
                     bool& truncated) {
  return guarded(database.path(), [&]() -> Result<Rows> {
    SQLite::Statement statement(database.sql(), sql);
    if (statement.getColumnCount() == 0) return fail("a question begins with SELECT or WITH");
    if (statement.getBindParameterCount() > 0) return fail("a question has no parameters");
    Rows rows;
    for (int i = 0; i < statement.getColumnCount(); ++i)
      rows.columns.push_back({.name = statement.getColumnName(i), .kind = Column::Kind::number});
    std::size_t bytes = 0;
    while (!truncated && statement.executeStep())
      truncated = rows.cells.size() == limit || !take_row(statement, rows, bytes);
    if (bytes > kMostBytes && rows.cells.empty())
      return fail("one row of this is larger than 8 MiB: ask for fewer columns");
    return rows;
  });
}

// Where the file lies is nothing to those who ask it.
std::string without_path(const std::string& message, const std::filesystem::path& path) {
  const std::string before = path.string() + ": ";
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

struct Example {
  std::string_view title, sql, chart;
};
constexpr std::array<Example, 8> kExamples{{
    {"Devices by class",
     "SELECT class, count(*) AS devices FROM devices GROUP BY class "
     "ORDER BY devices DESC",
     "bar"},
    {"Open findings by rating",
     "SELECT rating, count(*) AS findings FROM findings "
     "WHERE state = 'open' GROUP BY rating ORDER BY rating",
     "bar"},
    {"Services in clear text",
     "SELECT application, count(DISTINCT device) AS devices FROM "
     "services WHERE security = 'clear' AND application IS NOT NULL "
     "AND state = 'seen' GROUP BY application ORDER BY devices DESC",
     "bar"},
    {"Who talks to the internet",
     "SELECT d.class, count(DISTINCT d.id) AS devices FROM "
     "conversations c JOIN devices d ON d.id = c.client JOIN "
     "devices e ON e.id = c.server WHERE e.class = 'external' "
     "GROUP BY d.class ORDER BY devices DESC",
     "bar"},
    {"Firmware of each model",
     "SELECT manufacturer, model, firmware, count(*) AS devices FROM "
     "devices WHERE firmware IS NOT NULL GROUP BY 1, 2, 3 "
     "ORDER BY 1, 2, 4 DESC",
     ""},
    {"Settings that are wide open",
     "SELECT setting, value, count(*) AS devices FROM settings "
     "WHERE level = 'open' GROUP BY 1, 2 ORDER BY devices DESC",
     ""},
    {"What nothing recognises",
     "SELECT transport, port, shape, flows, bytes FROM "
     "unknown_protocols ORDER BY flows DESC",
     ""},
    {"Devices of no care area",
     "SELECT id, class, manufacturer, model, ip ->> 0 AS ip FROM "
     "devices WHERE care_area IS NULL AND class <> 'external'",
     ""},
}};

// The comment that stands above a view in the schema.
std::string comment_above(std::string_view schema, std::string_view view) {
  const std::size_t at = schema.find("CREATE VIEW " + std::string(view) + " AS");
  if (at == std::string_view::npos) return {};
  std::string text;
  std::string_view before = trimmed(schema.substr(0, at));
  while (!before.empty()) {
    const std::size_t line = before.rfind('\n') + 1;
    const std::string_view last = before.substr(line);
    if (!last.starts_with("-- ")) break;
    if (!text.empty()) text.insert(0, 1, ' ');
    text.insert(0, last.substr(3));
    before = before.substr(0, line == 0 ? 0 : line - 1);
  }
  return text;
}

}  // namespace

Response ask(const Asked& asked) {
  const auto began = Clock::now();
  bool truncated = false;
  const auto limit =
      static_cast<std::size_t>(asked.values.has("limit") ? asked.values.number("limit") : 1'000);
  const auto lent = asked.data.lend();
  const TimeLimit time(*lent, kMostTime);
  const SizeLimit size(*lent);
  const auto rows = limited(*lent, asked.values.text("sql"), limit, truncated);
  if (!rows && time.passed())
    return problem(422, "This takes longer than five seconds: ask for less at once", "sql");
  if (!rows) return problem(422, without_path(rows.error().message, (*lent).path()), "sql");
  if (asked.csv) return csv_reply(*rows, "answer");
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  std::string cells = "[";
  for (const auto& row : rows->cells) {
    cells += cells.size() > 1 ? ",[" : "[";
    for (std::size_t i = 0; i < row.size(); ++i)
      cells += (i > 0 ? "," : "") + json_cell(rows->columns[i], row[i]);
    cells += ']';
  }
  return json_reply(JsonObject()
                        .raw("columns", json_array(rows->columns,
                                                   [](const Column& column) {
                                                     return JsonObject()
                                                         .raw("name", json_string(column.name))
                                                         .text("kind", name_of(column.kind))
                                                         .json();
                                                   }))
                        .raw("rows", cells + ']')
                        .raw("truncated", flag_text(truncated))
                        .number("elapsed_ms", static_cast<std::uint64_t>(elapsed))
                        .raw("data", data_age(asked)));
}

Response list_views(const Asked& asked) {
  const auto rows = ask_rows(asked,
                             "SELECT name, sql FROM sqlite_master WHERE type = 'view' AND name <> "
                             "'area_rule_text' ORDER BY rowid");
  if (!rows) return failed(rows.error());
  std::string views;
  for (const auto& cells : rows->cells) {
    const std::string& name = *cells[0];
    const auto none = ask_rows(asked, "SELECT * FROM \"" + name + "\" LIMIT 0");
    if (!none) return failed(none.error());
    views += (views.empty() ? "" : ",") +
             JsonObject()
                 .text("name", name)
                 .raw("description", json_string(comment_above(schema_sql(), name)))
                 .raw("columns",
                      json_array(none->columns,
                                 [](const Column& column) { return json_string(column.name); }))
                 .text("sql", cells[1].value_or(""))
                 .json();
  }
  return json_reply(JsonObject()
                        .raw("views", '[' + views + ']')
                        .raw("examples", json_array(kExamples, [](const Example& one) {
                               return JsonObject()
                                   .text("title", one.title)
                                   .text("sql", one.sql)
                                   .text("chart", one.chart)
                                   .json();
                             })));
}

}  // namespace asepsis
