#include "flow/flow_key.hpp"

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"

namespace asepsis {
namespace {

// Eight bytes of an address as they order it.
std::uint64_t rank(const Ip& ip, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, ip.bytes.data() + offset, sizeof value);
  return __builtin_bswap64(value);
}

// Below 0, 0 or above as a comes before b, is b, or comes after it.
int order_of(const Ip& a, const Ip& b) {
  for (const std::size_t offset : {0U, 8U}) {
    const std::uint64_t of_a = rank(a, offset);
    const std::uint64_t of_b = rank(b, offset);
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
  }
  return 0;
}

// A MAC in the place of an address.
Ip with_mac(const Mac& mac) {
  Ip ip;
  std::ranges::copy(mac.bytes, ip.bytes.begin() + 10);
  return ip;
}

// Who has no address yet (DHCP, duplicate address detection) is known by its MAC alone: what
// several of them say is not one conversation. Nobody answers to that address.
std::uint32_t apart_from_others(const Decoded& packet) {
  const auto end = static_cast<std::uint32_t>(rank(packet.src, 8));  // nearly never 0, and cheap
  if (end != 0 || !packet.src.unspecified()) return packet.tunnel;
  return static_cast<std::uint32_t>(hash_bytes(packet.src_mac.bytes, packet.tunnel));
}

}  // namespace

bool make_key(const Decoded& packet, FlowKey& key) {
  const bool frame = packet.kind == Decoded::Kind::frame;
  const Ip src = frame ? with_mac(packet.src_mac) : packet.src;
  const Ip dst = frame ? with_mac(packet.dst_mac) : packet.dst;
  // ICMP has no ports: its type would split question and answer.
  const bool portless =
      packet.protocol == ip_protocol::kIcmp || packet.protocol == ip_protocol::kIcmp6;
  const std::uint16_t src_port = frame      ? packet.ethertype
                                 : portless ? std::uint16_t{0}
                                            : packet.src_port;
  const std::uint16_t dst_port = frame      ? packet.ethertype
                                 : portless ? std::uint16_t{0}
                                            : packet.dst_port;
  const int order = order_of(src, dst);
  const bool from_a = order < 0 || (order == 0 && src_port <= dst_port);
  key = FlowKey{.a = from_a ? src : dst,
                .b = from_a ? dst : src,
                .port_a = from_a ? src_port : dst_port,
                .port_b = from_a ? dst_port : src_port,
                .vlan = packet.vlan,
                .outer_vlan = packet.outer_vlan,
                .tunnel = frame ? packet.tunnel : apart_from_others(packet),
                .protocol = frame ? std::uint8_t{0} : packet.protocol,
                .frame = frame};
  return from_a;
}

}  // namespace asepsis
