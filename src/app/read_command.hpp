// `asepsis read`: captures and other sensors' logs into the database, then the
// inventory anew.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/result.hpp"

namespace asepsis {

struct ReadCommand {
  std::vector<std::string> paths;
  std::filesystem::path database = "asepsis.db";
  std::string site = "site";
  std::string filter;
  std::filesystem::path knowledge;  // the site's own folder; empty: none
  std::size_t workers = 0;          // 0: as many as the machine has processors
  bool json = false;                // then the devices, as JSON lines
  std::string eve;                  // then all of the database as EVE JSON lines: a file, or "-"
  std::filesystem::path zeek_out;   // ... as Zeek's logs: a folder
  std::filesystem::path progress;   // a file that says how far it is; empty: none
  bool stats = false;               // then what was lost and malformed
};

// Fails if anything asked for could not be read; what could be is stored.
Result<void> run(const ReadCommand& asked);

}  // namespace asepsis
