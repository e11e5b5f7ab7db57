// RTCP, which goes beside speech and pictures: that they flow, and the program
// that sends them. RFC 3550, sections 6.1 (a compound: reports first, lengths
// that fill the datagram) and 6.5 (SDES). Names, addresses and notes of persons,
// which SDES carries too, are not read.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum Type : std::uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kDescription = 202,
  kLast = 207
};

struct Part {
  std::uint8_t count, type;
  Cursor body;
};

// The next part of a compound, if it is well formed.
std::optional<Part> take_part(Cursor& in) {
  const std::uint8_t first = in.u8();
  const std::uint8_t type = in.u8();
  const Cursor body = in.sub(std::size_t{in.be16()} * 4);
  const bool version = first >> 6 == 2;
  if (!body.ok() || !version || type < kSenderReport || type > kLast) return std::nullopt;
  return Part{static_cast<std::uint8_t>(first & 0x1f), type, body};
}

// 6.5: of each source, items until a zero, then padding to four.
bool read_description(Side from, int sources, Cursor in, FactSink& out) {
  constexpr std::uint8_t kTool = 6;
  for (int i = 0; i < sources && in.ok(); ++i) {
    const std::size_t before = in.rest().size();
    in.skip(4);
    while (!in.done()) {
      const std::uint8_t item = in.u8();
      if (item == 0) break;
      const Bytes value = in.take(in.u8());
      if (item == kTool) out.say(from, "rtcp.tool"_claim, as_text(value));
    }
    const std::size_t used = before - in.rest().size();
    in.skip(std::min((4 - used % 4) % 4, in.rest().size()));
  }
  return in.ok();
}

class RtcpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    while (!in.done()) {
      const auto part = take_part(in);
      if (!part) return false;
      if (part->type == kDescription && !read_description(from, part->count, part->body, out))
        return false;
    }
    return in.ok();
  }
};

// A report and a description at least, that fill the datagram: the port says
// nothing.
Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  std::size_t parts = 0;
  bool described = false;
  while (!in.done()) {
    const auto part = take_part(in);
    if (!part) return Recognition::no;
    const bool report = part->type == kSenderReport || part->type == kReceiverReport;
    if (parts++ == 0 && !report) return Recognition::no;
    described = described || (part->type == kDescription && part->count > 0);
  }
  return in.ok() && described ? Recognition::yes : Recognition::no;
}

}  // namespace

extern constinit const Protocol kRtcp{
    .name = "rtcp",
    .transport = Transport::udp,
    .ports = {},
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RtcpParser>(); },
    .begins = FirstBytes::range(0x80, 0xbf),
};

}  // namespace asepsis
