// The bytes between messages and between segments of HL7 v2. MLLP: HL7 v3
// transport specification MLLP release 1.

#pragma once

#include <array>
#include <cstdint>

namespace asepsis::mllp {

constexpr std::uint8_t kStartBlock = 0x0b;
constexpr std::uint8_t kEndBlock = 0x1c;

constexpr bool ends_segment(std::uint8_t byte) {
  return byte == '\r' || byte == '\n' || byte == kEndBlock || byte == kStartBlock;
}

// A byte order mark of UTF-8 too: some senders copy files.
constexpr auto kBetween = [] {
  constexpr std::array<std::uint8_t, 8> kAll{'\r', '\n', kStartBlock, ' ', 0, 0xef, 0xbb, 0xbf};
  std::array<bool, 256> between{};
  for (const std::uint8_t byte : kAll) between[byte] = true;
  return between;
}();
constexpr bool between_segments(std::uint8_t byte) { return kBetween[byte]; }

}  // namespace asepsis::mllp
