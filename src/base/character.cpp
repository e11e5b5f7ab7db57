#include "base/character.hpp"

#include <array>

namespace asepsis {
namespace {

// The size of the well-formed UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    const bool outside = (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90);
    return outside ? 0 : 4;
  }
  return 0;
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
