// TCP (RFC 9293), UDP (RFC 768), SCTP (RFC 9260): ports, and where the payload
// begins. ICMP (RFC 792, 4443): type and code. A header that was cut, or lies
// about its size, gives its ports alone.

#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kGtpPort = 2152;
constexpr std::uint16_t kTeredoPort = 3544;
constexpr std::uint16_t kVxlanPort = 4789;
constexpr std::uint16_t kVxlanGenericPort = 4790;
constexpr std::uint16_t kCapwapDataPort = 5247;
constexpr std::uint16_t kGenevePort = 6081;
constexpr std::uint16_t kLinuxVxlanPort = 8472;

}  // namespace

bool tunnel_port(std::uint16_t src, std::uint16_t dst) {
  switch (dst) {
    case kVxlanPort:
    case kLinuxVxlanPort:
    case kVxlanGenericPort:
    case kGenevePort:
    case kGtpPort:
    case kTeredoPort:
    case kCapwapDataPort: return true;
    default: return src == kGtpPort || src == kTeredoPort || src == kCapwapDataPort;
  }
}

Walk::Step Walk::ports_only(Step why) {
  if (has(4)) {
    const auto header = rest().first<4>();
    packet_.src_port = be16(header, 0);
    packet_.dst_port = be16(header, 2);
  }
  return no_payload(why);
}

Walk::Step Walk::tcp() {
  if (!has(20)) return ports_only(Step::truncated);
  const auto header = rest().first<20>();
  const std::uint32_t size = (header[12] >> 4) * 4U;
  if (size < 20 || size > wire_) return ports_only(Step::bad_header);
  packet_.src_port = be16(header, 0);
  packet_.dst_port = be16(header, 2);
  packet_.tcp_seq = be32(header, 4);
  packet_.tcp_ack = be32(header, 8);
  packet_.tcp_flags = header[13];
  packet_.tcp_window = be16(header, 14);
  if (!has(size)) {
    packet_.payload = {};
    packet_.payload_length = wire_ - size;
    return Step::truncated;
  }
  drop(size);
  set_payload();
  return Step::done;
}

// A length of zero: segmentation offload, or a jumbogram (RFC 2675, 4).
Walk::Step Walk::udp() {
  if (!has(8)) return ports_only(Step::truncated);
  const auto header = rest().first<8>();
  const std::uint32_t length = be16(header, 4);
  if (length != 0 && length < 8) return ports_only(Step::bad_header);
  packet_.src_port = be16(header, 0);
  packet_.dst_port = be16(header, 2);
  drop(8);
  if (length != 0 && length - 8 < wire_) set_length(length - 8);
  set_payload();
  if (!tunnel_port(packet_.src_port, packet_.dst_port)) return Step::done;
  switch (packet_.dst_port) {
    case kVxlanPort:
    case kLinuxVxlanPort: return vxlan();
    case kVxlanGenericPort: return vxlan_generic();
    case kGenevePort: return geneve();
    case kGtpPort: return gtp();
    case kTeredoPort: return teredo();
    case kCapwapDataPort: return capwap();
    default: break;
  }
  switch (packet_.src_port) {
    case kGtpPort: return gtp();
    case kTeredoPort: return teredo();
    default: return capwap();
  }
}

// The payload stays the whole message: its type is its first byte.
Walk::Step Walk::icmp() {
  if (!has(4)) return Step::truncated;
  packet_.src_port = be16(rest().first<4>(), 0);
  return Step::done;
}

Walk::Step Walk::sctp() {
  if (!has(12)) return ports_only(Step::truncated);
  const auto header = take<12>();
  packet_.src_port = be16(header, 0);
  packet_.dst_port = be16(header, 2);
  set_payload();
  return Step::done;
}

}  // namespace asepsis
