// The names of TLS versions, cipher suites and alerts.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace asepsis::tls {

constexpr std::uint16_t kSsl2 = 0x0002;
constexpr std::uint16_t kSsl3 = 0x0300;
constexpr std::uint16_t kTls10 = 0x0301;
constexpr std::uint16_t kTls12 = 0x0303;
constexpr std::uint16_t kTls13 = 0x0304;
// DTLS counts downwards. What OpenSSL spoke before the standard was out, and
// VPN clients long after, has a number of its own.
constexpr std::uint16_t kDtlsDraft = 0x0100;
constexpr std::uint16_t kDtls10 = 0xfeff;
constexpr std::uint16_t kDtls12 = 0xfefd;
constexpr std::uint16_t kDtls13 = 0xfefc;

// What carries the handshake, by its letter in JA4.
enum class Carrier : char { records = 't', dtls = 'd', quic = 'q' };

// True if version `a` is older than `b`, of the same family.
constexpr bool older(std::uint16_t a, std::uint16_t b) {
  return a >> 8 == 0xfe && b >> 8 == 0xfe ? a > b : a < b;
}

// RFC 8701: values that clients offer only to keep servers tolerant.
constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

// "TLS 1.2", "SSL 3.0", "DTLS 1.2", "TLS 1.3 draft 28"; else "0x7a7a".
ShortText<24> version_name(std::uint16_t version);

// The name in the IANA registry; "0xc0ff" for suites not in our table.
ShortText<64> cipher_name(std::uint16_t suite);

// What is weak in a suite of this name: "no encryption", "RC4" ...; empty if
// nothing is known against it.
std::string_view weakness_of(std::string_view cipher);

// RFC 8446, 6 and its predecessors; "alert 17" for unassigned ones.
ShortText<48> alert_name(std::uint8_t description);

// The application that a protocol name of ALPN (IANA registry) stands for, as
// conversations show it; plain_name() if it tells nothing. Literals.
std::string_view application_of(std::string_view protocol, Carrier carrier);

// "tls", "dtls", "quic".
std::string_view plain_name(Carrier carrier);

}  // namespace asepsis::tls
