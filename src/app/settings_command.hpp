// asepsis settings: how devices are configured, and on what that rests.

#pragma once

#include <string>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// Of one device, or of all if `id` is empty.
Result<void> show_settings(const AnswerOptions& options, const std::string& id);

// What says so; false if there is no such setting of the device. `device` is its own id.
Result<bool> show_setting_evidence(Database& database, Form form, const std::string& device,
                                   const std::string& setting);

}  // namespace asepsis
