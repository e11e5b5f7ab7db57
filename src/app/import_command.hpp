// `asepsis import`: asset registers and exported configurations into the
// database, beside what is heard.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

struct ImportCommand {
  std::vector<std::string> paths;
  std::filesystem::path database = "asepsis.db";
  std::string site;                  // empty: the one that the database has
  std::string name;                  // of the document; empty: as the file is called
  std::string device;                // what the exports are of; empty: as they say
  std::string as;                    // "register", "export"; empty: told by what is in them
  std::vector<std::string> columns;  // "COLUMN=field"
  std::string dates = "day-first";   // where a column does not decide it
  std::string as_of;                 // empty: when the file was last changed
  std::filesystem::path knowledge;   // a site's own folder; empty: none
  std::filesystem::path progress;    // a file that says how far it is; empty: none
  bool show_mapping = false;         // and import nothing
  bool json = false;
};

// Fails if nothing of a file could be taken; what could be of the others is stored.
Result<void> run(const ImportCommand& command);

}  // namespace asepsis
