// What handlers put answers together from.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.hpp"
#include "base/time.hpp"
#include "export/json_object.hpp"
#include "export/questions.hpp"
#include "export/rows.hpp"
#include "web/routes.hpp"

namespace asepsis {

inline Response json_reply(std::string body, int status = 200) {
  return {.status = status, .body = std::move(body)};
}
inline Response json_reply(const JsonObject& object, int status = 200) {
  return json_reply(object.json(), status);
}
inline Response nothing_to_say() { return {.status = 204, .type = {}}; }

// What the database refused is not the asker's fault.
Response failed(const Error& error);
Response not_found(std::string_view what);

// How old what is shown is.
std::string data_age(const Asked& asked);
std::string data_age(const Service& service, const Data& data);

std::string time_text(std::int64_t nanoseconds);
// In SQL, of a column that holds nanoseconds.
std::string time_sql(const std::string& column);

// An array of objects. `times` are columns that hold nanoseconds.
std::string json_rows(const Rows& rows);

// Asks at the version that is answered from.
Result<Rows> ask_rows(const Asked& asked, const std::string& sql, const std::string& argument = {},
                      const std::vector<Column>& known = kKnown);
// {"items": rows, "data": ...}
Response list_reply(const Asked& asked, const Result<Rows>& rows);

// As a file to save.
Response csv_reply(std::string csv, std::string_view name);

std::string flag_text(bool flag);

}  // namespace asepsis
