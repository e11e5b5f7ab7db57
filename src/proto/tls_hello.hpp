// The two messages in which a TLS client and server say who they are: parsing
// and fingerprints, apart from the records that carry them, so that TLS over
// TCP, DTLS, QUIC and EAP can share them. RFC 8446, 4.1.2 and 4.1.3; RFC 5246,
// 7.4.1; extensions RFC 6066 (server_name), RFC 7301 (ALPN).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "fact/fact.hpp"
#include "proto/digest.hpp"
#include "proto/tls_names.hpp"

namespace asepsis::tls {

// Views of the message; lists are the bytes of their elements. Empty stands
// for not sent.
struct ClientHello {
  std::uint16_t legacy_version = 0;
  Bytes session;     // id of the one to take up again
  Bytes ciphers;     // two bytes each
  Bytes extensions;  // type, length and content of each: well formed
  Bytes versions;    // supported_versions
  Bytes groups;      // supported_groups
  Bytes point_formats;
  Bytes signatures;  // signature_algorithms
  Bytes protocols;   // ALPN: a size byte before each
  std::string_view server_name;
  bool names_server = false;  // the extension was there

  std::uint16_t highest_version() const;
};

struct ServerHello {
  std::uint16_t legacy_version = 0;
  std::uint16_t version = 0;  // the one chosen
  std::uint16_t cipher = 0;
  Bytes session;  // its id
  Bytes extensions;
  std::string_view protocol;  // ALPN; visible up to TLS 1.2
  bool retry = false;         // a HelloRetryRequest (RFC 8446, 4.1.3)
  bool known_key = false;     // it took up a session by its key (RFC 8446, 4.2.11)
};

// From the body of a handshake message, after its four bytes of header.
std::optional<ClientHello> read_client_hello(Bytes body, Carrier carrier);
std::optional<ServerHello> read_server_hello(Bytes body);

// JA3 and JA3S as published by their authors: MD5 of
// version,ciphers,extensions[,groups,point formats] in decimal.
Md5 ja3(const ClientHello& hello);
Md5 ja3s(const ServerHello& hello);

// JA4 as published by FoxIO. `transport` is 't', 'd' (DTLS) or 'q' (QUIC).
// Empty if the hello has more entries than a real one would.
ShortText<40> ja4(const ClientHello& hello, char transport);

// All that a client hello tells, of both sides.
void say_client_hello(const ClientHello& hello, Side from, Carrier carrier, FactSink& out);
void say_server_hello(const ServerHello& hello, Side from, FactSink& out);

}  // namespace asepsis::tls
