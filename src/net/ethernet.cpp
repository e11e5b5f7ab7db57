// Ethernet: addresses, tags and types. IEEE 802.3 clause 3; tags: IEEE 802.1Q
// clause 9 (customer, service and service instance tags); LLC and SNAP: IEEE
// 802 clauses 9 and 10. VN-tag, Cisco MetaData and FabricPath are Cisco's own.

#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kSnap = 0xaa;
constexpr std::uint8_t kIpOverLlc = 0x06;
constexpr std::uint8_t kUnnumbered = 0x03;
constexpr std::uint32_t kCiscoOrganisation = 0x00000c;
constexpr std::uint32_t kBridgeTunnel = 0x0000f8;  // IEEE 802.1H

constexpr bool is_vlan_tag(std::uint16_t type) {
  return type == ether_type::kVlan || type == ether_type::kServiceVlan ||
         type == ether_type::kOldVlan || type == ether_type::kOldServiceVlan;
}

}  // namespace

// A header inside another Ethernet frame (or a tunnel) begins anew: the tags
// outside it are not its own.
Walk::Step Walk::ethernet() {
  if (!has(14)) return Step::truncated;
  leave_outer();
  const auto header = take<14>();
  packet_.dst_mac = Mac::from(header.first<6>());
  packet_.src_mac = Mac::from(header.subspan<6, 6>());
  packet_.vlan = packet_.outer_vlan = 0;
  packet_.ethertype = be16(header, 12);
  known_ = true;
  return ether_type();
}

// Nearly everything is IP: it is read without going back to run(), and the
// payload is only set to the whole of it if its header turns out to be broken.
Walk::Step Walk::ether_type() {
  while (is_vlan_tag(packet_.ethertype)) {
    if (const Step stopped = vlan_tag(); stopped != Step::done) return stopped;
  }
  if (packet_.ethertype == ether_type::kIpv4 || packet_.ethertype == ether_type::kIpv6) {
    const Step next = packet_.ethertype == ether_type::kIpv4 ? ipv4() : ipv6();
    if (packet_.kind == Decoded::Kind::frame) set_payload();
    return next;
  }
  set_payload();
  switch (packet_.ethertype) {
    case ether_type::kVnTag: return after_tag(4);
    case ether_type::kCiscoMetaData: return after_tag(6);
    case ether_type::kMpls:
    case ether_type::kMplsUpstream: return Step::mpls;
    case ether_type::kPppoeSession: return Step::pppoe;
    case ether_type::kServiceInstance:
      if (!has(4)) return Step::truncated;
      drop(4);
      return Step::ethernet;
    case ether_type::kFabricPath:
      if (!has(2)) return Step::truncated;
      drop(2);
      return Step::ethernet;
    default: return packet_.ethertype < ether_type::kFirst ? Step::llc : Step::done;
  }
}

// Step::done if the tag is good: what follows it is in packet_.ethertype.
Walk::Step Walk::vlan_tag() {
  if (!has(4) || !count_layer()) {
    set_payload();
    return has(4) ? Step::too_deep : Step::truncated;
  }
  const auto tag = take<4>();
  packet_.outer_vlan = packet_.vlan;
  packet_.vlan = be16(tag, 0) & 0xfff;
  packet_.ethertype = be16(tag, 2);
  return Step::done;
}

// Tags that say nothing we keep, and then the EtherType.
Walk::Step Walk::after_tag(std::size_t size) {
  if (!has(size + 2)) return Step::truncated;
  drop(size);
  packet_.ethertype = be16(take<2>(), 0);
  return Step::ether_type;
}

// packet_.ethertype is the length of what follows; the rest pads the frame.
// Zero, from drivers that leave it out, says nothing.
Walk::Step Walk::llc() {
  const std::uint32_t length = packet_.ethertype;
  packet_.ethertype = 0;
  if (length != 0 && length < wire_) set_length(length);
  set_payload();
  if (!has(3)) return Step::truncated;
  const auto header = rest().first<3>();
  const bool unnumbered = (header[2] & 3) == kUnnumbered;
  packet_.ethertype = header[0];
  if (header[0] == kSnap && header[1] == kSnap && unnumbered) return snap();
  const std::size_t size = unnumbered ? 3 : 4;
  if (!has(size)) return Step::truncated;
  drop(size);
  set_payload();
  return header[0] == kIpOverLlc ? Step::ipv4 : Step::done;
}

// The protocol is an EtherType where the organisation is none; of the others
// only Cisco's protocols are told.
Walk::Step Walk::snap() {
  if (!has(8)) return Step::truncated;
  const auto header = take<8>();
  const std::uint32_t organisation = be32(header, 2) & 0xffffff;
  const std::uint16_t protocol = be16(header, 6);
  set_payload();
  packet_.ethertype = 0;
  if (organisation == kCiscoOrganisation) packet_.ethertype = protocol;
  if (organisation != 0 && organisation != kBridgeTunnel) return Step::done;
  if (protocol < ether_type::kFirst) return Step::done;
  packet_.ethertype = protocol;
  return Step::ether_type;
}

bool can_be_ethernet(Bytes bytes) {
  return bytes.size() >= 14 && (bytes[6] & 1) == 0;  // nobody sends from a group address
}

bool looks_like_ethernet(Bytes bytes, std::uint32_t length) {
  if (!can_be_ethernet(bytes)) return false;
  const auto header = bytes.first<14>();
  const std::uint16_t type = be16(header, 12);
  if (type < ether_type::kFirst) return type != 0 && type + 14U <= length;
  if (type == ether_type::kIpv4) return looks_like_ipv4(bytes.subspan(14), length - 14);
  if (type == ether_type::kIpv6) return looks_like_ipv6(bytes.subspan(14), length - 14);
  return type >= ether_type::kIpv4;
}

}  // namespace asepsis
