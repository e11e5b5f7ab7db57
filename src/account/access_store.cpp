#include "account/access_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "store/database.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

constexpr int kVersion = 1;
constexpr int kApplicationId = 0x61736561;  // "asea"
constexpr int kBusyMilliseconds = 5'000;
constexpr int kMostFailures = 5;
constexpr auto kLocked = std::chrono::minutes(15);
constexpr auto kUseNoted = std::chrono::minutes(1);  // how exactly the last use is kept
constexpr std::int64_t kMostAudit = 1'000'000;
constexpr std::size_t kMostName = 64;

constexpr const char* kTables = R"sql(
CREATE TABLE user (
  name TEXT PRIMARY KEY, full_name TEXT NOT NULL, role TEXT NOT NULL, password TEXT NOT NULL,
  oidc INTEGER NOT NULL, created INTEGER NOT NULL, last_log_in INTEGER, failures INTEGER NOT NULL,
  locked_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, user TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created INTEGER NOT NULL,
  expires INTEGER NOT NULL, last_used INTEGER
) STRICT;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, user TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL, address TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE TABLE saved_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, page TEXT NOT NULL,
  query TEXT NOT NULL, shared INTEGER NOT NULL, owner TEXT NOT NULL, created INTEGER NOT NULL
) STRICT;
)sql";

std::optional<Time> time_or_none(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(time_from_nanoseconds(column.getInt64()));
}

Time time_of(const SQLite::Column& column) { return time_from_nanoseconds(column.getInt64()); }

constexpr const char* kUserColumns =
    "SELECT name, full_name, role, password, oidc, created, last_log_in, locked_until FROM user";

User user_of(SQLite::Statement& row) {
  return {.name = row.getColumn(0).getString(),
          .full_name = row.getColumn(1).getString(),
          .role = row.getColumn(2).getString(),
          .password = row.getColumn(3).getString(),
          .oidc = row.getColumn(4).getInt() != 0,
          .created = time_of(row.getColumn(5)),
          .last_log_in = time_or_none(row.getColumn(6)),
          .locked_until = time_or_none(row.getColumn(7))};
}

constexpr const char* kTokenColumns =
    "SELECT id, name, user, (SELECT group_concat(value, ' ') FROM json_each(scopes)), created, "
    "expires, last_used FROM token";

Token token_of(SQLite::Statement& row) {
  Token token{.id = row.getColumn(0).getInt64(),
              .name = row.getColumn(1).getString(),
              .user = row.getColumn(2).getString(),
              .created = time_of(row.getColumn(4)),
              .expires = time_of(row.getColumn(5)),
              .last_used = time_or_none(row.getColumn(6))};
  const std::string scopes = row.getColumn(3).getString() + ' ';
  for (std::size_t at = 0; at < scopes.size(); at = scopes.find(' ', at) + 1)
    token.scopes.push_back(scopes.substr(at, scopes.find(' ', at) - at));
  return token;
}

std::int64_t count_of(Time time) { return nanoseconds_since_1970(time); }

Result<void> prepare(SQLite::Database& sql, const std::filesystem::path& path) {
  sql.exec("PRAGMA journal_mode = WAL");
  sql.exec("PRAGMA synchronous = NORMAL");
  const int version = sql.execAndGet("PRAGMA user_version").getInt();
  const int application = sql.execAndGet("PRAGMA application_id").getInt();
  if (version == 0 && application == 0) {
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    sql.exec(kTables);
    sql.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    sql.exec("PRAGMA user_version = " + std::to_string(kVersion));
    transaction.commit();
    return {};
  }
  if (application == kApplicationId && version == kVersion) return {};
  return fail(path.string() + " is no file of users of this asepsis: move it aside");
}

}  // namespace

std::filesystem::path access_path(const std::filesystem::path& database) {
  auto path = database;
  return path.replace_extension(".access.db");
}

bool is_user_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kMostName && letter(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return letter(c) || std::string_view("._@-").contains(c); });
}

template <class Work>
auto AccessStore::with(Work work) -> decltype(work(std::declval<SQLite::Database&>())) {
  const std::scoped_lock lock(*mutex_);
  return guarded(path_, [&] { return work(*sql_); });
}

