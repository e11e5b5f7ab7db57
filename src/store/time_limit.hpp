// Ends what runs on a connection when its time is over: what a person or a pack
// asks in SQL may have no end.

#pragma once

#include <sqlite3.h>

#include <chrono>

#include "store/database.hpp"

namespace asepsis {

// From where it is made to its end; one at a time on a connection.
class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  TimeLimit(Database& database, Clock::duration most)
      : sql_(database.sql().getHandle()), until_(Clock::now() + most) {
    constexpr int kStepsBetween = 10'000;  // of SQLite's machine, between two looks at the clock
    sqlite3_progress_handler(sql_, kStepsBetween, over, this);
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  ~TimeLimit() { sqlite3_progress_handler(sql_, 0, nullptr, nullptr); }

  bool passed() const { return Clock::now() > until_; }

 private:
  static int over(void* self) { return static_cast<TimeLimit*>(self)->passed() ? 1 : 0; }

  sqlite3* sql_;
  Clock::time_point until_;
};

}  // namespace asepsis
