// The precision time protocol: whose clock others follow, and what clocks say
// of themselves. IEEE 1588-2008 (and -2019), 13.3 (the header), 13.5
// (announce), 15.4 and 15.5.3.1.2 (management, clock description), annexes D, E
// and F (over IPv4, IPv6 and Ethernet).

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 34;

enum Type : std::uint8_t { kSync = 0, kManagement = 13, kAnnounce = 11 };

struct Header {
  std::uint8_t type, version;
  std::uint16_t size;
  Bytes clock;

  explicit Header(Cursor& in) {
    type = in.u8() & 0xf;
    version = in.u8() & 0xf;
    size = in.be16();
    in.skip(16);
    clock = in.take(8);
    in.skip(6);
  }
  bool credible(std::size_t received) const {
    const bool known = type <= 3 || (type >= 8 && type <= kManagement);
    return version == 2 && known && size >= kHeader && size <= received;
  }
};

// 7.6.2.6: where the time comes from.
std::string_view source_name(std::uint8_t number) {
  switch (number) {
    case 0x10: return "atomic clock";
    case 0x20: return "gnss";
    case 0x30: return "terrestrial radio";
    case 0x39: return "serial time code";
    case 0x40: return "ptp";
    case 0x50: return "ntp";
    case 0x60: return "set by hand";
    case 0x90: return "other";
    case 0xa0: return "internal oscillator";
    default: return {};
  }
}

bool read_announce(Side from, Cursor in, FactSink& out) {
  in.skip(14);
  const std::uint8_t clock_class = in.u8();
  in.skip(4);
  const Bytes grandmaster = in.take(8);
  in.skip(2);
  const std::uint8_t source = in.u8();
  if (!in.ok()) return false;
  out.say(from, "ptp.grandmaster"_claim, ShortText<>().hex(grandmaster));
  ShortText<> quality;
  quality.add("class ").number(clock_class);
  if (!source_name(source).empty()) quality.add(", ").add(source_name(source));
  out.say(from, "ptp.quality"_claim, quality);
  return true;
}

// 5.3.9: a text with its length in a byte.
std::string_view take_text(Cursor& in) { return as_text(in.take(in.u8())); }

// The next part of a list with semicolons.
std::string_view take_part(std::string_view& list) {
  const std::string_view part = list.substr(0, list.find(';'));
  list.remove_prefix(std::min(list.size(), part.size() + 1));
  return part;
}

// 15.5.3.1.2: maker, model and serial number; hardware, firmware and software.
// What the site calls it is free text, and not read.
bool read_description(Side from, Cursor in, FactSink& out) {
  in.skip(2);
  take_text(in);
  in.skip(in.be16());
  in.skip(2);
  in.skip(in.be16());
  in.skip(4);
  std::string_view product = take_text(in);
  std::string_view revision = take_text(in);
  if (!in.ok()) return false;
  out.say(from, "device.manufacturer"_claim, take_part(product));
  out.say(from, "device.model"_claim, take_part(product));
  out.say(from, "device.serial"_claim, take_part(product));
  out.say(from, "device.hardware"_claim, take_part(revision));
  const std::string_view firmware = take_part(revision);
  out.say(from, "device.firmware"_claim,
          trimmed(firmware).empty() ? take_part(revision) : firmware);
  return true;
}

bool read_management(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kResponse = 2;
  constexpr std::uint16_t kTlv = 1;
  constexpr std::uint16_t kDescription = 1;
  in.skip(12);
  const bool response = (in.u8() & 0xf) == kResponse;
  in.skip(1);
  if (in.done()) return in.ok();
  const std::uint16_t type = in.be16();
  Cursor value = in.sub(in.be16());
  const bool description = value.be16() == kDescription;
  if (!value.ok()) return false;
  if (!response || type != kTlv || !description || value.done()) return true;
  return read_description(from, value, out);
}

class PtpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::size_t received = in.rest().size();
    const Header header(in);
    if (!in.ok() || !header.credible(received)) return false;
    out.say(from, "ptp.clock"_claim, ShortText<>().hex(header.clock));
    const Cursor body = in.sub(header.size - kHeader);
    if (header.type == kAnnounce) return read_announce(from, body, out);
    return header.type != kManagement || read_management(from, body, out);
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header(in);
  const bool fits = opening.expected_port && in.ok() && header.credible(opening.bytes.size());
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {319, 320};
constexpr std::uint16_t kEtherTypes[] = {0x88f7};

}  // namespace

extern constinit const Protocol kPtp{
    .name = "ptp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<PtpParser>(); },
    .only_on_ports = true,
};

extern constinit const Protocol kPtpEthernet{
    .name = "ptp-ethernet",
    .transport = Transport::frame,
    .ports = kEtherTypes,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<PtpParser>(); },
};

}  // namespace asepsis
