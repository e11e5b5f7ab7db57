// Numbers of a capture's headers, which are written in the byte order of the
// machine that captured: the reader learns it from the magic number.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace asepsis {

// `swapped`: written in the other byte order than this machine's.
inline std::uint16_t load16(std::span<const std::uint8_t, 2> bytes, bool swapped) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return swapped ? std::byteswap(value) : value;
}

inline std::uint32_t load32(std::span<const std::uint8_t, 4> bytes, bool swapped) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return swapped ? std::byteswap(value) : value;
}

inline std::uint64_t load64(std::span<const std::uint8_t, 8> bytes, bool swapped) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return swapped ? std::byteswap(value) : value;
}

}  // namespace asepsis
