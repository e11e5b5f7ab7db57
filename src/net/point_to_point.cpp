// Links without Ethernet's header: PPP (RFC 1661, 1662), PPPoE (RFC 2516),
// Cisco HDLC, BSD loopback, and Linux "cooked" captures (LINKTYPE_LINUX_SLL,
// LINKTYPE_LINUX_SLL2).

#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kPppIpv4 = 0x0021;
constexpr std::uint16_t kPppIpv6 = 0x0057;
constexpr std::uint16_t kPppMpls = 0x0281;
constexpr std::uint16_t kPppMplsMulticast = 0x0283;

// ARPHRD_ values of Linux that cooked captures name.
constexpr std::uint16_t kWirelessHardware = 801;
constexpr std::uint16_t kPrismHardware = 802;
constexpr std::uint16_t kRadiotapHardware = 803;
constexpr std::uint16_t kNetlinkHardware = 824;
constexpr std::uint16_t kCookedLlc = 0x0004;

}  // namespace

Walk::Step Walk::pppoe() {
  if (!known_) {
    packet_.ethertype = ether_type::kPppoeSession;
    known_ = true;
  }
  set_payload();
  if (!has(6)) return Step::truncated;
  const auto header = take<6>();
  if (header[0] != 0x11) return Step::bad_header;
  if (header[1] != 0) {
    packet_.ethertype = ether_type::kPppoeDiscovery;
    return Step::done;
  }
  if (const std::uint32_t length = be16(header, 4); length < wire_) set_length(length);
  return Step::ppp;
}

// The protocol may be cut to one byte (odd) and the HDLC address and control
// left out (RFC 1661, 6.5 and 6.6); neither needs the negotiation to be seen.
Walk::Step Walk::ppp() {
  if (!known_) {
    packet_.ethertype = ether_type::kPpp;
    known_ = true;
    set_payload();
  }
  if (has(2) && rest()[0] == 0xff && rest()[1] == 0x03) drop(2);
  if (!has(1)) return Step::truncated;
  const bool cisco = rest()[0] == 0x0f || rest()[0] == 0x8f;
  if (cisco && has(4) && rest()[1] == 0 && packet_.ethertype == ether_type::kPpp)
    return Step::cisco_hdlc;
  std::uint16_t protocol = take<1>()[0];
  if ((protocol & 1) == 0) {
    if (!has(1)) return Step::truncated;
    protocol = static_cast<std::uint16_t>(protocol << 8 | take<1>()[0]);
  }
  switch (protocol) {
    case kPppIpv4: return Step::ipv4;
    case kPppIpv6: return Step::ipv6;
    case kPppMpls:
    case kPppMplsMulticast: return Step::mpls;
    default: return Step::done;
  }
}

Walk::Step Walk::ppp_with_direction() {
  if (!has(1)) return Step::truncated;
  drop(1);
  return Step::ppp;
}

Walk::Step Walk::cisco_hdlc() {
  if (!has(4)) return Step::truncated;
  packet_.ethertype = be16(take<4>(), 2);
  known_ = true;
  // Below are no lengths here, but Cisco's own protocols.
  set_payload();
  return packet_.ethertype < ether_type::kFirst ? Step::done : Step::ether_type;
}

// The address family of the machine that captured, in its byte order; AF_INET6
// is one of 10 (Linux), 24 (NetBSD, OpenBSD), 28 (FreeBSD) and 30 (Darwin).
Walk::Step Walk::null_family() {
  if (!has(4)) return Step::truncated;
  const auto header = take<4>();
  const bool little = header[0] != 0 || header[1] != 0;
  const unsigned family =
      little ? header[0] | static_cast<unsigned>(header[1]) << 8U : be16(header, 2);
  if (little && (header[2] != 0 || header[3] != 0)) return Step::bad_header;
  switch (family) {
    case 2: return Step::ipv4;
    case 10:
    case 23:
    case 24:
    case 28:
    case 30: return Step::ipv6;
    default: return Step::bad_header;
  }
}

Walk::Step Walk::cooked() {
  if (!has(16)) return Step::truncated;
  const auto header = take<16>();
  if (be16(header, 4) == 6) packet_.src_mac = Mac::from(header.subspan<6, 6>());
  return cooked_type(be16(header, 2), be16(header, 14));
}

Walk::Step Walk::cooked2() {
  if (!has(20)) return Step::truncated;
  const auto header = take<20>();
  if (header[11] == 6) packet_.src_mac = Mac::from(header.subspan<12, 6>());
  return cooked_type(be16(header, 8), be16(header, 0));
}

Walk::Step Walk::cooked_type(std::uint16_t hardware, std::uint16_t protocol) {
  known_ = true;
  set_payload();
  switch (hardware) {
    case kWirelessHardware: return Step::wireless;
    case kPrismHardware: return Step::prism;
    case kRadiotapHardware: return Step::radiotap;
    case kNetlinkHardware: return Step::done;
    default: break;
  }
  if (protocol == kCookedLlc) return Step::llc;
  if (protocol < ether_type::kFirst) return Step::done;
  packet_.ethertype = protocol;
  return Step::ether_type;
}

}  // namespace asepsis
