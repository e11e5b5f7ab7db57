// IEEE EUI-64 in text: "00095CFFFE741952", with or without '-', ':' or '.'
// between the digits.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

constexpr std::size_t kEui64Digits = 16;

struct Eui64 {
  std::array<std::uint8_t, 8> bytes{};

  // All of one maker's devices: the serial half is empty, so it names none.
  bool nameless() const {
    return std::ranges::all_of(bytes.begin() + 3, bytes.end(), [](auto byte) { return byte == 0; });
  }
  // As facts carry it: sixteen lower-case digits.
  ShortText<16> text() const {
    ShortText<16> text;
    text.hex(bytes);
    return text;
  }
};

inline std::optional<Eui64> eui64_from_text(std::string_view text) {
  if (text.size() < kEui64Digits) return std::nullopt;
  Eui64 eui64;
  std::size_t digits = 0;
  for (const char letter : trimmed(text)) {
    if (letter == '-' || letter == ':' || letter == '.') continue;
    const char c = lower(letter);
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0 || digits == kEui64Digits) return std::nullopt;
    std::uint8_t& byte = eui64.bytes[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
  }
  return digits == kEui64Digits ? std::optional(eui64) : std::nullopt;
}

}  // namespace asepsis
