// How names are compared: letters and digits count, case and what stands
// between them does not. "Spectrum-IQ", "SPECTRUM IQ" and "spectrum_iq" are
// one name; "N17" is not found in "N170".

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

// A run of letters, or of digits, in a text. Bytes past ASCII are letters.
struct Word {
  std::size_t begin;
  std::size_t end;
};

std::vector<Word> words(std::string_view text);

// Only the letters (small) and digits: what two spellings of a name share.
std::string compact(std::string_view text);

// Whether the words of `part` stand in `whole`, one after the other.
bool contains_words(std::string_view whole, std::string_view part);

// Whether a name may begin (or end) at this place of the text: not inside a
// run of letters and digits.
bool at_boundary(std::string_view text, std::size_t place);

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_letter_or_digit(char c) { return is_digit(c) || is_letter(c); }

}  // namespace asepsis
