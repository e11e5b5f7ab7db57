// One TLS handshake as its two sides show it, whatever carries its messages:
// records over TCP, DTLS, or the CRYPTO frames of QUIC. RFC 8446, 4; RFC 5246, 7.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fact/fact.hpp"
#include "proto/tls_hello.hpp"

namespace asepsis {

namespace tls::handshake {
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint8_t kServerHello = 2;
constexpr std::uint8_t kCertificate = 11;
constexpr std::uint8_t kCertificateRequest = 13;
constexpr std::size_t kHeader = 4;  // type and size
// What one message may hold back; certificate chains stay well below.
constexpr std::size_t kMaxLength = 65536;

// True for messages that we read; the others pass unbuffered.
constexpr bool wanted(std::uint8_t type) {
  return type == kClientHello || type == kServerHello || type == kCertificate ||
         type == kCertificateRequest;
}

// Handshake types are assigned to 24 (RFC 8446, B.3); others are ciphertext.
constexpr bool known(std::uint8_t type) { return type <= 24 || type == 67; }
}  // namespace tls::handshake

class TlsHandshake {
 public:
  explicit TlsHandshake(tls::Carrier carrier);

  // A handshake message that is wanted(), without its header.
  bool message(Side from, std::uint8_t type, Bytes body, FactSink& out);
  // An alert in clear.
  void alert(Side from, bool fatal, std::uint8_t description, FactSink& out);

  // What was learned apart from the messages above: by the hellos of SSL 2.0,
  // or by the records of a connection that was met in the middle.
  void offered(Side from, std::uint16_t highest);
  void chosen(std::uint16_t version, FactSink& out);

  Side client() const { return client_; }
  void server_is(Side side) { client_ = other(side); }
  std::uint16_t version() const { return version_; }  // the one chosen; 0 if not known yet
  std::string_view server_name() const { return server_name_; }

 private:
  bool client_hello(Side from, Bytes body, FactSink& out);
  bool server_hello(Side from, Bytes body, FactSink& out);
  bool certificates(Side from, Cursor in, FactSink& out);
  bool resumes(const tls::ServerHello& hello) const;

  tls::Carrier carrier_;
  Side client_ = Side::client;              // who sent the ClientHello
  std::uint16_t offered_ = 0;               // highest version of the client
  std::uint16_t version_ = 0;               // the one chosen
  std::string_view application_;            // by what the client offered
  std::string_view client_certificate_;     // sent, or not sent
  std::string server_name_;                 // that the client asked for
  std::array<std::uint8_t, 32> session_{};  // that it asked to take up again
  bool hello_said_ = false;
};

}  // namespace asepsis
