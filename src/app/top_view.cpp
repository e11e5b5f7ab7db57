#include "app/top_view.hpp"

#include "app/database_access.hpp"
#include "base/text.hpp"
#include "store/losses.hpp"

namespace asepsis {
namespace {

// HH:MM:SSZ of today, the day of what is older.
std::string moment(const std::string& column) {
  return "CASE WHEN " + column + " / 1000000000 > unixepoch() - 86400 THEN strftime('%H:%M:%SZ', " +
         column + " / 1000000000, 'unixepoch') ELSE strftime('%Y-%m-%d', " + column +
         " / 1000000000, 'unixepoch') END";
}

std::string attribute(const std::string& name) {
  return "(SELECT v.value FROM device_value v WHERE v.device = d.key AND v.attribute = '" + name +
         "' AND v.value <> '' LIMIT 1)";
}

const std::string kLimit = " LIMIT " + std::to_string(kTopRows);

const std::string kClasses =
    "SELECT coalesce(nullif(value, ''), 'unknown'), count(*) FROM device_value "
    "WHERE attribute = 'class' GROUP BY 1 ORDER BY 2 DESC, 1";

const std::string kNewest =
    "SELECT " + moment("d.first_seen") + ", d.id, coalesce(" + attribute("class") +
    ", 'unknown'), trim(coalesce(" + attribute("manufacturer") + ", '') || ' ' || coalesce(" +
    attribute("model") + ", " + attribute("name") + ", '')), coalesce(" + attribute("ip") + ", " +
    attribute("mac") + ", '') FROM device d ORDER BY d.first_seen DESC, d.id" + kLimit;

// The latest written, which while somebody listens is the latest heard.
const std::string kFacts =
    "SELECT " + moment("f.first_seen") +
    ", coalesce(nullif(e.ip, ''), e.mac), f.claim, iif(f.refused, 'refused ', '') || f.value "
    "FROM fact f JOIN endpoint e ON e.id = f.endpoint ORDER BY f.id DESC" +
    kLimit;

const std::string kFindings =
    "SELECT f.rating, " + moment("f.first_seen") +
    ", f.device, c.title || iif(f.detail = '', '', ': ' || f.detail) FROM finding f "
    "JOIN applied_check c ON c.id = f.check_id WHERE f.state = 'open' "
    "ORDER BY f.rating DESC, f.first_seen DESC, f.id" +
    kLimit;

Result<std::vector<TopRow>> list(Database& database, const std::string& sql) {
  const auto rows = run_query(database, sql);
  if (!rows) return std::unexpected(rows.error());
  std::vector<TopRow> out;
  for (const auto& cells : rows->cells) {
    TopRow& row = out.emplace_back();
    for (const auto& cell : cells) row.push_back(escaped(cell.value_or("")));
  }
  return out;
}

std::uint64_t unsigned_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

void read_listener(SQLite::Database& sql, TopView& view) {
  SQLite::Statement find(
      sql,
      "SELECT site, name, state, workers, memory, memory_limit, running, dropped, packets, bytes, "
      "packet_rate, byte_rate, drop_rate, write_seconds, derive_seconds, began_ns, written_ns, "
      "source FROM listeners ORDER BY state = 'listening' DESC, written_ns DESC LIMIT 1");
  if (!find.executeStep()) return;
  int at = 0;
  const auto next = [&] { return find.getColumn(at++); };
  TopListener& out = view.listener.emplace();
  for (std::string* text : {&out.site, &out.name, &out.state}) *text = escaped(next().getString());
  for (std::uint64_t* number : {&out.workers, &out.memory, &out.memory_limit, &out.running,
                                &out.dropped, &out.packets, &out.bytes})
    *number = unsigned_of(next());
  for (double* number :
       {&out.packet_rate, &out.byte_rate, &out.drop_rate, &out.write_seconds, &out.derive_seconds})
    *number = next().getDouble();
  for (Time* time : {&out.began, &out.written}) *time = time_from_nanoseconds(next().getInt64());
  SQLite::Statement lost(sql,
                         std::string("SELECT name, count FROM loss WHERE source = ? AND count > 0 "
                                     "AND ") +
                             kIsLoss + " ORDER BY count DESC, name");
  lost.bind(1, next().getInt64());
  while (lost.executeStep())
    view.losses.emplace_back(escaped(lost.getColumn(0).getString()),
                             unsigned_of(lost.getColumn(1)));
}

Result<void> read_counts(Database& database, TopView& view) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Database& sql = database.sql();
    read_listener(sql, view);
    view.sources = unsigned_of(sql.execAndGet("SELECT count(*) FROM source"));
    view.devices = unsigned_of(sql.execAndGet("SELECT count(*) FROM device"));
    SQLite::Statement ratings(sql,
                              "SELECT rating, count(*) FROM finding WHERE state = 'open' "
                              "GROUP BY rating ORDER BY rating DESC");
    while (ratings.executeStep())
      view.ratings.emplace_back(ratings.getColumn(0).getString(),
                                unsigned_of(ratings.getColumn(1)));
    return {};
  });
}

}  // namespace

Result<TopView> top_view(Database& database) {
  TopView view;
  if (const auto read = read_counts(database, view); !read) return std::unexpected(read.error());
  for (const auto& [sql, rows] :
       {std::pair{&kClasses, &view.classes}, std::pair{&kNewest, &view.newest},
        std::pair{&kFacts, &view.facts}, std::pair{&kFindings, &view.findings}}) {
    auto found = list(database, *sql);
    if (!found) return std::unexpected(found.error());
    *rows = *std::move(found);
  }
  return view;
}

}  // namespace asepsis