Result<AccessStore> AccessStore::open(const std::filesystem::path& path) {
  return guarded(path, [&]() -> Result<AccessStore> {
    const mode_t before = ::umask(077);  // for nobody else, from the beginning
    auto sql = std::make_unique<SQLite::Database>(
        path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
    const auto prepared = prepare(*sql, path);
    ::umask(before);
    if (!prepared) return std::unexpected(prepared.error());
    return AccessStore(path, std::move(sql));
  });
}

Result<std::vector<User>> AccessStore::users() {
  return with([](SQLite::Database& sql) -> Result<std::vector<User>> {
    std::vector<User> users;
    SQLite::Statement rows(sql, std::string(kUserColumns) + " ORDER BY name");
    while (rows.executeStep()) users.push_back(user_of(rows));
    return users;
  });
}

Result<std::optional<User>> AccessStore::user(const std::string& name) {
  return with([&](SQLite::Database& sql) -> Result<std::optional<User>> {
    SQLite::Statement rows(sql, std::string(kUserColumns) + " WHERE name = ?");
    rows.bind(1, name);
    return rows.executeStep() ? std::optional(user_of(rows)) : std::nullopt;
  });
}

Result<void> AccessStore::add_user(const User& user) {
  return with([&](SQLite::Database& sql) -> Result<void> {
    SQLite::Statement insert(sql,
                             "INSERT INTO user VALUES (?, ?, ?, ?, ?, ?, NULL, 0, NULL) "
                             "ON CONFLICT DO NOTHING");
    if (run(insert, user.name, user.full_name, user.role, user.password, user.oidc ? 1 : 0,
            count_of(user.created)) == 0)
      return fail("there is a user " + escaped(user.name) + " already");
    return {};
  });
}

Result<bool> AccessStore::change_user(const User& user) {
  return with([&](SQLite::Database& sql) -> Result<bool> {
    SQLite::Statement update(sql,
                             "UPDATE user SET full_name = ?, role = ?, password = ?, oidc = ?, "
                             "failures = 0, locked_until = NULL WHERE name = ?");
    return run(update, user.full_name, user.role, user.password, user.oidc ? 1 : 0, user.name) > 0;
  });
}

Result<bool> AccessStore::remove_user(const std::string& name) {
  return with([&](SQLite::Database& sql) -> Result<bool> {
    SQLite::Transaction transaction(sql);
    int removed = 0;
    for (const char* statement :
         {"DELETE FROM token WHERE user = ?", "DELETE FROM saved_view WHERE owner = ?",
          "DELETE FROM user WHERE name = ?"}) {
      SQLite::Statement one(sql, statement);
      removed = run(one, name);
    }
    transaction.commit();
    return removed > 0;
  });
}

Result<void> AccessStore::log_in_failed(const std::string& name, Time now) {
  return with([&](SQLite::Database& sql) -> Result<void> {
    SQLite::Statement update(
        sql,
        "UPDATE user SET failures = iif(failures + 1 >= ?1, 0, failures + 1), "
        "locked_until = iif(failures + 1 >= ?1, ?2, locked_until) WHERE name = ?3");
    run(update, kMostFailures, count_of(now + kLocked), name);
    return {};
  });
}

Result<void> AccessStore::logged_in(const std::string& name, Time now) {
  return with([&](SQLite::Database& sql) -> Result<void> {
    SQLite::Statement update(sql,
                             "UPDATE user SET failures = 0, locked_until = NULL, last_log_in = ? "
                             "WHERE name = ?");
    run(update, count_of(now), name);
    return {};
  });
}

Result<Token> AccessStore::add_token(const Token& token, const std::string& hash) {
  return with([&](SQLite::Database& sql) -> Result<Token> {
    SQLite::Statement insert(sql, "INSERT INTO token VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL)");
    run(insert, token.name, token.user, hash, json_array(token.scopes), count_of(token.created),
        count_of(token.expires));
    Token added = token;
    added.id = sql.getLastInsertRowid();
    return added;
  });
}

Result<std::vector<Token>> AccessStore::tokens(const std::string& user) {
  return with([&](SQLite::Database& sql) -> Result<std::vector<Token>> {
    std::vector<Token> tokens;
    SQLite::Statement rows(
        sql, std::string(kTokenColumns) + " WHERE ?1 = '' OR user = ?1 ORDER BY id DESC");
    rows.bind(1, user);
    while (rows.executeStep()) tokens.push_back(token_of(rows));
    return tokens;
  });
}

Result<bool> AccessStore::remove_token(std::int64_t id, const std::string& user) {
  return with([&](SQLite::Database& sql) -> Result<bool> {
    SQLite::Statement remove(sql, "DELETE FROM token WHERE id = ?1 AND (?2 = '' OR user = ?2)");
    return run(remove, id, user) > 0;
  });
}

Result<std::optional<Token>> AccessStore::use_token(const std::string& hash, Time now) {
  return with([&](SQLite::Database& sql) -> Result<std::optional<Token>> {
    SQLite::Statement rows(sql, std::string(kTokenColumns) + " WHERE hash = ? AND expires > ?");
    rows.bind(1, hash);
    rows.bind(2, count_of(now));
    if (!rows.executeStep()) return std::nullopt;
    Token token = token_of(rows);
    rows.reset();
    if (!token.last_used || now - *token.last_used > kUseNoted) {
      SQLite::Statement update(sql, "UPDATE token SET last_used = ? WHERE id = ?");
      run(update, count_of(now), token.id);
    }
    return token;
  });
}

Result<void> AccessStore::add_audit(const AuditEntry& entry) {
  return with([&](SQLite::Database& sql) -> Result<void> {
    SQLite::Statement insert(sql, "INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
    run(insert, count_of(entry.time), entry.user, entry.action, entry.subject, entry.outcome,
        entry.address, entry.detail);
    SQLite::Statement trim(sql, "DELETE FROM audit WHERE id <= ?");
    run(trim, sql.getLastInsertRowid() - kMostAudit);
    return {};
  });
}

Result<bool> AccessStore::has_audit(std::int64_t id) {
  return with([&](SQLite::Database& sql) -> Result<bool> {
    SQLite::Statement one(sql, "SELECT 1 FROM audit WHERE id = ?");
    one.bind(1, id);
    return one.executeStep();
  });
}

Result<std::vector<AuditEntry>> AccessStore::audit(std::int64_t before, int limit) {
  return with([&](SQLite::Database& sql) -> Result<std::vector<AuditEntry>> {
    std::vector<AuditEntry> entries;
    SQLite::Statement rows(sql,
                           "SELECT * FROM audit WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2");
    bind_all(rows, before, limit);
    while (rows.executeStep())
      entries.push_back({.id = rows.getColumn(0).getInt64(),
                         .time = time_of(rows.getColumn(1)),
                         .user = rows.getColumn(2).getString(),
                         .action = rows.getColumn(3).getString(),
                         .subject = rows.getColumn(4).getString(),
                         .outcome = rows.getColumn(5).getString(),
                         .address = rows.getColumn(6).getString(),
                         .detail = rows.getColumn(7).getString()});
    return entries;
  });
}

Result<SavedView> AccessStore::add_view(const SavedView& view) {
  return with([&](SQLite::Database& sql) -> Result<SavedView> {
    SQLite::Statement insert(sql, "INSERT INTO saved_view VALUES (NULL, ?, ?, ?, ?, ?, ?)");
    run(insert, view.name, view.page, view.query, view.shared ? 1 : 0, view.owner,
        count_of(view.created));
    SavedView added = view;
    added.id = sql.getLastInsertRowid();
    return added;
  });
}

Result<std::vector<SavedView>> AccessStore::views(const std::string& user) {
  return with([&](SQLite::Database& sql) -> Result<std::vector<SavedView>> {
    std::vector<SavedView> views;
    SQLite::Statement rows(
        sql,
        "SELECT id, name, page, query, owner, shared, created FROM saved_view WHERE "
        "shared = 1 OR owner = ? ORDER BY page, name, id");
    rows.bind(1, user);
    while (rows.executeStep())
      views.push_back({.id = rows.getColumn(0).getInt64(),
                       .name = rows.getColumn(1).getString(),
                       .page = rows.getColumn(2).getString(),
                       .query = rows.getColumn(3).getString(),
                       .owner = rows.getColumn(4).getString(),
                       .shared = rows.getColumn(5).getInt() != 0,
                       .created = time_of(rows.getColumn(6))});
    return views;
  });
}

Result<bool> AccessStore::remove_view(std::int64_t id, const std::string& user) {
  return with([&](SQLite::Database& sql) -> Result<bool> {
    SQLite::Statement remove(sql,
                             "DELETE FROM saved_view WHERE id = ?1 AND (?2 = '' OR owner = ?2)");
    return run(remove, id, user) > 0;
  });
}

}  // namespace asepsis
