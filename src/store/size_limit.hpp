// Bounds what one value may take while somebody's own SQL is asked. SQLite lets a value
// have a gigabyte and looks at no clock while it makes one: a few words of SQL could
// take all memory of the machine.

#pragma once

#include <sqlite3.h>

#include "store/database.hpp"

namespace asepsis {

// From where it is made to its end; one at a time on a connection.
class SizeLimit {
 public:
  // The ids of 100 000 devices in one list have 1.5 MB.
  static constexpr int kMostOfOne = 2 << 20;
  // A pattern is tried at every place of a text, without a look at the clock either.
  static constexpr int kMostOfPattern = 1'000;

  explicit SizeLimit(Database& database)
      : sql_(database.sql().getHandle()),
        value_(sqlite3_limit(sql_, SQLITE_LIMIT_LENGTH, kMostOfOne)),
        pattern_(sqlite3_limit(sql_, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, kMostOfPattern)) {}
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;
  ~SizeLimit() {
    sqlite3_limit(sql_, SQLITE_LIMIT_LENGTH, value_);
    sqlite3_limit(sql_, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, pattern_);
  }

 private:
  sqlite3* sql_;
  int value_, pattern_;
};

}  // namespace asepsis
