#include "web/replies.hpp"

#include <sstream>

namespace asepsis {

Response failed(const Error& error) { return problem(503, error.message); }

// At a page there is no command line that could list them.
Response not_found(std::string_view what) {
  std::string words(what.substr(0, what.find(": asepsis ")));
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') words.front() -= 'a' - 'A';
  return problem(404, words);
}

std::string time_text(std::int64_t nanoseconds) {
  return to_rfc3339(time_from_nanoseconds(nanoseconds));
}

std::string time_sql(const std::string& column) {
  return "strftime('%Y-%m-%dT%H:%M:%S', " + column +
         " / 1000000000, 'unixepoch') || printf('.%06dZ', " + column + " / 1000 % 1000000)";
}

std::string data_age(const Service& service, const Data& data) {
  JsonObject age;
  age.text("version", data.version());
  if (data.estate().last > 0) age.text("as_of", time_text(data.estate().last));
  age.raw("loading", flag_text(service.keeper->loading()));
  return age.json();
}

std::string data_age(const Asked& asked) { return data_age(asked.service, asked.data); }

std::string json_rows(const Rows& rows) {
  std::string out = "[";
  for (std::size_t row = 0; row < rows.cells.size(); ++row)
    out += (row > 0 ? ",{" : "{") + json_members(rows, row) + '}';
  return out + ']';
}

Result<Rows> ask_rows(const Asked& asked, const std::string& sql, const std::string& argument,
                      const std::vector<Column>& known) {
  const auto lent = asked.data.lend();
  return run_query(*lent, sql, argument, known);
}

Response list_reply(const Asked& asked, const Result<Rows>& rows) {
  if (!rows) return failed(rows.error());
  return json_reply(JsonObject().raw("items", json_rows(*rows)).raw("data", data_age(asked)));
}

Response csv_reply(std::string csv, std::string_view name) {
  Response response{.type = "text/csv; charset=utf-8; header=present", .body = std::move(csv)};
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + std::string(name) + ".csv\"");
  return response;
}

std::string flag_text(bool flag) { return flag ? "true" : "false"; }

}  // namespace asepsis
