// PROFINET on Ethernet: its discovery and configuration protocol, by which
// stations say their name, maker and address, and are given them by anybody.
// IEC 61158-6-10, 4.3 (DCP: frame ids 0xfefc to 0xfeff, services, blocks).
// Process data (other frame ids) is not read.

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kHello = 0xfefc;
constexpr std::uint16_t kGetOrSet = 0xfefd;
constexpr std::uint16_t kIdentifyAnswer = 0xfeff;
constexpr std::uint8_t kSet = 4;
constexpr int kMostBlocks = 32;

// Option and suboption.
enum Block : std::uint16_t {
  kAddress = 0x0102,
  kTypeOfStation = 0x0201,
  kNameOfStation = 0x0202,
  kDeviceId = 0x0203,
  kRole = 0x0204,
  kFactoryReset = 0x0505,
  kReset = 0x0506,
};

void say_role(Side from, std::uint8_t roles, FactSink& out) {
  constexpr std::string_view kRoles[] = {"device", "controller", "multidevice", "supervisor"};
  for (std::size_t i = 0; i < std::size(kRoles); ++i)
    if ((roles >> i & 1) != 0) out.say(from, "profinet.role"_claim, kRoles[i]);
}

// What a station says of itself. The first two bytes qualify it.
void read_own(Side from, std::uint16_t block, Cursor in, FactSink& out) {
  in.skip(2);
  switch (block) {
    case kAddress: {
      const Bytes address = in.take(4);
      const Ip ip = in.ok() ? Ip::v4(address.first<4>()) : Ip();
      if (!ip.empty() && ip != Ip::v4(std::array<std::uint8_t, 4>{}))
        out.say(from, "address.management"_claim, to_text(ip));
      return;
    }
    case kTypeOfStation: out.say(from, "device.description"_claim, as_text(in.rest())); return;
    case kNameOfStation: out.say(from, "name.host"_claim, as_text(in.rest())); return;
    case kDeviceId: {
      const Bytes vendor = in.take(2);
      const Bytes device = in.take(2);
      if (!in.ok()) return;
      out.say(from, "profinet.vendor"_claim, ShortText<>().add("0x").hex(vendor));
      out.say(from, "profinet.device"_claim, ShortText<>().add("0x").hex(device));
      return;
    }
    case kRole: say_role(from, in.u8(), out); return;
    default: return;
  }
}

std::string_view what_is_set(std::uint16_t block) {
  switch (block) {
    case kAddress: return "address";
    case kNameOfStation: return "name";
    case kFactoryReset:
    case kReset: return "factory settings";
    default: return {};
  }
}

class ProfinetParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint16_t id = in.be16();
    if (id < kHello) return in.ok();
    const std::uint8_t service = in.u8();
    const bool answer = (in.u8() & 1) != 0;
    in.skip(6);  // transaction, delay
    Cursor blocks = in.sub(in.be16());
    const bool own = id == kIdentifyAnswer || id == kHello || (id == kGetOrSet && answer);
    const bool sets = id == kGetOrSet && service == kSet && !answer;
    for (int i = 0; i < kMostBlocks && !blocks.done() && blocks.ok(); ++i) {
      const std::uint16_t block = blocks.be16();
      const std::uint16_t size = blocks.be16();
      const Cursor value = blocks.sub(size);
      if (size % 2 != 0 && !blocks.done()) blocks.skip(1);
      if (!blocks.ok()) return false;
      if (own && service != kSet) read_own(from, block, value, out);
      if (sets) out.say(from, "profinet.writes"_claim, what_is_set(block));
    }
    return in.ok() && blocks.ok();
  }
};

constexpr std::uint16_t kTypes[] = {ether_type::kProfinet};

}  // namespace

extern constinit const Protocol kProfinet{
    .name = "profinet",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ProfinetParser>(); },
};

}  // namespace asepsis
