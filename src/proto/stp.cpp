// Spanning tree: which bridge sent the frame and which one is the root of its
// network. IEEE 802.1D-2004, clause 9.3 (BPDUs) and 9.2.5 (bridge identifiers);
// IEEE 802.1Q, clause 14. Cisco sends the same once for each VLAN, by SNAP.

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

// "32768.00:1d:71:aa:bb:cc": the priority, with the VLAN or instance in its low
// bits, and an address of the bridge.
ShortText<> to_text(std::uint16_t priority, const Mac& mac) {
  return ShortText<>().number(priority).add('.').add(asepsis::to_text(mac));
}

class StpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    enum : std::uint8_t { configuration = 0x00, rapid = 0x02, topology_change = 0x80 };
    const std::uint16_t protocol = in.be16();
    in.skip(1);
    const std::uint8_t type = in.u8();
    if (!in.ok() || protocol != 0) return false;
    if (type == topology_change) return true;
    if (type != configuration && type != rapid) return false;
    in.skip(1);
    const std::uint16_t root_priority = in.be16();
    const Bytes root = in.take(6);
    in.skip(4);
    const std::uint16_t priority = in.be16();
    const Bytes bridge = in.take(6);
    in.skip(10);  // port and times
    if (!in.ok()) return false;
    const Mac root_mac = Mac::from(root);
    const Mac mac = Mac::from(bridge);
    if (root_mac.group() || mac.group() || mac.empty()) return false;
    out.say(from, "stp.root"_claim, to_text(root_priority, root_mac));
    out.say(from, "stp.bridge"_claim, to_text(priority, mac));
    out.say(from, "address.other_mac"_claim, asepsis::to_text(mac));
    return true;
  }
};

constexpr std::uint16_t kCiscoPerVlan = 0x010b;
constexpr std::uint16_t kTypes[] = {ether_type::kStp, kCiscoPerVlan};

}  // namespace

extern constinit const Protocol kStp{
    .name = "stp",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<StpParser>(); },
};

}  // namespace asepsis
