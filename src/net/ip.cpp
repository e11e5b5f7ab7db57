// IPv4 (RFC 791), IPv6 (RFC 8200) and what stands between them and the
// transport: extension headers, fragments, the authentication header (RFC
// 4302).

#include "net/walk.hpp"

namespace asepsis {

Walk::Step Walk::ip() {
  if (!has(1)) return Step::truncated;
  switch (rest()[0] >> 4) {
    case 4: return Step::ipv4;
    case 6: return Step::ipv6;
    default: return Step::bad_header;
  }
}

// A total length of zero stands for "all that is there": segmentation offload
// hides the real one from who captures on the sending host.
Walk::Step Walk::ipv4() {
  if (!has(20)) return Step::truncated;
  const auto header = rest().first<20>();
  const std::uint32_t header_size = (header[0] & 0xfU) * 4;
  if (header[0] >> 4 != 4 || header_size < 20) return Step::bad_header;
  leave_outer();
  known_ = true;
  packet_.kind = Decoded::Kind::datagram;
  packet_.ethertype = ether_type::kIpv4;
  packet_.ttl = header[8];
  packet_.protocol = header[9];
  packet_.src = Ip::v4(header.subspan<12, 4>());
  packet_.dst = Ip::v4(header.subspan<16, 4>());

  const std::uint32_t length = be16(header, 2);
  if (length != 0 && length < header_size) return no_payload(Step::bad_header);
  if (length != 0) set_length(length);
  if (!has(header_size)) return no_payload(Step::truncated);
  drop(header_size);
  const std::uint32_t flags = be16(header, 6);
  if ((flags & 0x3fff) == 0) return ip_payload();
  return piece(be16(header, 4), (flags & 0x1fff) * 8, (flags & 0x2000) != 0);
}

// A payload length of zero is honest only where no payload is expected; else
// it is a jumbogram (RFC 2675) or segmentation offload, and the frame tells.
Walk::Step Walk::ipv6() {
  if (!has(40)) return Step::truncated;
  const auto header = rest().first<40>();
  if (header[0] >> 4 != 6) return Step::bad_header;
  leave_outer();
  known_ = true;
  packet_.kind = Decoded::Kind::datagram;
  packet_.ethertype = ether_type::kIpv6;
  packet_.protocol = header[6];
  packet_.ttl = header[7];
  packet_.src = Ip::v6(header.subspan<8, 16>());
  packet_.dst = Ip::v6(header.subspan<24, 16>());

  drop(40);
  const std::uint32_t length = be16(header, 4);
  const bool unsaid = length == 0 && (packet_.protocol == ip_protocol::kHopByHop ||
                                      packet_.protocol == ip_protocol::kTcp ||
                                      packet_.protocol == ip_protocol::kUdp);
  if (!unsaid) set_length(length);
  return ip_payload();
}

// What comes next. Extension headers are IPv6's: their numbers mean nothing
// in IPv4.
Walk::Step Walk::ip_payload() {
  if (packet_.protocol == ip_protocol::kTcp) return tcp();
  if (packet_.protocol == ip_protocol::kUdp) return udp();
  set_payload();
  switch (packet_.protocol) {
    case ip_protocol::kIcmp:
    case ip_protocol::kIcmp6: return icmp();
    case ip_protocol::kSctp: return sctp();
    case ip_protocol::kGre: return Step::gre;
    case ip_protocol::kIpv4: return Step::ipv4_inside;
    case ip_protocol::kIpv6: return Step::ipv6_inside;
    case ip_protocol::kAuthentication: return Step::authentication;
    case ip_protocol::kHopByHop:
    case ip_protocol::kRouting:
    case ip_protocol::kDestination:
    case ip_protocol::kMobility:
    case ip_protocol::kHostIdentity:
    case ip_protocol::kShim6: return packet_.src.is_v4() ? Step::done : Step::extension;
    case ip_protocol::kFragment: return packet_.src.is_v4() ? Step::done : Step::fragment;
    default: return Step::done;
  }
}

Walk::Step Walk::next_header(std::uint8_t protocol) {
  packet_.protocol = protocol;
  return ip_payload();
}

// Mobility (RFC 6275), HIP (RFC 7401) and Shim6 (RFC 5533) messages look like
// extension headers with nothing after them; then they are the payload.
Walk::Step Walk::extension() {
  if (!has(8)) return Step::truncated;
  const std::uint8_t next = rest()[0];
  const std::size_t size = (rest()[1] + 1U) * 8;
  if (packet_.protocol >= ip_protocol::kMobility && next == ip_protocol::kNoNext) return Step::done;
  if (!has(size)) return Step::truncated;
  drop(size);
  return next_header(next);
}

Walk::Step Walk::authentication() {
  if (!has(12)) return Step::truncated;
  const std::uint8_t next = rest()[0];
  const std::size_t size = (rest()[1] + 2U) * 4;
  if (size < 12) return Step::bad_header;
  if (!has(size)) return Step::truncated;
  drop(size);
  return next_header(next);
}

// A fragment that is the whole datagram ("atomic", RFC 6946) is no fragment.
Walk::Step Walk::fragment() {
  if (!has(8)) return Step::truncated;
  const auto header = take<8>();
  const std::uint32_t offset = be16(header, 2) & 0xfff8U;
  const bool more = (header[3] & 1) != 0;
  if (offset == 0 && !more) return next_header(header[0]);
  packet_.protocol = header[0];
  return piece(be32(header, 4), offset, more);
}

Walk::Step Walk::piece(std::uint32_t id, std::uint32_t offset, bool more) {
  set_payload();
  packet_.kind = Decoded::Kind::fragment;
  packet_.fragment_id = id;
  packet_.fragment_offset = offset;
  packet_.more_fragments = more;
  return Step::done;
}

bool looks_like_ipv4(Bytes bytes, std::uint32_t length) {
  if (bytes.size() < 20 || bytes[0] >> 4 != 4) return false;
  const std::uint32_t header_size = (bytes[0] & 0xfU) * 4;
  const std::uint32_t total = be16(bytes.first<20>(), 2);
  return header_size >= 20 && (total == 0 || (total >= header_size && total <= length));
}

bool looks_like_ipv6(Bytes bytes, std::uint32_t length) {
  if (bytes.size() < 40 || bytes[0] >> 4 != 6) return false;
  return be16(bytes.first<40>(), 4) + 40U <= length;
}

}  // namespace asepsis
