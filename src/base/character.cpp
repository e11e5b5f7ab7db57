#include "base/character.hpp"

#include <array>

namespace asepsis {
namespace {

// How long the sequence is that such a byte begins; 0: none does.
std::size_t size_by_first(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

// Second bytes that make a sequence too long for its character, a surrogate,
// or more than U+10FFFF.
bool forbidden(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xe0: return second < 0xa0;
    case 0xed: return second >= 0xa0;
    case 0xf0: return second < 0x90;
    case 0xf4: return second >= 0x90;
    default: return false;
  }
}

// The size of the well-formed UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = size_by_first(byte(0));
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return size > 1 && forbidden(byte(0), byte(1)) ? 0 : size;
}

}  // namespace

Character first_character(std::string_view text) {
  const std::size_t size = utf8_size(text);
  const auto first = static_cast<unsigned char>(text.front());
  if (size <= 1) return {first, 1, size == 1};
  constexpr std::array<unsigned char, 5> kOfFirst{0, 0, 0x1f, 0x0f, 0x07};
  char32_t code = first & kOfFirst[size];
  for (const char c : text.substr(1, size - 1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return {code, size, true};
}

// Controls (C0, DEL, C1), marks of direction, characters without width, line
// and paragraph separators, the byte order mark.
bool Character::obeyed() const {
  const auto within = [&](char32_t first, char32_t last) { return code >= first && code <= last; };
  return code < 0x20 || within(0x7f, 0x9f) || code == 0x061c || within(0x200b, 0x200f) ||
         within(0x2028, 0x202e) || within(0x2060, 0x2069) || code == 0xfeff;
}

}  // namespace asepsis
