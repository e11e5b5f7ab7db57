// Microsoft SQL Server (MS-TDS): versions and encryption from PRELOGIN
// (2.2.6.5), the client's name from a LOGIN7 in clear (2.2.6.4). User names
// and passwords, which LOGIN7 only scrambles, are not read.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"
#include "proto/utf16.hpp"

namespace asepsis {
namespace {

namespace packet {
constexpr std::uint8_t kTabular = 0x04;
constexpr std::uint8_t kLogin7 = 0x10;
constexpr std::uint8_t kPrelogin = 0x12;
constexpr std::size_t kHeader = 8;
}  // namespace packet

constexpr std::uint8_t kVersionOption = 0;
constexpr std::uint8_t kEncryptionOption = 1;
constexpr std::uint8_t kTerminator = 0xff;
constexpr std::uint8_t kEncryptionOff = 0;  // only the login is encrypted
constexpr std::uint8_t kNotSupported = 2;

class MssqlParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    Cursor in(bytes);
    const std::uint8_t type = in.u8();
    in.skip(1);
    const std::size_t length = in.be16();
    const bool known =
        type == packet::kPrelogin || type == packet::kTabular || type == packet::kLogin7;
    if (!known) return Frame::done();  // TLS without its wrapping, or queries
    if (!in.ok()) return Frame::unknown();
    return length >= packet::kHeader ? Frame::message(length) : Frame::foreign();
  }
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  static bool prelogin(Side from, Bytes options, FactSink& out);
  static bool login(Bytes login, FactSink& out);

  std::array<bool, 2> ended_{};
};

bool MssqlParser::message(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kTlsRecord = 0x16;
  const std::uint8_t type = in.u8();
  in.skip(packet::kHeader - 1);
  const Bytes rest = in.rest();
  const bool tls = !rest.empty() && rest[0] == kTlsRecord;
  if (from == Side::client && type == packet::kPrelogin && !tls) return true;
  ended_[static_cast<std::size_t>(from)] = true;
  if (type == packet::kLogin7) return login(rest, out);
  if (from == Side::server && !tls) return prelogin(from, rest, out);
  return true;
}

// Tokens with the place and size of their values, which follow.
bool MssqlParser::prelogin(Side from, Bytes options, FactSink& out) {
  static constexpr std::string_view kEncryption[] = {"login only", "on", "not supported",
                                                     "required"};
  Cursor in(options);
  while (!in.done()) {
    const std::uint8_t token = in.u8();
    if (token == kTerminator) return true;
    const std::size_t offset = in.be16();
    const std::size_t size = in.be16();
    if (!in.ok() || offset > options.size() || size > options.size() - offset) return false;
    Cursor value(options.subspan(offset, size));
    if (token == kVersionOption && size >= 4) {
      ShortText<48> text;
      text.add("Microsoft SQL Server ").number(value.u8()).add('.').number(value.u8());
      out.say(from, "database.version"_claim, text.add('.').number(value.be16()));
    } else if (token == kEncryptionOption && size >= 1) {
      const std::uint8_t encryption = value.u8();
      if (encryption >= std::size(kEncryption)) continue;
      out.say(from, "database.tls"_claim, kEncryption[encryption]);
      if (encryption != kEncryptionOff && encryption != kNotSupported)
        out.on_application("mssql", Security::tls);
    }
  }
  return false;
}

bool MssqlParser::login(Bytes login, FactSink& out) {
  constexpr std::size_t kHostName = 36;  // offset and count of letters
  constexpr std::size_t kUserName = 40;
  Cursor in(login);
  in.skip(kHostName);
  const std::size_t offset = in.le16();
  const std::size_t size = 2U * in.le16();
  if (!in.ok() || offset > login.size() || size > login.size() - offset) return false;
  out.say(Side::client, "name.host"_claim, from_utf16le(login.subspan(offset, size)));
  Cursor user(login);
  user.skip(kUserName + 2);
  if (user.le16() > 0) out.say(Side::server, "clear.credentials"_claim, "mssql login");
  return true;
}

// A PRELOGIN: one packet, then VERSION as the first option.
Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  const std::uint8_t status = in.u8();
  const std::size_t length = in.be16();
  in.skip(4);
  const std::uint8_t option = in.u8();
  const std::size_t offset = in.be16();
  const std::size_t size = in.be16();
  const std::uint8_t expected = opening.from == Side::client ? packet::kPrelogin : packet::kTabular;
  if (type != expected) return Recognition::no;
  if (opening.bytes.size() >= 2 && status != 1) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  const bool fits = length > 20 && length < 1024 && offset < length && size == 6;
  return option == kVersionOption && fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1433};

}  // namespace

extern constinit const Protocol kMssql{
    .name = "mssql",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MssqlParser>(); },
    .max_message = 32768,
};

}  // namespace asepsis
