// The ISO transport protocol over TCP: who calls which selector (TSAP). RFC 1006,
// X.224 class 0, 13.3 and 13.4. What follows the connection is another protocol
// (S7, MMS) and recognised anew. Remote Desktop begins alike, but without
// selectors: rdp.cpp.

#include "proto/parser.hpp"
#include "proto/tpkt.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kFixedPart = 7;  // length, code, two references, class

namespace parameter {  // 13.3.4
constexpr std::uint8_t kSize = 0xc0;
constexpr std::uint8_t kCalling = 0xc1;
constexpr std::uint8_t kCalled = 0xc2;
}  // namespace parameter

bool connects(const TpktStart& start) {
  return start.code == tpdu::kConnectionRequest || start.code == tpdu::kConnectionConfirm;
}

// A selector is a name or a number: "SIMATIC-ROOT-ES", 0102.
ShortText<70> selector_text(Bytes selector) {
  ShortText<70> text;
  const Bytes some = selector.first(std::min<std::size_t>(selector.size(), 32));
  const auto printable = [](std::uint8_t byte) { return byte >= ' ' && byte <= '~'; };
  const bool name = some.size() > 2 && std::ranges::all_of(some, printable);
  return name ? text.add(as_text(some)) : text.hex(some), text;
}

class CotpParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    const TpktStart start = tpkt_start(bytes);
    switch (start.kind) {
      case TpktStart::Kind::no: return Frame::foreign();
      case TpktStart::Kind::more: return Frame::unknown();
      case TpktStart::Kind::yes: break;
    }
    return start.data() ? Frame::again() : Frame::message(start.size);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const TpktStart start = tpkt_start(in.rest());
    if (!connects(start)) return true;
    in.skip(kTpktHeader);
    Cursor header = in.sub(start.indicator + 1);
    header.skip(kFixedPart);
    while (header.ok() && !header.done()) {
      const std::uint8_t kind = header.u8();
      const Bytes value = header.take(header.u8());
      if (header.ok() && kind == parameter::kCalled && from == Side::client)
        out.say(Side::server, "cotp.selector"_claim, selector_text(value));
    }
    return header.ok();
  }
};

// A connection request or its confirmation, whole, with nothing behind it and
// a selector or the size of packets among its parameters.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kLongest = 200;
  const TpktStart start = tpkt_start(opening.bytes);
  if (start.kind == TpktStart::Kind::more) return Recognition::more;
  if (start.kind == TpktStart::Kind::no || !connects(start)) return Recognition::no;
  const bool request = start.code == tpdu::kConnectionRequest;
  if (request != (opening.from == Side::client)) return Recognition::no;
  if (start.size != kTpktHeader + 1 + start.indicator || start.size > kLongest)
    return Recognition::no;
  if (opening.bytes.size() < start.size) return Recognition::more;
  Cursor in(opening.bytes.first(start.size));
  in.skip(kTpktHeader + kFixedPart - 1);
  if ((in.u8() & 0xf0) != 0) return Recognition::no;  // class 0
  bool ours = false;
  while (in.ok() && !in.done()) {
    const std::uint8_t kind = in.u8();
    in.skip(in.u8());
    if (kind < parameter::kSize) return Recognition::no;
    ours = ours || kind == parameter::kCalled || kind == parameter::kCalling;
  }
  return in.ok() && ours ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {102};

}  // namespace

extern constinit const Protocol kCotp{
    .name = "cotp",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<CotpParser>(); },
    .max_message = 512,
};

}  // namespace asepsis
