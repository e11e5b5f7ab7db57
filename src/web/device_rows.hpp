// Rows of devices as the contract says them: what the database says, and what
// the estate counted.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "export/rows.hpp"
#include "web/routes.hpp"

namespace asepsis {

// In the order of `places`.
Result<Rows> device_rows(const Asked& asked, std::span<const std::uint32_t> places);

// The id of a device, whatever id of it was given; or why not.
std::expected<std::string, Response> device_named(const Asked& asked, const std::string& id);

// "'d-1', 'd-2'": for IN.
std::string quoted_list(const std::vector<std::string>& texts);

}  // namespace asepsis
