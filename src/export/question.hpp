// A question in SQL of somebody at a page, and its answer: only reads, and no more than
// anybody reads.

#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

#include "base/result.hpp"
#include "export/rows.hpp"
#include "store/database.hpp"

namespace asepsis {

inline constexpr auto kMostQuestionTime = std::chrono::seconds(5);
inline constexpr std::string_view kQuestionTooLong =
    "this takes longer than five seconds: ask for less at once";

struct Answered {
  Rows rows;
  bool truncated = false;  // there are more
};

// So many rows at most. The database is prepared for answers.
Result<Answered> answer_question(Database& database, const std::string& sql, std::size_t limit);

// "columns":[...],"rows":[[...]],"truncated":false
void write_members(std::ostream& out, const Answered& answered);

}  // namespace asepsis
