// Finding bytes in text eight at a time. For parsers that look at every byte
// of what they let by.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/cursor.hpp"

namespace asepsis {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

namespace scan {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

inline std::uint64_t load(const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace scan

// Where the first byte below 0x20 (a control character) is; the size if there is none.
inline std::size_t find_control(Bytes bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint64_t word = scan::load(bytes.data() + at);
    // Bits above the first hit may be wrong; it is not.
    const std::uint64_t hits = (word - (scan::kOnes * 0x20)) & ~word & scan::kHighs;
    if (hits != 0) return at + (static_cast<std::size_t>(std::countr_zero(hits)) / 8);
  }
  while (at < bytes.size() && bytes[at] >= 0x20) ++at;
  return at;
}

// Calls `use` with the place of each `wanted`, in order, until it says false.
template <class Use>
void for_each_byte(Bytes bytes, std::uint8_t wanted, Use use) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint64_t word = scan::load(bytes.data() + at) ^ (scan::kOnes * wanted);
    const std::uint64_t sevens = word & ~scan::kHighs;
    std::uint64_t hits = ~((sevens + ~scan::kHighs) | word | ~scan::kHighs);
    for (; hits != 0; hits &= hits - 1)
      if (!use(at + (static_cast<std::size_t>(std::countr_zero(hits)) / 8))) return;
  }
  for (; at < bytes.size(); ++at)
    if (bytes[at] == wanted && !use(at)) return;
}

}  // namespace asepsis
