// Tunnels over UDP: VXLAN (RFC 7348, with the group policy extension), its
// generic form (draft-ietf-nvo3-vxlan-gpe), Geneve (RFC 8926), GTP-U (3GPP TS
// 29.281), Teredo (RFC 4380), data of access points (CAPWAP, RFC 5415). A port proves nothing:
// unless flags, reserved bits and what is inside agree, the datagram stays plain UDP.

#include "net/walk.hpp"

namespace asepsis {

Walk::Step Walk::vxlan() {
  if (!has(8)) return Step::done;
  const auto header = rest().first<8>();
  const bool policy = (header[0] & 0x80) != 0;
  const bool plain = header[1] == 0 && header[2] == 0 && header[3] == 0;
  if ((header[0] & 0x7f) != 0x08 || (!policy && !plain) || (header[1] & 0xb7) != 0 ||
      header[7] != 0 || !can_be_ethernet(rest().subspan(8)))
    return Step::done;
  drop(8);
  return enter(Tunnel::vxlan, be32(header, 4) >> 8, Step::ethernet);
}

Walk::Step Walk::vxlan_generic() {
  if (!has(8)) return Step::done;
  const auto header = rest().first<8>();
  if ((header[0] & 0x04) == 0) return vxlan();
  const bool data = (header[0] & 0xf9) == 0x08;  // version 0, id valid, no OAM
  if (!data || header[1] != 0 || header[2] != 0 || header[7] != 0) return Step::done;
  const Bytes inside = rest().subspan(8);
  const std::uint32_t length = wire_ - 8;
  Step inner = Step::done;
  if (header[3] == 1 && looks_like_ipv4(inside, length)) inner = Step::ipv4;
  if (header[3] == 2 && looks_like_ipv6(inside, length)) inner = Step::ipv6;
  if (header[3] == 3 && can_be_ethernet(inside)) inner = Step::ethernet;
  if (inner == Step::done) return inner;
  drop(8);
  return enter(Tunnel::vxlan, be32(header, 4) >> 8, inner);
}

Walk::Step Walk::geneve() {
  if (!has(8)) return Step::done;
  const auto header = rest().first<8>();
  const std::size_t size = 8 + (header[0] & 0x3fU) * 4;
  if (header[0] >> 6 != 0 || (header[1] & 0x3f) != 0 || header[7] != 0 || !has(size))
    return Step::done;
  const Bytes inside = rest().subspan(size);
  const auto length = static_cast<std::uint32_t>(wire_ - size);
  const std::uint16_t protocol = be16(header, 2);
  Step inner = Step::done;
  if (protocol == ether_type::kTransparentBridging && can_be_ethernet(inside))
    inner = Step::ethernet;
  if (protocol == ether_type::kIpv4 && looks_like_ipv4(inside, length)) inner = Step::ipv4;
  if (protocol == ether_type::kIpv6 && looks_like_ipv6(inside, length)) inner = Step::ipv6;
  if (inner == Step::done) return inner;
  drop(size);
  return enter(Tunnel::geneve, be32(header, 4) >> 8, inner);
}

// TS 29.281, 5.1: version 1, GTP and not GTP'; only G-PDU (255) carries IP.
// Extension headers come in units of four bytes and name the next at the end.
Walk::Step Walk::gtp() {
  if (!has(8)) return Step::done;
  const auto header = rest().first<8>();
  if ((header[0] & 0xf8) != 0x30 || header[1] != 0xff || be16(header, 2) + 8U > wire_)
    return Step::done;
  Cursor in(rest());
  in.skip(8);
  if ((header[0] & 0x07) != 0) {
    in.skip(3);
    std::uint8_t next = in.u8();
    if ((header[0] & 0x04) == 0) next = 0;
    while (next != 0) {
      const std::size_t units = in.u8();
      if (units == 0) return Step::done;
      in.skip(units * 4 - 2);
      next = in.u8();
    }
  }
  const std::size_t size = rest().size() - in.rest().size();
  const auto length = static_cast<std::uint32_t>(wire_ - size);
  Step inner = Step::done;
  if (looks_like_ipv4(in.rest(), length)) inner = Step::ipv4;
  if (looks_like_ipv6(in.rest(), length)) inner = Step::ipv6;
  if (!in.ok() || inner == Step::done) return Step::done;
  drop(size);
  return enter(Tunnel::gtp, 0, inner);
}

// RFC 4380, 5.1.1: an authentication and an origin indication may come first.
Walk::Step Walk::teredo() {
  Cursor in(rest());
  if (in.rest().size() >= 4 && in.rest()[0] == 0 && in.rest()[1] == 1) {
    in.skip(2);
    const std::size_t client = in.u8();
    const std::size_t value = in.u8();
    in.skip(client + value + 9);
  }
  if (in.rest().size() >= 8 && in.rest()[0] == 0 && in.rest()[1] == 0) in.skip(8);
  const std::size_t size = rest().size() - in.rest().size();
  if (!in.ok() || !looks_like_ipv6(in.rest(), static_cast<std::uint32_t>(wire_ - size)))
    return Step::done;
  drop(size);
  return enter(Tunnel::teredo, 0, Step::ipv6);
}

// RFC 5415, 4.3: header length, radio, binding, flags. Inside is a frame of
// Ethernet or of IEEE 802.11 (binding 1, RFC 5416), whose frame control some
// controllers write with its bytes swapped. Only data frames carry packets.
Walk::Step Walk::capwap() {
  constexpr unsigned kData = 0x08;  // of frame control: version 0, type 2
  if (!has(8)) return Step::done;
  const auto header = rest().first<8>();
  const std::size_t size = (header[1] >> 3) * 4U;
  const bool whole = (header[3] & 0x80) == 0;
  const bool keep_alive = (header[3] & 0x08) != 0;
  if (header[0] != 0 || size < 8 || !whole || keep_alive || (header[3] & 0x07) != 0 || !has(size))
    return Step::done;
  const Bytes inside = rest().subspan(size);
  const bool native = (header[2] & 0x01) != 0;
  if (native) {
    if ((header[2] >> 1 & 0x1f) != 1 || inside.size() < 2) return Step::done;
    swapped_ = (inside[0] & 0x0f) != kData;
    if (swapped_ && (inside[1] & 0x0f) != kData) return Step::done;
  } else if (!looks_like_ethernet(inside, static_cast<std::uint32_t>(wire_ - size))) {
    return Step::done;
  }
  drop(size);
  return enter(Tunnel::capwap, 0, native ? Step::wireless : Step::ethernet);
}

}  // namespace asepsis
