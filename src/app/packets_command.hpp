// `asepsis packets`: takes the packets around a finding, a device or a fact out
// of those that a listener kept.

#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace asepsis {

struct PacketsCommand {
  std::filesystem::path database = "asepsis.db";
  std::filesystem::path folder;  // of the packets; empty: beside the database
  std::string around;            // the id of a finding, a device or a fact
  double seconds = 60;           // before and after what was seen of it
  std::filesystem::path out;
};

Result<void> run(const PacketsCommand& asked);

}  // namespace asepsis
