// Frames for tests, put together from the inside out:
//   ethernet(0x0800, ipv4(17, udp(1000, 53, "payload")))

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "net/decoded.hpp"

namespace asepsis::test {

using Frame = std::vector<std::uint8_t>;

// "08 00" is two bytes; spaces are for the reader.
inline Frame hex(std::string_view digits) {
  Frame out;
  int half = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (half >= 0) out.push_back(static_cast<std::uint8_t>(half << 4 | value));
    half = half >= 0 ? -1 : value;
  }
  return out;
}

inline Frame text(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

inline Frame operator+(Frame left, const Frame& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Frame be(std::uint64_t value, int size) {
  Frame out;
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return out;
}

inline Frame ethernet(std::uint16_t type, const Frame& inner) {
  return hex("02 00 00 00 00 02  02 00 00 00 00 01") + be(type, 2) + inner;
}

// A frame with other addresses, as carried inside the one above.
inline Frame inner_ethernet(std::uint16_t type, const Frame& inner) {
  return hex("02 00 00 00 00 0b  02 00 00 00 00 0a") + be(type, 2) + inner;
}

inline Frame tag(std::uint16_t control, std::uint16_t type, const Frame& inner) {
  return be(control, 2) + be(type, 2) + inner;
}

// 10.0.0.1 > 10.0.0.2, or with `back` the other way round.
inline Frame ipv4(std::uint8_t protocol, const Frame& inner, std::uint16_t fragment = 0,
                  bool back = false) {
  return hex("45 00") + be(20 + inner.size(), 2) + hex("12 34") + be(fragment, 2) + hex("40") +
         be(protocol, 1) + hex("00 00") +
         (back ? hex("0a 00 00 02  0a 00 00 01") : hex("0a 00 00 01  0a 00 00 02")) + inner;
}

// 192.168.1.1 > 192.168.1.2, as carried inside the ones above.
inline Frame inner_ipv4(std::uint8_t protocol, const Frame& inner) {
  return hex("45 00") + be(20 + inner.size(), 2) + hex("00 01 00 00 3f") + be(protocol, 1) +
         hex("00 00  c0 a8 01 01  c0 a8 01 02") + inner;
}

// 2001:db8::1 > 2001:db8::2
inline Frame ipv6(std::uint8_t next, const Frame& inner, bool back = false) {
  const Frame one = hex("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01");
  const Frame two = hex("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02");
  return hex("60 00 00 00") + be(inner.size(), 2) + be(next, 1) + hex("ff") +
         (back ? two + one : one + two) + inner;
}

inline Frame udp(std::uint16_t src, std::uint16_t dst, const Frame& inner) {
  return be(src, 2) + be(dst, 2) + be(8 + inner.size(), 2) + hex("00 00") + inner;
}

inline Frame tcp(std::uint16_t src, std::uint16_t dst, const Frame& inner) {
  return be(src, 2) + be(dst, 2) + hex("00 00 00 64  00 00 00 c8  50 18 04 00 00 00 00 00") + inner;
}

// ICMP, in answer to the datagram that it quotes.
inline Frame port_unreachable(const Frame& quoted) {
  return hex("03 03 00 00  00 00 00 00") + quoted;
}

}  // namespace asepsis::test
