// Words that were meant, told from how somebody wrote them.

#pragma once

#include <string_view>

namespace asepsis {

// Whether `written` is `meant` but for a slip: of up to five letters one left out, added, changed
// or swapped with its neighbour, and one more of every three letters beyond.
bool is_slip_of(std::string_view written, std::string_view meant);

}  // namespace asepsis
