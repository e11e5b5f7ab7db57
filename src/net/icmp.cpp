// What an ICMP error says of the packet that it quotes: RFC 792 (destination
// unreachable), RFC 1812, 5.2.7.1 (more codes), RFC 4443, 3.1 (ICMPv6).

#include "net/walk.hpp"

namespace asepsis {
namespace {

// Codes by which the one addressed says no; the others are of the way there.
bool refuses(const Decoded& icmp) {
  const int type = icmp.src_port >> 8;
  const int code = icmp.src_port & 0xff;
  constexpr int kUnreachable = 3;
  constexpr int kUnreachable6 = 1;
  if (icmp.protocol == ip_protocol::kIcmp6)
    return type == kUnreachable6 && (code == 1 || (code >= 3 && code <= 6));
  if (icmp.protocol != ip_protocol::kIcmp || type != kUnreachable) return false;
  return (code >= 1 && code <= 3) || code == 9 || code == 10 || code == 13;
}

// The outermost packet: a tunnel that is refused is refused whole.
class First final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override {
    if (!packet_) packet_ = packet;
  }
  const std::optional<Decoded>& packet() const { return packet_; }

 private:
  std::optional<Decoded> packet_;
};

}  // namespace

std::optional<Decoded> refused_packet(const Decoded& icmp) {
  constexpr std::size_t kHeader = 8;
  constexpr std::uint32_t kLongest = 65'535;  // routers quote the beginning alone
  if (!refuses(icmp) || icmp.payload.size() < kHeader) return std::nullopt;
  First quoted;
  Walk(icmp.payload.subspan(kHeader), kLongest, quoted).run(Walk::Step::ip);
  if (!quoted.packet() || quoted.packet()->kind != Decoded::Kind::datagram) return std::nullopt;
  Decoded packet = *quoted.packet();
  if (packet.src != icmp.dst || packet.dst != icmp.src) return std::nullopt;
  packet.vlan = icmp.vlan;
  packet.outer_vlan = icmp.outer_vlan;
  packet.tunnel = icmp.tunnel;
  return packet;
}

}  // namespace asepsis
