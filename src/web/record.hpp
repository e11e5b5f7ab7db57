// The record of log-ins and changes.

#pragma once

#include <string>

#include "base/result.hpp"
#include "web/routes.hpp"

namespace asepsis {

// `what`: what it was done to, or why it was refused. Never a secret.
void record(const Asked& asked, const std::string& user, const std::string& action,
            const std::string& what, bool done, const std::string& detail = {});

// Says on standard error that something of this kind could not be kept.
void note_kept(const Result<void>& kept);

}  // namespace asepsis
