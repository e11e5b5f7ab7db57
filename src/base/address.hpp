// MAC and IP addresses as plain values that compare, hash and print.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cursor.hpp"

namespace asepsis {

// What has the same order as its bytes one after the other, and is compared at once.
template <class Word, std::size_t kSize>
constexpr Word ordered_word(const std::array<std::uint8_t, kSize>& bytes, std::size_t at) {
  std::array<std::uint8_t, sizeof(Word)> part{};
  std::copy_n(bytes.begin() + at, sizeof(Word), part.begin());
  const auto word = std::bit_cast<Word>(part);
  return std::endian::native == std::endian::little ? std::byteswap(word) : word;
}

// An IEEE 802 MAC-48. All zeros stands for "none".
struct Mac {
  std::array<std::uint8_t, 6> bytes{};

  // REQUIRES: bytes.size() >= 6.
  static constexpr Mac from(Bytes bytes) {
    Mac mac;
    std::copy_n(bytes.begin(), 6, mac.bytes.begin());
    return mac;
  }

  constexpr bool empty() const { return bytes == std::array<std::uint8_t, 6>{}; }
  constexpr bool group() const { return (bytes[0] & 1) != 0; }  // multicast, broadcast
  constexpr bool locally_administered() const { return (bytes[0] & 2) != 0; }  // random or virtual
  constexpr bool operator==(const Mac&) const = default;
  constexpr std::strong_ordering operator<=>(const Mac& other) const {
    const auto first = ordered_word<std::uint32_t>(bytes, 0);
    const auto others = ordered_word<std::uint32_t>(other.bytes, 0);
    if (first != others) return first <=> others;
    return ordered_word<std::uint16_t>(bytes, 4) <=> ordered_word<std::uint16_t>(other.bytes, 4);
  }
};

// An IPv4 or IPv6 address; IPv4 is held as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
// All zeros stands for "none" (and is ::).
struct Ip {
  std::array<std::uint8_t, 16> bytes{};

  // REQUIRES: bytes.size() >= 4, or >= 16.
  static constexpr Ip v4(Bytes bytes) {
    Ip ip;
    ip.bytes[10] = ip.bytes[11] = 0xff;
    std::copy_n(bytes.begin(), 4, ip.bytes.begin() + 12);
    return ip;
  }
  static constexpr Ip v6(Bytes bytes) {
    Ip ip;
    std::copy_n(bytes.begin(), 16, ip.bytes.begin());
    return ip;
  }

  constexpr bool empty() const { return bytes == std::array<std::uint8_t, 16>{}; }
  constexpr bool is_v4() const {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
  }
  // 0.0.0.0 or ::, what a host without an address sends from.
  bool unspecified() const;
  bool multicast() const;  // IPv4 multicast and limited broadcast too
  bool loopback() const;
  bool link_local() const;
  // One host's own: an address, of neither a group nor nobody.
  bool names_a_host() const;
  // Ranges that sites use inside: RFC 1918, RFC 6598, unique local, link-local, loopback.
  bool private_use() const;

  constexpr bool operator==(const Ip&) const = default;
  constexpr std::strong_ordering operator<=>(const Ip& other) const {
    const auto first = ordered_word<std::uint64_t>(bytes, 0);
    const auto others = ordered_word<std::uint64_t>(other.bytes, 0);
    if (first != others) return first <=> others;
    return ordered_word<std::uint64_t>(bytes, 8) <=> ordered_word<std::uint64_t>(other.bytes, 8);
  }
};

std::string to_text(const Mac& mac);  // 00:09:fb:12:34:56
std::string to_text(const Ip& ip);    // 10.0.3.7, fe80::1 (RFC 5952)

std::optional<Mac> mac_from_text(std::string_view text);  // with ':', '-', '.' or nothing between
std::optional<Ip> ip_from_text(std::string_view text);

}  // namespace asepsis
