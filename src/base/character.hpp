// The characters of text that came from strangers, one by one, and which of
// them a terminal or a page would obey rather than show.

#pragma once

#include <cstddef>
#include <string_view>

namespace asepsis {

struct Character {
  char32_t code;
  std::size_t size;  // in bytes
  bool well_formed;  // UTF-8 (RFC 3629); else one byte, and its number

  bool obeyed() const;
};

// REQUIRES: the text is not empty.
Character first_character(std::string_view text);

}  // namespace asepsis
