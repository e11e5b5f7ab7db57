#include "export/query.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>

#include "assess/cohort_store.hpp"
#include "assess/weakness.hpp"
#include "base/json_text.hpp"
#include "export/community_id.hpp"
#include "inventory/derive.hpp"
#include "inventory/knowledge.hpp"
#include "inventory/update.hpp"

namespace asepsis {
namespace {

// community_ids(protocol, client_ip, client_ports, server_ip, port): a JSON
// array, one for each of the first flows.
void community_ids(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto text = [&](int i) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(arguments[i]));
    return bytes == nullptr ? std::string() : std::string(bytes);
  };
  // The specification names ICMP flows by type and code, which we do not keep.
  constexpr int kIcmp = 1;
  constexpr int kIcmp6 = 58;
  const int protocol = sqlite3_value_int(arguments[0]);
  if (protocol == kIcmp || protocol == kIcmp6) return sqlite3_result_null(context);
  const auto client = ip_from_text(text(1));
  const auto server = ip_from_text(text(3));
  if (!client || !server) return sqlite3_result_null(context);
  std::string out;
  std::string ports = text(2) + ',';
  for (std::size_t comma = ports.find(','); comma != std::string::npos; comma = ports.find(',')) {
    const auto port = static_cast<std::uint16_t>(std::strtoul(ports.c_str(), nullptr, 10));
    ports.erase(0, comma + 1);
    out += (out.empty() ? "[" : ",") +
           json_string(community_id(static_cast<std::uint8_t>(protocol), *client, port, *server,
                                    static_cast<std::uint16_t>(sqlite3_value_int(arguments[4]))));
  }
  out += ']';
  sqlite3_result_text(context, out.c_str(), static_cast<int>(out.size()), SQLITE_TRANSIENT);
}

// cwe_title('CWE-319'): the name of a weakness class; NULL if we have none.
void weakness_title(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* id = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  const std::string_view title = id == nullptr ? std::string_view() : cwe_title(id);
  if (title.empty()) return sqlite3_result_null(context);
  sqlite3_result_text(context, title.data(), static_cast<int>(title.size()), SQLITE_STATIC);
}

// A number until a cell is none, unless more is known of it.
Column column_named(const std::string& name, const std::vector<Column>& known) {
  const auto found = std::ranges::find(known, name, &Column::name);
  Column column = found == known.end() ? Column{} : *found;
  column.name = name;
  if (column.kind == Column::Kind::text) column.kind = Column::Kind::number;
  return column;
}

// Who only asks does not wait for checks: they are asked again when somebody wants them.
Result<void> bring_up_to_date(const std::filesystem::path& path, const Notice& notice) {
  auto database = Database::open(path, Database::Mode::write);
  if (!database) return std::unexpected(database.error());
  if (notice)
    notice(path.string() +
           " was left unfinished or is of another version of asepsis: its inventory is made anew "
           "first, about a minute for 100 000 devices");
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  if (const auto derived = update_inventory(*database, *knowledge); !derived)
    return std::unexpected(derived.error());
  const auto marked = guarded(path, [&]() -> Result<void> {
    database->sql().exec("UPDATE checked SET whole = 1");
    return {};
  });
  if (!marked) return marked;
  const auto compared = renew_cohorts(*database);
  return compared ? Result<void>() : std::unexpected(compared.error());
}

}  // namespace

void prepare_for_answers(Database& database) {
  sqlite3_create_function(database.sql().getHandle(), "community_ids", 5,
                          SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, community_ids, nullptr,
                          nullptr);
  sqlite3_create_function(database.sql().getHandle(), "cwe_title", 1,
                          SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, weakness_title, nullptr,
                          nullptr);
  allow_only_reads(database);
}

Result<Database> open_for_answers(const std::filesystem::path& path, const Notice& notice) {
  auto database = Database::open(path, Database::Mode::read_only);
  if (!database) return database;
  const auto stale = inventory_is_stale(*database);
  if (!stale) return std::unexpected(stale.error());
  const auto other = knowledge_is_of_another_version(*database);
  if (!other) return std::unexpected(other.error());
  // What another version of the program made of it is an answer too, where nothing can be written.
  if (*stale || *other)
    if (const auto done = bring_up_to_date(path, notice); !done && *stale)
      return std::unexpected(done.error());
  prepare_for_answers(*database);
  return database;
}

Result<Database> open_for_comparing(const std::filesystem::path& path, const Notice& notice) {
  auto current = open_for_answers(path, notice);
  if (!current) return current;
  const auto wait = cohorts_wait(*current);
  if (!wait) return std::unexpected(wait.error());
  // Where nothing can be written they are compared each time.
  if (*wait)
    if (auto writable = Database::open(path, Database::Mode::write); writable) [[maybe_unused]]
      const auto kept = renew_cohorts(*writable);
  auto database = Database::open(path, Database::Mode::read_only);
  if (!database) return database;
  const auto begun = guarded(path, [&]() -> Result<void> {
    database->sql().exec("BEGIN");
    return {};
  });
  if (!begun) return std::unexpected(begun.error());
  prepare_for_answers(*database);
  return database;
}

bool is_number(const SQLite::Column& value) {
  return value.isInteger() || (value.isFloat() && std::isfinite(value.getDouble()));
}

Result<Rows> run_query(Database& database, const std::string& sql, const std::string& argument,
                       const std::vector<Column>& known) {
  return guarded(database.path(), [&]() -> Result<Rows> {
    SQLite::Statement statement(database.sql(), sql);
    for (int i = 1; i <= statement.getBindParameterCount(); ++i) statement.bind(i, argument);
    Rows rows;
    for (int i = 0; i < statement.getColumnCount(); ++i)
      rows.columns.push_back(column_named(statement.getColumnName(i), known));
    while (statement.executeStep()) {
      auto& cells = rows.cells.emplace_back();
      for (int i = 0; i < statement.getColumnCount(); ++i) {
        const SQLite::Column value = statement.getColumn(i);
        if (value.isNull()) {
          cells.emplace_back();
          continue;
        }
        Column::Kind& kind = rows.columns[static_cast<std::size_t>(i)].kind;
        if (kind == Column::Kind::number && !is_number(value)) kind = Column::Kind::text;
        cells.emplace_back(value.getString());
      }
    }
    return rows;
  });
}

}  // namespace asepsis
