// `asepsis top`: how who listens is doing and what is new, in the terminal and
// as it changes. Reads the database and nothing else.

#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace asepsis {

struct TopCommand {
  std::filesystem::path database = "asepsis.db";
  bool once = false;  // print it and end
  double every = 1;   // seconds
};

Result<void> run(const TopCommand& asked);

}  // namespace asepsis
