// RTP, speech and pictures (RFC 3550, 5.1): that they flow. One packet says
// little, so two in a row of one sender must fit: the next number, the same
// source and the same kind. Whether the payload is encrypted (SRTP, RFC 3711)
// does not show. What it carries is not read.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

struct Header {
  std::uint8_t type = 0;
  std::uint16_t number = 0;
  std::uint32_t time = 0, source = 0;
};

// RFC 3551, 6: types for sound and pictures, those agreed on by each session,
// and none that could be RTCP beside it (RFC 5761, 4).
bool plausible(std::uint8_t type) { return type <= 34 || (type >= 96 && type <= 127); }

std::optional<Header> read_header(Cursor in) {
  const std::uint8_t first = in.u8();
  Header header;
  header.type = in.u8() & 0x7f;
  header.number = in.be16();
  header.time = in.be32();
  header.source = in.be32();
  in.skip(std::size_t{4} * (first & 0x0f));  // contributing sources
  const bool version = first >> 6 == 2;
  const bool fits = in.ok() && version && header.source != 0 && plausible(header.type);
  return fits ? std::optional(header) : std::nullopt;
}

class RtpParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink&) override {
    constexpr std::size_t kLeast = 12;
    const bool version = in.u8() >> 6 == 2;
    return version && in.rest().size() + 1 >= kLeast;
  }
};

Recognition recognise(const Opening& opening) {
  constexpr std::uint32_t kLongestStep = 1U << 20;  // over ten seconds of any clock in use
  const auto before = read_header(Cursor(opening.earlier));
  const auto now = read_header(Cursor(opening.bytes));
  if (!before || !now) return Recognition::no;
  const bool next = static_cast<std::uint16_t>(before->number + 1) == now->number;
  const bool same = before->source == now->source && before->type == now->type;
  return next && same && now->time - before->time < kLongestStep ? Recognition::yes
                                                                 : Recognition::no;
}

}  // namespace

extern constinit const Protocol kRtp{
    .name = "rtp",
    .transport = Transport::udp,
    .ports = {},
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RtpParser>(); },
};

}  // namespace asepsis
