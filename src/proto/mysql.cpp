// MySQL and MariaDB (MySQL internals, "Connection Phase"): the greeting of the
// server, and whether the client goes on in TLS. User names are not read.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::uint8_t kProtocol10 = 10;
constexpr std::uint8_t kError = 0xff;
constexpr std::uint16_t kCapabilityTls = 0x0800;
constexpr std::size_t kTlsRequest = 32;  // the login of a client cut before its name
constexpr std::size_t kMaxGreeting = 1024;

class MysqlParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (tls_follows_) return Frame::again();
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    Cursor in(bytes);
    const std::size_t length = in.le16() | static_cast<std::size_t>(in.u8()) << 16;
    if (!in.ok()) return Frame::unknown();
    if (length == 0 || length > kMaxGreeting) return Frame::foreign();
    return Frame::message(kHeader + length);
  }
  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(kHeader);
    ended_[static_cast<std::size_t>(from)] = true;
    return from == Side::server ? greeting(in, out) : login(in, out);
  }

 private:
  static bool greeting(Cursor in, FactSink& out);
  bool login(Cursor in, FactSink& out);

  bool tls_follows_ = false;
  std::array<bool, 2> ended_{};
};

bool MysqlParser::greeting(Cursor in, FactSink& out) {
  const std::uint8_t protocol = in.u8();
  if (protocol == kError) return true;  // "host is not allowed to connect"
  const std::string_view version = as_text(in.take_until(0)).substr(0, 180);
  if (protocol != kProtocol10 || !in.ok()) return false;
  const bool maria = version.find("MariaDB") != std::string_view::npos;
  ShortText<200> text;
  text.add(maria ? "MariaDB " : "MySQL ");
  // MariaDB calls itself 5.5.5 first so that old replicas will talk to it.
  text.add(maria && version.starts_with("5.5.5-") ? version.substr(6) : version);
  out.say(Side::server, "database.version"_claim, text);

  in.skip(4 + 8 + 1);  // thread, challenge, filler
  const std::uint32_t low = in.le16();
  if (!in.ok()) return true;
  out.say(Side::server, "database.tls"_claim,
          (low & kCapabilityTls) != 0 ? "offered" : "not offered");
  in.skip(1 + 2 + 2);  // character set, status, upper capabilities
  const std::size_t challenge = in.u8();
  in.skip(10 + std::max<std::size_t>(13, challenge > 8 ? challenge - 8 : 0));
  out.say(Side::server, "database.authentication"_claim, as_text(in.take_until(0)).substr(0, 64));
  return true;
}

bool MysqlParser::login(Cursor in, FactSink& out) {
  tls_follows_ = in.rest().size() == kTlsRequest && (in.le16() & kCapabilityTls) != 0;
  if (tls_follows_) out.on_application("mysql", Security::tls);
  return true;
}

// The greeting: its length, sequence 0, protocol 10, a version that begins
// with a digit.
Recognition recognise(const Opening& opening) {
  if (opening.from == Side::client) return Recognition::no;
  Cursor in(opening.bytes);
  const std::size_t length = in.le16();
  const std::uint8_t high = in.u8();
  const std::uint8_t sequence = in.u8();
  const std::uint8_t protocol = in.u8();
  const std::uint8_t first = in.u8();
  if (high != 0 || sequence != 0 || length > kMaxGreeting) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  if (protocol == kError && opening.expected_port) return Recognition::yes;
  const bool digit = first >= '0' && first <= '9';
  if (length < 30 || protocol != kProtocol10 || !digit) return Recognition::no;
  for (int i = 0; i < 3; ++i) {
    const std::uint8_t letter = in.u8();
    if (letter == '.') return Recognition::yes;
    if (!in.ok()) return Recognition::more;
  }
  return Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3306};

}  // namespace

extern constinit const Protocol kMysql{
    .name = "mysql",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MysqlParser>(); },
};

}  // namespace asepsis
