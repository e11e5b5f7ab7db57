// Remote Desktop: how a session will be protected, which the X.224 connection
// says in clear (MS-RDPBCGR 2.2.1.1 and 2.2.1.2, TPKT RFC 1006), and without
// TLS the name of the client and the level of encryption (2.2.1.3, 2.2.1.4).
// The cookie of the request is a user's name and is not read.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"
#include "proto/utf16.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kTpktHeader = 4;
constexpr std::size_t kX224Connect = 7;  // length, code, two references, class
constexpr std::uint8_t kConnectionRequest = 0xe0;
constexpr std::uint8_t kConnectionConfirm = 0xd0;
constexpr std::uint8_t kData = 0xf0;

// The negotiation structure that a connection message may end with.
struct Negotiation {
  std::uint8_t type = 0;  // 1 request, 2 response, 3 failure
  std::uint32_t value = 0;
};

Negotiation negotiation_of(Bytes variable) {
  constexpr std::size_t kSize = 8;
  if (variable.size() < kSize) return {};
  Cursor in(variable.last(kSize));
  Negotiation found;
  found.type = in.u8();
  in.skip(1);
  const bool sized = in.le16() == kSize;
  found.value = in.le32();
  return sized && found.type >= 1 && found.type <= 3 ? found : Negotiation();
}

class RdpParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  void confirm(Side from, Bytes variable, FactSink& out);

  bool tls_follows_ = false;
  std::array<bool, 2> ended_{};
};

Frame RdpParser::frame(Side from, Bytes bytes) {
  if (tls_follows_) return Frame::again();
  if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
  Cursor in(bytes);
  const std::uint8_t version = in.u8();
  in.skip(1);
  const std::size_t length = in.be16();
  if (version != 3) return Frame::foreign();
  if (!in.ok()) return Frame::unknown();
  return length >= kTpktHeader + 3 ? Frame::message(length) : Frame::foreign();
}

void RdpParser::confirm(Side from, Bytes variable, FactSink& out) {
  constexpr std::uint32_t kSslRequired = 1;
  const Negotiation answer = negotiation_of(variable);
  if (answer.type == 3) {
    const std::string_view refused = answer.value == kSslRequired ? "rdp" : "tls";
    out.on_fact({from, "rdp.security"_claim, refused, {}, true});
    return;
  }
  // Without an answer the server is older than the negotiation.
  switch (answer.type == 2 ? answer.value : 0) {
    case 0: out.say(from, "rdp.security"_claim, "rdp"); return;
    case 1: out.say(from, "rdp.security"_claim, "tls"); break;
    case 2:
    case 8: out.say(from, "rdp.security"_claim, "nla"); break;
    default: out.say(from, "rdp.security"_claim, "other"); break;
  }
  tls_follows_ = true;
  out.on_application("rdp", Security::tls);
}

// The blocks of user data behind the key of a conference message (T.124, 8.7):
// a length of one or two bytes, then type and length of each. `visit(type, in)`.
template <typename Visit>
void each_block(Bytes message, std::string_view key, Visit visit) {
  const auto found = std::ranges::search(message, as_bytes(key));
  if (found.empty()) return;
  Cursor in(Bytes(found.end(), message.end()));
  if ((in.u8() & 0x80) != 0) in.skip(1);
  while (!in.done()) {
    const std::uint16_t type = in.le16();
    const std::size_t length = in.le16();
    if (length < 4) return;
    const Cursor content = in.sub(length - 4);
    if (in.ok()) visit(type, content);
  }
}

void client_core(Bytes message, FactSink& out) {
  each_block(message, "Duca", [&](std::uint16_t type, Cursor in) {
    constexpr std::uint16_t kClientCore = 0xc001;
    if (type != kClientCore) return;
    in.skip(20);
    const ShortText<240> name = from_utf16le(in.take(32));
    out.say(Side::client, "name.host"_claim, name.view().substr(0, name.view().find('\0')));
  });
}

void server_security(Bytes message, FactSink& out) {
  each_block(message, "McDn", [&](std::uint16_t type, Cursor in) {
    constexpr std::uint16_t kServerSecurity = 0x0c02;
    static constexpr std::string_view kLevels[] = {"none", "low", "client compatible", "high",
                                                   "fips"};
    in.skip(4);
    const std::uint32_t level = in.le32();
    if (type == kServerSecurity && in.ok() && level < std::size(kLevels))
      out.say(Side::server, "rdp.encryption"_claim, kLevels[level]);
  });
}

bool RdpParser::message(Side from, Cursor in, FactSink& out) {
  in.skip(kTpktHeader);
  const Bytes rest = in.rest();
  const std::size_t indicator = in.u8();
  const std::uint8_t code = in.u8();
  if (!in.ok() || indicator >= rest.size()) return false;
  switch (code) {
    case kConnectionRequest: return indicator + 1 >= kX224Connect;
    case kConnectionConfirm:
      if (indicator + 1 < kX224Connect) return false;
      confirm(from, rest.subspan(kX224Connect), out);
      return true;
    case kData:
      if (from == Side::client) client_core(rest, out);
      if (from == Side::server) server_security(rest, out);
      break;
    default: break;
  }
  ended_[static_cast<std::size_t>(from)] = true;
  return true;
}

// Others speak over TPKT too (S7, H.323): what counts is the negotiation or
// the cookie; without either, the port.
Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t version = in.u8();
  const std::uint8_t reserved = in.u8();
  const std::size_t length = in.be16();
  const std::size_t indicator = in.u8();
  const std::uint8_t code = in.u8();
  if (version != 3 || reserved != 0) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  const bool connects = code == kConnectionRequest || code == kConnectionConfirm;
  if (!connects || indicator + kTpktHeader + 1 != length || indicator + 1 < kX224Connect)
    return Recognition::no;
  if (opening.bytes.size() < std::min<std::size_t>(length, 200)) return Recognition::more;
  in.skip(kX224Connect - 2);
  const Bytes variable =
      in.rest().first(std::min(length - kTpktHeader - kX224Connect, in.rest().size()));
  if (as_text(variable).starts_with("Cookie: ") || negotiation_of(variable).type != 0)
    return Recognition::yes;
  return opening.expected_port && variable.empty() ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3389};

}  // namespace

extern constinit const Protocol kRdp{
    .name = "rdp",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RdpParser>(); },
};

}  // namespace asepsis
