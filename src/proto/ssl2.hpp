// The hellos of SSL 2.0 (draft-hickman-netscape-ssl-00), which clients of later
// versions also sent to be understood by old servers (RFC 5246, E.2).

#pragma once

#include <algorithm>
#include <cstdint>

#include "base/cursor.hpp"
#include "proto/tls_names.hpp"

namespace asepsis::ssl2 {

constexpr std::uint8_t kClientHello = 1;
constexpr std::uint8_t kServerHello = 4;
constexpr std::size_t kHeader = 2;

struct Hello {
  std::uint16_t version = 0;
  Bytes ciphers;      // three bytes each
  Bytes certificate;  // of the server
};

// A message of the client: two bytes of header, then as said there.
inline bool read_client_hello(Cursor in, Hello& hello) {
  const std::size_t length = in.be16() & 0x7fffU;
  const bool is_hello = in.u8() == kClientHello;
  hello.version = in.be16();
  const std::size_t ciphers = in.be16();
  const std::size_t session = in.be16();
  const std::size_t challenge = in.be16();
  hello.ciphers = in.rest().first(std::min(ciphers, in.rest().size()));
  const bool version = hello.version == tls::kSsl2 || hello.version >> 8 == 3;
  return in.ok() && is_hello && version && ciphers > 0 && ciphers % 3 == 0 && session <= 32 &&
         challenge >= 16 && challenge <= 32 && length == 9 + ciphers + session + challenge;
}

inline bool read_server_hello(Cursor in, Hello& hello) {
  const std::size_t length = in.be16() & 0x7fffU;
  const bool is_hello = in.u8() == kServerHello;
  const std::uint8_t session_hit = in.u8();
  const std::uint8_t certificate_type = in.u8();
  hello.version = in.be16();
  const std::size_t certificate = in.be16();
  const std::size_t ciphers = in.be16();
  const std::size_t connection = in.be16();
  hello.certificate = in.rest().first(std::min(certificate, in.rest().size()));
  return in.ok() && is_hello && session_hit <= 1 && certificate_type <= 1 &&
         hello.version == tls::kSsl2 && ciphers % 3 == 0 && connection <= 32 &&
         length == 11 + certificate + ciphers + connection;
}

inline bool is_message(Bytes bytes) {
  return bytes.size() >= 3 && (bytes[0] & 0x80) != 0 &&
         (bytes[2] == kClientHello || bytes[2] == kServerHello);
}

}  // namespace asepsis::ssl2
