// TACACS+: who may administer switches and routers. RFC 8907, section 4.1 (the
// header), 4.5 (obfuscation), 5.1 (the start of an authentication). Bodies are
// read only where they cross in clear, and of those neither names nor words.

#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint32_t kMostBody = 8'192;

enum class Type : std::uint8_t { authentication = 1, authorization = 2, accounting = 3 };

struct Header {
  std::uint8_t version, type, sequence, flags;
  std::uint32_t session, length;

  explicit Header(Cursor& in)
      : version(in.u8()),
        type(in.u8()),
        sequence(in.u8()),
        flags(in.u8()),
        session(in.be32()),
        length(in.be32()) {}

  bool clear() const { return (flags & 1) != 0; }
  // A client's numbers are odd (4.1).
  bool credible(Side from) const {
    constexpr std::uint8_t kKnownFlags = 0x05;
    return (version & 0xfe) == 0xc0 && type >= 1 && type <= 3 && sequence != 0 &&
           ((sequence & 1) != 0) == (from == Side::client) && (flags & ~kKnownFlags) == 0 &&
           length > 0 && length <= kMostBody;
  }
};

// 5.1: the kind of authentication, by its number.
std::string_view kind_of(std::uint8_t number) {
  switch (number) {
    case 1: return "ascii";
    case 2: return "pap";
    case 3: return "chap";
    case 5: return "mschap";
    case 6: return "mschapv2";
    default: return {};
  }
}

class TacacsParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    Cursor in(bytes);
    const Header header(in);
    if (!in.ok()) return Frame::unknown();
    return header.credible(from) ? Frame::message(kHeader + header.length) : Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const Header header(in);
    out.say(Side::server, "tacacs.body"_claim, header.clear() ? "clear" : "obfuscated");
    const bool starts = Type{header.type} == Type::authentication && header.sequence == 1;
    if (!starts || from == Side::server) return true;
    constexpr Claim kClaim = "tacacs.authentication"_claim;
    if (header.clear()) return read_start(in, out);
    // 5.4.1: the minor version is 1 if everything is in the first message.
    out.say(Side::server, kClaim, (header.version & 1) == 0 ? "ascii" : "pap or chap");
    return true;
  }

 private:
  static bool read_start(Cursor in, FactSink& out) {
    in.skip(2);  // action, privilege
    const std::string_view kind = kind_of(in.u8());
    in.skip(5);
    if (!in.ok()) return false;
    out.say(Side::server, "tacacs.authentication"_claim, kind);
    if (kind == "ascii" || kind == "pap")
      out.say(Side::server, "clear.credentials"_claim, "tacacs");
    return true;
  }
};

// Off its port only a whole first message.
Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  if ((in.u8() & 0xfe) != 0xc0) return Recognition::no;
  if (opening.bytes.size() < kHeader) return Recognition::more;
  in = Cursor(opening.bytes);
  const Header header(in);
  if (!header.credible(opening.from)) return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  return header.sequence == 1 && in.rest().size() == header.length ? Recognition::yes
                                                                   : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {49};

}  // namespace

extern constinit const Protocol kTacacs{
    .name = "tacacs",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<TacacsParser>(); },
};

}  // namespace asepsis
