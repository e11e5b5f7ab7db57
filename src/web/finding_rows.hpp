// Rows of findings as the contract says them.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "export/rows.hpp"
#include "web/routes.hpp"

namespace asepsis {

// "f-00c1..." and its number.
std::string id_of_finding(std::uint64_t number);
std::optional<std::uint64_t> number_of_finding(std::string_view id);

// In the order of `places`.
Result<Rows> finding_rows(const Asked& asked, std::span<const std::uint32_t> places);
// A finding is kept under the id that its device had; this gives the one it has.
void name_device(const Asked& asked, Rows& rows);

}  // namespace asepsis
