#include "store/database.hpp"

#include <sqlite3.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/schema.hpp"

namespace asepsis {
namespace {

constexpr int kApplicationId = 0x61736570;  // "asep", in the file's header
constexpr int kBusyMilliseconds = 10'000;

// Nobody asks SQLite how much memory it uses, and to know it takes a lock with
// every piece. Only possible before the first connection; else it stays as it is.
void without_statistics() { static_cast<void>(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0)); }

void set_cache(SQLite::Database& sql, std::size_t bytes) {
  // In KiB. Where it is refused the cache stays as it is.
  static_cast<void>(sql.tryExec("PRAGMA cache_size = -" + std::to_string(bytes >> 10)));
}

int pragma(SQLite::Database& sql, const char* name) {
  return sql.execAndGet(std::string("PRAGMA ") + name).getInt();
}

Result<void> check_ours(SQLite::Database& sql, const std::filesystem::path& path, bool may_create) {
  const int application = pragma(sql, "application_id");
  const int version = pragma(sql, "user_version");
  if (application == 0 && version == 0 && pragma(sql, "schema_version") == 0) {
    if (may_create) return {};
    return fail(path.string() + " is empty: read a capture into it first (asepsis read FILE)");
  }
  if (application != kApplicationId)
    return fail(path.string() + " is a database of another program: name another file with --db");
  if (version > kSchemaVersion)
    return fail(path.string() + " was written by a newer asepsis (schema " +
                std::to_string(version) + ", this program knows " + std::to_string(kSchemaVersion) +
                "): use that one, or another file with --db");
  return {};
}

// What older versions derived is made anew in the form of today; it is empty then, and is derived
// when it is next asked for.
void renew_derived(SQLite::Database& sql) {
  std::vector<std::string> views;
  SQLite::Statement old(sql, "SELECT name FROM sqlite_master WHERE type = 'view'");
  while (old.executeStep()) views.push_back(old.getColumn(0).getString());
  old.reset();
  for (const std::string& view : views) sql.exec("DROP VIEW \"" + view + '"');
  for (const char* table : {"cohort_value",
                            "cohort_setting",
                            "cohort_device",
                            "cohort_variant",
                            "cohort",
                            "changed_model",
                            "equipment_key",
                            "gone_talk",
                            "changed_endpoint",
                            "derivation",
                            "setting_document",
                            "document_evidence",
                            "document_conflict",
                            "unregistered",
                            "row_device",
                            "row_handle",
                            "device_handle",
                            "setting_evidence",
                            "setting",
                            "setting_kind",
                            "grade",
                            "conversation",
                            "device_evidence",
                            "endpoint_owner",
                            "device_fact",
                            "device_value",
                            "device_endpoint",
                            "device_alias",
                            "device"})
    sql.exec(std::string("DROP TABLE IF EXISTS ") + table);
  sql.exec(std::string(kAreaTables) + std::string(kDerivedTables) + std::string(kDerivationTables) +
           std::string(kCohortTables) + std::string(kFactIndices) + std::string(kFindingTables) +
           std::string(kDocumentTables) + std::string(kDocumentDerivedTables) +
           std::string(kListenerTables) + std::string(kViews) + std::string(kCohortViews) +
           std::string(kAreaViews) + std::string(kFindingViews) + std::string(kDocumentViews) +
           std::string(kListenerViews));
}

// Brings the schema to kSchemaVersion, in one transaction.
void migrate(SQLite::Database& sql) {
  if (pragma(sql, "user_version") >= kSchemaVersion) return;
  SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
  const auto version = pragma(sql, "user_version");
  if (version == 0) {
    sql.exec(std::string(schema_sql()));
    sql.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  } else if (version < kSchemaVersion) {
    renew_derived(sql);
  }
  sql.exec("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  transaction.commit();
}

// Refuses every statement part that does not read, and what hashes of secrets
// could be undone with.
int only_reads(void*, int action, const char* table, const char*, const char*, const char*) {
  if (action == SQLITE_READ && table != nullptr && std::string_view(table) == "sealing_key")
    return SQLITE_DENY;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_PRAGMA:  // the names of columns
      return table != nullptr && std::string_view(table) == "table_info" ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
  }
}

}  // namespace

