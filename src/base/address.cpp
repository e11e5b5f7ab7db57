#include "base/address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace asepsis {

bool Ip::unspecified() const {
  if (!is_v4()) return empty();
  return std::ranges::all_of(bytes.begin() + 12, bytes.end(), [](auto byte) { return byte == 0; });
}

bool Ip::multicast() const {
  if (!is_v4()) return bytes[0] == 0xff;
  return (bytes[12] & 0xf0) == 0xe0 ||
         std::ranges::all_of(bytes.begin() + 12, bytes.end(), [](auto b) { return b == 0xff; });
}

bool Ip::names_a_host() const { return !empty() && !unspecified() && !multicast(); }

bool Ip::loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return std::ranges::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
         bytes[15] == 1;
}

bool Ip::link_local() const {
  if (is_v4()) return bytes[12] == 169 && bytes[13] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool Ip::private_use() const {
  if (loopback() || link_local() || unspecified()) return true;
  if (!is_v4()) return (bytes[0] & 0xfe) == 0xfc;
  return bytes[12] == 10 || (bytes[12] == 172 && (bytes[13] & 0xf0) == 16) ||
         (bytes[12] == 192 && bytes[13] == 168) || (bytes[12] == 100 && (bytes[13] & 0xc0) == 64);
}

std::string to_text(const Mac& mac) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(17);
  for (const std::uint8_t byte : mac.bytes) {
    if (!out.empty()) out += ':';
    out += kHex[byte >> 4];
    out += kHex[byte & 0xf];
  }
  return out;
}

std::string to_text(const Ip& ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!ip.is_v4()) {
    inet_ntop(AF_INET6, ip.bytes.data(), text.data(), text.size());
    return text.data();
  }
  // By hand: inet_ntop is a printf, and an inventory writes many of them.
  char* end = text.data();
  for (std::size_t i = 12; i < ip.bytes.size(); ++i) {
    if (i > 12) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), ip.bytes[i]).ptr;
  }
  return {text.data(), end};
}

std::optional<Mac> mac_from_text(std::string_view text) {
  Mac mac;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    const char lower = static_cast<char>(c | 0x20);
    std::uint8_t value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<std::uint8_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = static_cast<std::uint8_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
    if (digits == 12) return std::nullopt;
    std::uint8_t& byte = mac.bytes[digits / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
    ++digits;
  }
  if (digits != 12) return std::nullopt;
  return mac;
}

std::optional<Ip> ip_from_text(std::string_view text) {
  const std::string ended(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, ended.c_str(), bytes.data()) == 1) return Ip::v4(bytes);
  if (inet_pton(AF_INET6, ended.c_str(), bytes.data()) == 1) return Ip::v6(bytes);
  return std::nullopt;
}

}  // namespace asepsis
