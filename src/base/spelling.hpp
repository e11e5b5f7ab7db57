// Words that were meant, told from how somebody wrote them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

// Whether `written` is `meant` but for a slip: of up to five letters one left out, added, changed
// or swapped with its neighbour, and one more of every three letters beyond.
bool is_slip_of(std::string_view written, std::string_view meant);

// ", did you mean NAME?" of the first of the names that it is, but for a slip; else nothing.
template <class Names>
std::string meant_by(std::string_view written, const Names& names) {
  for (const auto& name : names)
    if (is_slip_of(written, name)) return ", did you mean " + std::string(name) + '?';
  return {};
}

// The same; else of the names that have it as a word, but for a slip: "pumpe" is meant by
// "infusion-pump" and "syringe-pump".
std::string meant_by_a_word(std::string_view written, const std::vector<std::string>& names);

}  // namespace asepsis