void allow_only_reads(Database& database) {
  // SQLite declares these tables at their first use, which would be refused.
  database.sql().exec(
      "SELECT 1 FROM json_each('[]'), json_tree('[]'), pragma_table_info('device')");
  sqlite3_set_authorizer(database.sql().getHandle(), only_reads, nullptr);
}

OnlyReads::~OnlyReads() { sqlite3_set_authorizer(database_.sql().getHandle(), nullptr, nullptr); }

Error database_error(const std::filesystem::path& path, const SQLite::Exception& what) {
  const std::string name = path.string();
  switch (what.getErrorCode()) {
    case SQLITE_NOTADB: return {name + " is not a database: name another file with --db"};
    case SQLITE_CORRUPT:
      return {name + " is damaged (" + what.what() +
              "): move it aside and read the captures again, or recover it with sqlite3 .recover"};
    case SQLITE_FULL:
      return {name +
              " could not grow: the disk is full. What was stored before is intact; "
              "free some space and run again"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {name + " is being written by another asepsis: wait until it has finished"};
    case SQLITE_READONLY: return {name + " cannot be written: check its permissions"};
    case SQLITE_CANTOPEN: return {name + " cannot be opened: check the folder and its permissions"};
    case SQLITE_TOOBIG:
      return {
          "a value of this, or its text, is larger than can be taken (2 MiB where others ask): "
          "ask for less of it"};
    case SQLITE_AUTH: return {"a query can only read the tables and views of asepsis schema"};
    case SQLITE_IOERR:
      return {name + " could not be read or written (" + what.what() + "): check the disk"};
    default: return {name + ": " + what.what()};
  }
}

void Database::keep_at_most(std::size_t bytes) {
  most_kept_ = bytes;
  set_cache(*sql_, bytes);
}

bool Database::moved() const {
  int moved = 0;
  return sqlite3_file_control(sql_->getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
             SQLITE_OK &&
         moved != 0;
}

void Database::interrupt() { sqlite3_interrupt(sql_->getHandle()); }

std::optional<Database> Database::second_connection() const {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path_, error)) return std::nullopt;
  auto other = open(path_, Mode::read_only);
  if (other && most_kept_ != kUsuallyKept) other->keep_at_most(most_kept_);
  return other ? std::optional(std::move(*other)) : std::nullopt;
}

Result<Database> Database::open(const std::filesystem::path& path, Mode mode) {
  if (mode == Mode::read_only && !std::filesystem::exists(path))
    return fail(path.string() + " does not exist: read a capture first (asepsis read FILE --db " +
                path.string() + ")");
  return guarded(path, [&]() -> Result<Database> {
    without_statistics();
    const bool write = mode == Mode::write;
    // A connection stays with one thread. Foreign keys are declared, not
    // enforced: a source is written and replaced as a whole, and looking up
    // both ends of every row would be half of the cost of writing it.
    const int flags = SQLite::OPEN_NOMUTEX | (write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                                    : SQLite::OPEN_READONLY);
    auto sql = std::make_unique<SQLite::Database>(path.string(), flags, kBusyMilliseconds);
    if (const auto ours = check_ours(*sql, path, write); !ours)
      return std::unexpected(ours.error());
    set_cache(*sql, kUsuallyKept);
    if (write) {
      sql->exec("PRAGMA journal_mode = WAL");
      sql->exec("PRAGMA synchronous = NORMAL");
      migrate(*sql);
    }
    if (pragma(*sql, "user_version") < kSchemaVersion) {
      // Of an older program: only a writer can bring it up to date.
      if (auto renewed = open(path, Mode::write); !renewed) return renewed;
    }
    return Database(path, std::move(sql));
  });
}

}  // namespace asepsis
