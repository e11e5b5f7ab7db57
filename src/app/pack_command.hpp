// asepsis pack: for those who write checks and those who want to know which
// there are.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/result.hpp"

namespace asepsis {

struct PackOptions {
  Form form = Form::table;
  std::vector<std::filesystem::path> files;
  std::string id;  // of a new pack, or of the pack to list the checks of
};

// The packs; of one, its checks.
Result<void> list_packs(const PackOptions& options);
// The classes of devices that a check may name.
Result<void> list_classes(const PackOptions& options);
// Whether the files are well formed and their queries can be asked.
Result<void> check_packs(const PackOptions& options);
// The same, and what their fixtures come to; without files, the built-in packs.
Result<void> try_packs(const PackOptions& options);
// A pack to begin with, on standard output.
Result<void> new_pack(const PackOptions& options);

}  // namespace asepsis
