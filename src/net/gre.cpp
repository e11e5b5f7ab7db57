// GRE (RFC 1701, 2784, 2890) and what it carries: IP, Ethernet (NVGRE, RFC
// 7637, and others), PPP (PPTP, RFC 2637), MPLS (RFC 4023), and mirrored
// frames (ERSPAN, draft-foschiano-erspan).

#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kChecksum = 0x8000;
constexpr std::uint16_t kRouting = 0x4000;
constexpr std::uint16_t kKey = 0x2000;
constexpr std::uint16_t kSequence = 0x1000;
constexpr std::uint16_t kAcknowledge = 0x0080;  // version 1 only

constexpr std::uint16_t kErspan12 = 0x88be;
constexpr std::uint16_t kErspan3 = 0x22eb;

// RFC 7637, 3.2: the first virtual subnet that is not reserved, as a key.
constexpr std::uint32_t kFirstVirtualSubnet = 0x001000'00;

}  // namespace

Walk::Step Walk::gre() {
  if (!has(4)) return Step::truncated;
  const auto header = rest().first<4>();
  const std::uint16_t flags = be16(header, 0);
  if ((flags & 7) == 1) return pptp();
  if ((flags & 7) != 0) return Step::bad_header;
  drop(4);
  const std::size_t checksum = (flags & (kChecksum | kRouting)) != 0 ? 4 : 0;
  const std::size_t key_size = (flags & kKey) != 0 ? 4 : 0;
  const std::size_t sequence = (flags & kSequence) != 0 ? 4 : 0;
  if (!has(checksum + key_size + sequence)) return Step::truncated;
  drop(checksum);
  const std::uint32_t key = key_size != 0 ? be32(take<4>(), 0) : 0;
  drop(sequence);
  // Source routes (RFC 1701): family, offset, length, until one of family 0.
  for (bool route = (flags & kRouting) != 0; route;) {
    if (!has(4)) return Step::truncated;
    if (!count_layer()) return Step::too_deep;
    const auto entry = take<4>();
    if (!has(entry[3])) return Step::truncated;
    drop(entry[3]);
    route = be16(entry, 0) != 0 || entry[3] != 0;
  }
  std::uint16_t protocol = be16(header, 2);
  if (protocol == ether_type::kCiscoMetaData) {  // a security group, then the real protocol
    if (!has(8)) return Step::truncated;
    protocol = be16(take<8>(), 6);
  }
  return gre_payload(flags, protocol, key);
}

Walk::Step Walk::gre_payload(std::uint16_t flags, std::uint16_t protocol, std::uint32_t key) {
  switch (protocol) {
    case ether_type::kIpv4: return enter(Tunnel::gre, key, Step::ipv4);
    case ether_type::kIpv6: return enter(Tunnel::gre, key, Step::ipv6);
    case ether_type::kMpls:
    case ether_type::kMplsUpstream: return enter(Tunnel::gre, key, Step::mpls);
    case ether_type::kPpp: return enter(Tunnel::gre, key, Step::ppp);
    case ether_type::kTransparentBridging: return bridged(flags, key);
    case kErspan12: return (flags & kSequence) != 0 ? erspan2() : enter_mirror(Step::ethernet);
    case kErspan3: return erspan3();
    default: return Step::done;
  }
}

// The same header carries NVGRE (virtual subnet, and eight bits that vary with
// the flow), keyed bridges, and with no key the mirror ports of virtual
// switches.
Walk::Step Walk::bridged(std::uint16_t flags, std::uint32_t key) {
  if ((flags & kKey) == 0) return enter_mirror(Step::ethernet);
  const bool subnet = (flags & (kChecksum | kSequence)) == 0 && key >= kFirstVirtualSubnet;
  return enter(Tunnel::bridged, subnet ? key >> 8 : key, Step::ethernet);
}

Walk::Step Walk::pptp() {
  if (!has(8)) return Step::truncated;
  const auto header = take<8>();
  const std::uint16_t flags = be16(header, 0);
  if (be16(header, 2) != ether_type::kPpp || (flags & kKey) == 0) return Step::bad_header;
  if ((flags & kSequence) == 0) return Step::done;  // only acknowledges
  const std::size_t numbers = (flags & kAcknowledge) != 0 ? 8 : 4;
  if (!has(numbers)) return Step::truncated;
  drop(numbers);
  if (const std::uint32_t length = be16(header, 4); length < wire_) set_length(length);
  return enter(Tunnel::pptp, 0, Step::ppp);
}

Walk::Step Walk::erspan2() {
  if (!has(8)) return Step::truncated;
  const auto header = take<8>();
  return header[0] >> 4 == 1 ? enter_mirror(Step::ethernet) : Step::bad_header;
}

Walk::Step Walk::erspan3() {
  if (!has(12)) return Step::truncated;
  const auto header = take<12>();
  if (header[0] >> 4 != 2) return Step::bad_header;
  const bool subheader = (header[11] & 1) != 0;
  const unsigned frame_type = header[10] >> 2 & 0x1f;
  if (subheader) {
    if (!has(8)) return Step::truncated;
    drop(8);
  }
  switch (frame_type) {
    case 0: return enter_mirror(Step::ethernet);
    case 2: return enter_mirror(Step::ip);
    default: return Step::done;
  }
}

}  // namespace asepsis
