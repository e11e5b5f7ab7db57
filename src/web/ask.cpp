// Questions in SQL, and what can be asked of.

#include <array>
#include <chrono>

#include "base/text.hpp"
#include "web/handlers.hpp"
#include "web/question_process.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

using Clock = std::chrono::steady_clock;

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
  const auto limit =
      static_cast<std::size_t>(asked.values.has("limit") ? asked.values.number("limit") : 1'000);
  auto answer = ask_apart(asked.service.options.database,
                          {.sql = asked.values.text("sql"), .limit = limit, .csv = asked.csv},
                          [&] { return asked.service.keeper->ending(); });
  if (!answer) return problem(422, answer.error().message, "sql");
  if (asked.csv) return csv_reply(*std::move(answer), "answer");
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  return json_reply(JsonObject()
                        .members(*answer)
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
