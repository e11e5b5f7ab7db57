// Which protocols have no place for a patient: what was understood as one of
// these may be kept as it was sent. Everything else may name one, what nothing
// recognises first of all.

#pragma once

#include <span>
#include <string_view>

namespace asepsis {

// Names of rows of protocols().
std::span<const std::string_view> patient_free_protocols();
bool patient_free(std::string_view protocol);

}  // namespace asepsis
