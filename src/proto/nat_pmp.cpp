// Devices that open a port of the router to the outside by themselves: NAT-PMP
// (RFC 6886, section 3) and its successor PCP (RFC 6887, sections 7 and 11).

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kResponse = 0x80;
constexpr std::uint8_t kPcp = 2;

std::string_view protocol_name(std::uint8_t number) {
  switch (number) {
    case 0: return "any";
    case 6: return "tcp";
    case 17: return "udp";
    default: return "other";
  }
}

void say_opened(std::string_view protocol, std::uint16_t port, bool refused, FactSink& out) {
  ShortText<> text;
  text.add(protocol).add(' ').number(port);
  out.on_fact({Side::client, "nat.opens"_claim, text, {}, refused});
}

// RFC 6886, 3.3: the answer repeats the port inside.
bool read_first(std::uint8_t operation, Cursor in, FactSink& out) {
  constexpr std::uint8_t kMapUdp = kResponse | 1;
  constexpr std::uint8_t kMapTcp = kResponse | 2;
  if (operation != kMapUdp && operation != kMapTcp) return true;
  const bool refused = in.be16() != 0;
  in.skip(4);
  const std::uint16_t port = in.be16();
  in.skip(2);
  const bool opened = in.be32() != 0;
  if (!in.ok()) return false;
  if (opened || refused) say_opened(operation == kMapUdp ? "udp" : "tcp", port, refused, out);
  return true;
}

// RFC 6887, 7.2 and 11.1.
bool read_second(std::uint8_t operation, Cursor in, FactSink& out) {
  constexpr std::uint8_t kMap = kResponse | 1;
  if (operation != kMap) return true;
  in.skip(1);
  const bool refused = in.u8() != 0;
  const bool opened = in.be32() != 0;
  in.skip(16 + 12);
  const std::uint8_t protocol = in.u8();
  in.skip(3);
  const std::uint16_t port = in.be16();
  if (!in.ok()) return false;
  if (opened || refused) say_opened(protocol_name(protocol), port, refused, out);
  return true;
}

class NatPmpParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override {
    const std::uint8_t version = in.u8();
    const std::uint8_t operation = in.u8();
    if (!in.ok() || (version != 0 && version != kPcp)) return false;
    return version == 0 ? read_first(operation, in, out) : read_second(operation, in, out);
  }
};

// Each message has its size; PCP's grow in fours.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kPcpHeader = 24;
  Cursor in(opening.bytes);
  const std::uint8_t version = in.u8();
  const std::uint8_t operation = in.u8();
  const bool response = (operation & kResponse) != 0;
  const std::size_t size = opening.bytes.size();
  if (!opening.expected_port || !in.ok() || response != (opening.from == Side::server))
    return Recognition::no;
  bool fits = false;
  if (version == 0) {
    const bool address = (operation & 0x7f) == 0;
    const std::size_t asked = address ? 2 : 12;
    const std::size_t answered = address ? 12 : 16;
    fits = (operation & 0x7f) <= 2 && size == (response ? answered : asked);
  } else if (version == kPcp) {
    fits = (operation & 0x7f) <= 3 && size >= kPcpHeader && size % 4 == 0;
  }
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {5351};

}  // namespace

extern constinit const Protocol kNatPmp{
    .name = "nat-pmp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<NatPmpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
