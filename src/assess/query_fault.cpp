#include "assess/query_fault.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "base/spelling.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostShown = 40;  // letters of the query

constexpr std::string_view kEndsTooSoon = "incomplete input";  // in SQLite's words

struct Fault {
  std::string why;
  std::optional<std::size_t> at;  // in the query
};

// The name at the end of "no such table: name".
std::string_view named_in(std::string_view why) {
  const auto colon = why.find(": ");
  return colon == std::string_view::npos ? std::string_view() : why.substr(colon + 2);
}

std::vector<std::string> names_from(Database& database, const char* question) {
  std::vector<std::string> names;
  SQLite::Statement statement(database.sql(), question);
  while (statement.executeStep()) names.push_back(statement.getColumn(0).getString());
  return names;
}

// What to do about what SQLite says, of a name if it names one.
std::string advice_on(Database& database, std::string_view why) {
  if (why == kEndsTooSoon) return ": is a ) or an END missing?";
  const auto colon = std::min(why.find(": "), why.size());
  const std::string_view kind = why.substr(0, colon);
  const std::string_view name = named_in(why);
  if (kind == "unrecognized token") return name.starts_with("\"'") ? ": is a quote missing?" : "";
  const bool table = kind == "no such table";
  if (!table && kind != "no such column") return {};
  const std::string_view own = name.substr(name.rfind('.') + 1);  // t.name, without its table
  return meant_by(own, names_from(database,
                                  table ? "SELECT name FROM sqlite_schema WHERE type = 'view'"
                                        : "SELECT DISTINCT c.name FROM sqlite_schema v, "
                                          "pragma_table_info(v.name) c WHERE v.type = 'view'")) +
         " (docs/schema.md lists the views and their columns)";
}

// SQLite tells the place of what it read last, but not of tables, nor of an end that came too soon:
// that is told by its line.
std::optional<std::size_t> place_in(sqlite3* sql, std::string_view query, std::string_view why) {
  if (const int at = sqlite3_error_offset(sql); at >= 0) return static_cast<std::size_t>(at);
  if (why == kEndsTooSoon) return query.find_last_of('\n', query.find_last_not_of(" \t\r\n;")) + 1;
  const std::string_view name = named_in(why);
  const auto at = name.empty() ? std::string_view::npos : query.find(name);
  return at == std::string_view::npos ? std::nullopt : std::optional(at);
}

std::optional<Fault> fault_in(Database& database, const std::string& query) {
  const OnlyReads guard(database);
  sqlite3* const sql = database.sql().getHandle();
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(sql, query.c_str(), -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(prepared,
                                                                         sqlite3_finalize);
  if (code == SQLITE_OK && prepared == nullptr) return Fault{"is empty: it must be one SELECT", {}};
  if (code == SQLITE_OK) return std::nullopt;
  if (code == SQLITE_AUTH)
    return Fault{"can only read, and only the tables and views of asepsis schema", {}};
  const std::string why = sqlite3_errmsg(sql);
  return Fault{why, place_in(sql, query, why)};
}

// What stands there, to the end of its line.
std::string shown(std::string_view query, std::size_t at) {
  std::string_view rest = query.substr(at);
  rest = rest.substr(0, rest.find('\n'));
  return std::string(trimmed(rest.substr(0, kMostShown)));
}

std::string line_of(const Check& check, std::size_t at) {
  const QueryPlace& place = check.query_place;
  if (place.first_line == 0) return place_of_query(check);
  const auto before = std::ranges::count(std::string_view(check.query).substr(0, at), '\n');
  return place.file + ": line " + std::to_string(place.first_line + before) + ": " + check.id;
}

}  // namespace

std::string place_of_query(const Check& check) {
  const QueryPlace& place = check.query_place;
  return place.file + ": line " + std::to_string(place.key_line) + ": " + check.id;
}

std::optional<Error> fault_of_query(Database& database, const Check& check) {
  const auto fault = fault_in(database, check.query);
  if (!fault) return std::nullopt;
  const std::string advice = advice_on(database, fault->why);
  if (!fault->at) return Error{place_of_query(check) + ": query " + fault->why + advice};
  return Error{line_of(check, *fault->at) + ": query: " + fault->why + ", at \"" +
               shown(check.query, *fault->at) + '"' + advice};
}

}  // namespace asepsis
