#include "app/answers.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;
constexpr std::size_t kWhole = SIZE_MAX;

}  // namespace

const std::vector<Column> kKnown{
    {.name = "id", .least = kWhole},
    {.name = "device", .least = kWhole},
    {.name = "class", .least = 19},
    {.name = "attribute", .least = kWhole},
    {.name = "setting", .least = kWhole},
    {.name = "instance", .least = kWhole},
    {.name = "level", .spare = 1, .least = kWhole},
    {.name = "mac", .kind = Kind::json},
    {.name = "ip", .kind = Kind::json, .least = kWhole},
    {.name = "name", .kind = Kind::json, .spare = 1},
    {.name = "firmware", .spare = 2},
    {.name = "area", .spare = 3},
    {.name = "vlan", .kind = Kind::json},
    {.name = "confidence", .kind = Kind::json},
    {.name = "clients", .kind = Kind::json},
    {.name = "servers", .kind = Kind::json},
    {.name = "ports", .kind = Kind::json},
    {.name = "community_ids", .kind = Kind::json},
    {.name = "client", .least = 18},
    {.name = "server", .least = 18},
    {.name = "from", .least = 18},
    {.name = "to", .least = 18},
    {.name = "every", .least = kWhole},
    {.name = "shape", .least = 24},
    {.name = "mark", .spare = 1},
    {.name = "transport", .least = kWhole},
    {.name = "application", .least = kWhole},
    {.name = "security", .least = kWhole},
    {.name = "state", .least = kWhole},
    {.name = "packets", .spare = 2},
    {.name = "version", .spare = 2},
    {.name = "claim", .least = 18},
    {.name = "source", .least = 19},
    {.name = "count", .spare = 3},
    {.name = "first_seen", .kind = Kind::time, .spare = 4, .least = kWhole},
    {.name = "last_seen", .kind = Kind::time, .spare = 4, .least = kWhole},
};

const std::string kFileName = "replace(source, rtrim(source, replace(source, '/', '')), '')";

Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::vector<Column>& known) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto rows = run_query(*database, sql, {}, known);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  return {};
}

Result<std::string> resolve(Database& database, const std::string& id) {
  const auto rows = run_query(database,
                              "SELECT DISTINCT device FROM aliases "
                              "WHERE alias = ?1 OR (length(?1) >= 4 AND "
                              "substr(alias, 1, length(?1)) = ?1) "
                              "ORDER BY alias = ?1 DESC, device",
                              id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty())
    return fail("there is no device " + escaped(id) + ": asepsis devices lists them");
  const auto exact = run_query(database, "SELECT device FROM aliases WHERE alias = ?", id);
  if (exact && exact->cells.size() == 1) return exact->cells[0][0].value_or("");
  if (rows->cells.size() > 1)
    return fail(escaped(id) + " begins the ids of " + std::to_string(rows->cells.size()) +
                " devices: write more of it");
  return rows->cells[0][0].value_or("");
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace asepsis
