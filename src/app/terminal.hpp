// What the person's terminal can do.

#pragma once

#include <cstddef>

#include "export/rows.hpp"

namespace asepsis {

// Of standard output: its width (none if it is no terminal) and whether to
// colour (not if NO_COLOR is set: no-color.org).
TableStyle table_style();

bool stderr_is_terminal();

}  // namespace asepsis
