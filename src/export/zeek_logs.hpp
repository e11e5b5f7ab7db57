// Logs as Zeek writes them (tab-separated, with a heading), for tools that
// read those: conn.log, software.log and known_devices.log.

#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// All that the database holds, into a folder that is made if missing. Logs of
// these names that are in it are replaced.
Result<void> write_zeek_logs(const std::filesystem::path& folder, Database& database);

}  // namespace asepsis
