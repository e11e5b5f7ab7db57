// Base64 (RFC 4648, 4) as headers carry it.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/cursor.hpp"

namespace asepsis {

// Decodes up to the first character that is no digit, or until `out` is full.
// Returns the part of `out` that was written.
inline Bytes decode_base64(std::string_view text, std::span<std::uint8_t> out) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t size = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos || size == out.size()) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[size++] = static_cast<std::uint8_t>(bits >> held);
  }
  return out.first(size);
}

}  // namespace asepsis
