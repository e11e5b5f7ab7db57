// STUN and TURN (RFC 8489, 8656): how calls find their way through address
// translation. What software answers or asks; addresses and user names are not
// read.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 20;
constexpr std::uint32_t kCookie = 0x2112a442;
constexpr std::uint16_t kSoftware = 0x8022;
constexpr int kMaxAttributes = 64;

// RFC 8489, 5: two zero bits, the cookie, and a length in words.
bool is_message(Bytes bytes) {
  Cursor in(bytes);
  const std::uint16_t type = in.be16();
  const std::size_t length = in.be16();
  return in.be32() == kCookie && in.ok() && type >> 14 == 0 && length % 4 == 0 &&
         length + kHeader == bytes.size();
}

class StunParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const bool channel_data = !in.done() && in.rest()[0] >> 6 == 1;  // RFC 8656, 12.4
    if (channel_data) return true;
    if (!is_message(in.rest())) return false;
    in.skip(kHeader);
    for (int count = 0; !in.done() && count < kMaxAttributes; ++count) {
      const std::uint16_t type = in.be16();
      const std::size_t size = in.be16();
      const Bytes value = in.take(size);
      in.skip((4 - size % 4) % 4);
      if (!in.ok()) return false;
      if (type == kSoftware)
        out.say(from, "device.description"_claim, as_text(value).substr(0, 128));
    }
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  if (!is_message(opening.bytes)) return Recognition::no;
  const bool response = (opening.bytes[0] & 1) != 0;
  return response == (opening.from == Side::server) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3478};

}  // namespace

extern constinit const Protocol kStun{
    .name = "stun",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<StunParser>(); },
    .begins = FirstBytes::range(0x00, 0x3f),
};

}  // namespace asepsis
