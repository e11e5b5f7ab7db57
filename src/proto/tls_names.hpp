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

// RFC 8701: values that clients offer only to keep servers tolerant.
constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

// "TLS 1.2", "SSL 3.0", "TLS 1.3 draft 28"; else "0x7a7a".
ShortText<24> version_name(std::uint16_t version);

// The name in the IANA registry; "0xc0ff" for suites not in our table.
ShortText<64> cipher_name(std::uint16_t suite);

// RFC 8446, 6 and its predecessors; "alert 17" for unassigned ones.
ShortText<48> alert_name(std::uint8_t description);

// The application that a protocol name of ALPN (IANA registry) stands for, as
// conversations show it; "tls" if it tells nothing. Literals.
std::string_view application_of(std::string_view protocol);

}  // namespace asepsis::tls
