// Asks a question in a process of its own (this program again): SQLite looks at no clock
// while it is in one long function, and a process can be ended at any time.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace asepsis {

struct Question {
  std::string sql;
  std::size_t limit = 0;  // rows
  bool csv = false;
};

// What the process says: CSV, or members of JSON (export/question.hpp). Given up when it
// takes too long or `ending` says so.
Result<std::string> ask_apart(const std::filesystem::path& database, const Question& question,
                              const std::function<bool()>& ending);

}  // namespace asepsis
