#include "proto/tls_handshake.hpp"

#include <algorithm>

#include "proto/certificate.hpp"
#include "proto/tls_names.hpp"

namespace asepsis {
namespace {

using namespace tls;

namespace alert_code {
constexpr std::uint8_t kHandshakeFailure = 40;
constexpr std::uint8_t kBadCertificate = 42;
constexpr std::uint8_t kCertificateUnknown = 46;
constexpr std::uint8_t kUnknownCa = 48;
constexpr std::uint8_t kAccessDenied = 49;
constexpr std::uint8_t kProtocolVersion = 70;
constexpr std::uint8_t kInsufficientSecurity = 71;
constexpr std::uint8_t kCertificateRequired = 116;
}  // namespace alert_code

// Alerts by which a server turns down a client's certificate, or its absence.
bool is_about_certificate(std::uint8_t description) {
  using namespace alert_code;
  return (description >= kBadCertificate && description <= kCertificateUnknown) ||
         description == kUnknownCa || description == kAccessDenied ||
         description == kHandshakeFailure || description == kCertificateRequired;
}

// The kind of protection that carries the handshake.
Security security_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::dtls: return Security::dtls;
    case Carrier::quic: return Security::quic;
    case Carrier::records: break;
  }
  return Security::tls;
}

}  // namespace

TlsHandshake::TlsHandshake(Carrier carrier)
    : carrier_(carrier), application_(plain_name(carrier)) {}

void TlsHandshake::offered(Side from, std::uint16_t highest) {
  client_ = from;
  offered_ = highest;
}

void TlsHandshake::chosen(std::uint16_t version, FactSink& out) {
  version_ = version;
  out.on_application(application_, security_of(carrier_));
}

bool TlsHandshake::message(Side from, std::uint8_t type, Bytes body, FactSink& out) {
  switch (type) {
    case handshake::kClientHello: return client_hello(from, body, out);
    case handshake::kServerHello: return server_hello(from, body, out);
    case handshake::kCertificate: return certificates(from, Cursor(body), out);
    default: out.say(from, "tls.client_certificate"_claim, "requested"); return true;
  }
}

// The second hello after a retry says the same again, and is not fingerprinted.
bool TlsHandshake::client_hello(Side from, Bytes body, FactSink& out) {
  client_ = from;
  if (hello_said_) return true;
  const auto hello = read_client_hello(body, carrier_);
  if (!hello) return false;
  hello_said_ = true;
  offered_ = hello->highest_version();
  server_name_ = hello->server_name;
  if (hello->session.size() == session_.size()) std::ranges::copy(hello->session, session_.begin());
  for (Cursor in(hello->protocols); !in.done() && application_ == plain_name(carrier_);)
    application_ = application_of(as_text(in.take(in.u8())), carrier_);
  say_client_hello(*hello, from, carrier_, out);
  return true;
}

// Up to TLS 1.2 the server repeats the id of a session that it takes up again;
// TLS 1.3 repeats it always, and names the key instead.
bool TlsHandshake::resumes(const ServerHello& hello) const {
  if (hello.version == kTls13 || hello.version == kDtls13) return hello.known_key;
  const bool some = std::ranges::any_of(session_, [](std::uint8_t byte) { return byte != 0; });
  return some && std::ranges::equal(hello.session, session_);
}

bool TlsHandshake::server_hello(Side from, Bytes body, FactSink& out) {
  const auto hello = read_server_hello(body);
  if (!hello) return false;
  client_ = other(from);
  if (hello->retry || version_ != 0) return true;
  // TLS 1.3 encrypts the server's choice: what was offered must do.
  if (!hello->protocol.empty()) application_ = application_of(hello->protocol, carrier_);
  chosen(hello->version, out);
  say_server_hello(*hello, from, out);
  if (resumes(*hello))
    out.say(from, "tls.resumed"_claim, hello->known_key ? "pre-shared key" : "session");
  return true;
}

// RFC 5246, 7.4.2 and 7.4.6: the sender's own certificate comes first.
bool TlsHandshake::certificates(Side from, Cursor in, FactSink& out) {
  const Cursor list = in.sub(in.be24());
  if (!in.ok()) return false;
  const bool of_client = from == client_;
  if (of_client) {
    client_certificate_ = list.done() ? "not sent" : "sent";
    out.say(from, "tls.client_certificate"_claim, client_certificate_);
  }
  if (list.done()) return of_client;
  return say_certificates(list.rest(), from, of_client ? std::string_view() : server_name_, out);
}

void TlsHandshake::alert(Side from, bool fatal, std::uint8_t description, FactSink& out) {
  out.say(from, "tls.alert"_claim, alert_name(description));
  if (from == client_ || !fatal) return;
  if (version_ == 0) {
    if (description == alert_code::kProtocolVersion && offered_ != 0)
      out.on_fact({from, "tls.version"_claim, version_name(offered_), {}, true});
    if (description == alert_code::kHandshakeFailure ||
        description == alert_code::kInsufficientSecurity)
      out.on_fact({from, "tls.cipher"_claim, "all that were offered", {}, true});
  } else if (!client_certificate_.empty() && is_about_certificate(description)) {
    out.on_fact({from, "tls.client_certificate"_claim, client_certificate_, {}, true});
  }
}

}  // namespace asepsis
