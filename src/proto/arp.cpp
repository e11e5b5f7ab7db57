// ARP over Ethernet: which MAC says that an IPv4 address is its own. RFC 826;
// probes (sender 0.0.0.0) and announcements: RFC 5227.

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

class ArpParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override {
    const bool ethernet_ipv4 =
        in.be16() == 1 && in.be16() == ether_type::kIpv4 && in.u8() == 6 && in.u8() == 4;
    const std::uint16_t operation = in.be16();
    const Bytes mac = in.take(6);
    const Bytes ip = in.take(4);
    in.skip(10);
    if (!in.ok() || !ethernet_ipv4 || operation == 0) return false;

    const Mac sender_mac = Mac::from(mac);
    const Ip sender_ip = Ip::v4(ip);
    if (sender_ip.unspecified() || sender_ip.multicast() || sender_mac.group()) return true;
    out.say({sender_mac, sender_ip}, "address.arp"_claim, to_text(sender_ip));
    return true;
  }
};

constexpr std::uint16_t kTypes[] = {ether_type::kArp};

}  // namespace

extern constinit const Protocol kArp{
    .name = "arp",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ArpParser>(); },
};

}  // namespace asepsis
