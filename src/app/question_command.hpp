// `asepsis answer`: one question of somebody at a page, on standard input. The server
// runs it as a process of its own, which can be ended whatever SQLite is at.

#pragma once

#include <cstddef>
#include <filesystem>

#include "base/result.hpp"

namespace asepsis {

struct QuestionCommand {
  std::filesystem::path database;
  std::size_t limit = 1'000;
  bool csv = false;
};

Result<void> run(const QuestionCommand& command);

}  // namespace asepsis
