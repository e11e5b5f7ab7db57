// A certificate for a server that has none of its organisation's: made once,
// kept beside the database, and known by its fingerprint.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

// Made if it is not there. `names`: host names and addresses it is for.
Result<void> ensure_certificate(const std::filesystem::path& certificate,
                                const std::filesystem::path& key,
                                const std::vector<std::string>& names);

// SHA-256 of the certificate, as browsers show it.
Result<std::string> fingerprint_of(const std::filesystem::path& certificate);

}  // namespace asepsis
