// The one file of data: opening it safely, its schema and migrations.
//
// What SQLite throws is turned into a Result here (see guarded()); nothing
// above this folder catches.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/result.hpp"

namespace asepsis {

inline constexpr int kSchemaVersion = 9;

class Database {
 public:
  // An inventory is written and asked as a whole.
  static constexpr std::size_t kUsuallyKept = std::size_t{32} << 20;

  enum class Mode {
    read_only,  // the file must exist; nothing can be written through it
    write,      // created if missing, migrated if older
  };

  // Fails with a sentence if the file is damaged, newer than this program,
  // not ours, or not to be had.
  static Result<Database> open(const std::filesystem::path& path, Mode mode);

  // Another, to read by in another thread. Nothing of what is in memory only, and
  // where none is to be had.
  std::optional<Database> second_connection() const;

  // How much of the file this connection, and those made of it, keep in memory.
  void keep_at_most(std::size_t bytes);
  std::size_t most_kept() const { return most_kept_; }

  // Its file is not where it was any more.
  bool moved() const;

  // What is being asked by this connection fails. Safe to call from any thread.
  void interrupt();

  SQLite::Database& sql() { return *sql_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  Database(std::filesystem::path path, std::unique_ptr<SQLite::Database> sql)
      : path_(std::move(path)), sql_(std::move(sql)) {}

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> sql_;
  std::size_t most_kept_ = kUsuallyKept;
};

// While it lives more of a large file stays in memory, unless somebody bounds that:
// where all of it is written, or asked, in any order.
class AmpleMemory {
 public:
  static constexpr std::size_t kAmple = std::size_t{128} << 20;

  explicit AmpleMemory(Database& database) : database_(database), before_(database.most_kept()) {
    if (before_ == Database::kUsuallyKept) database.keep_at_most(kAmple);
  }
  ~AmpleMemory() { database_.keep_at_most(before_); }
  AmpleMemory(const AmpleMemory&) = delete;
  AmpleMemory& operator=(const AmpleMemory&) = delete;

 private:
  Database& database_;
  std::size_t before_;
};

// The sentence for a person about what SQLite refused.
Error database_error(const std::filesystem::path& path, const SQLite::Exception& what);

// Runs `work`, which returns a Result, and turns what SQLite throws into one.
template <class Work>
auto guarded(const std::filesystem::path& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& what) {
    return std::unexpected(database_error(path, what));
  }
}

// From here on statements that do anything but read are refused.
void allow_only_reads(Database& database);

// The same while it lives: for SQL that somebody else wrote (checks of packs).
class OnlyReads {
 public:
  explicit OnlyReads(Database& database) : database_(database) { allow_only_reads(database_); }
  ~OnlyReads();
  OnlyReads(const OnlyReads&) = delete;
  OnlyReads& operator=(const OnlyReads&) = delete;

 private:
  Database& database_;
};

// The statements that make the schema, for `asepsis schema` and docs/schema.md.
std::string_view schema_sql();

}  // namespace asepsis
