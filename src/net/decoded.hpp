// A frame's headers, decoded: who sent it to whom, over what, and where the
// payload lies. Nothing is copied; spans are views of the packet.

#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/cursor.hpp"
#include "base/time.hpp"

namespace asepsis {

// IANA protocol numbers that are treated by name.
namespace ip_protocol {
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIgmp = 2;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kGre = 47;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kSctp = 132;
}  // namespace ip_protocol

// EtherTypes that are treated by name. Frames of 802.3 with LLC carry here
// 0x0000 | DSAP (spanning tree: 0x0042, BACnet: 0x0082); SNAP frames their
// protocol id, with Cisco's organisation (00:00:0c) under kCdp when the protocol
// is 0x2000.
namespace ether_type {
constexpr std::uint16_t kStp = 0x0042;
constexpr std::uint16_t kBacnet = 0x0082;
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kArp = 0x0806;
constexpr std::uint16_t kCdp = 0x2000;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kEapol = 0x888e;
constexpr std::uint16_t kProfinet = 0x8892;
constexpr std::uint16_t kLldp = 0x88cc;
}  // namespace ether_type

namespace tcp_flag {
constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kRst = 0x04;
constexpr std::uint8_t kPush = 0x08;
constexpr std::uint8_t kAck = 0x10;
}  // namespace tcp_flag

struct Decoded {
  enum class Kind : std::uint8_t {
    frame,     // not IP: ethertype and payload are set, addresses are MACs only
    datagram,  // IP: protocol and addresses are set; ports for TCP, UDP, SCTP
    fragment,  // a piece of an IP datagram: payload is the piece, ports are not set
  };

  Kind kind = Kind::frame;
  Mac src_mac, dst_mac;          // of the innermost Ethernet header; none on raw IP links
  std::uint16_t vlan = 0;        // innermost 802.1Q id of the innermost Ethernet header; 0 untagged
  std::uint16_t outer_vlan = 0;  // QinQ service tag, 0 if none
  // Mixes the kinds and ids (VXLAN network, GRE key) of the tunnels around it;
  // 0 if none. Mirrors (ERSPAN, GRE bridges without a key) are none: they carry
  // copies of the site's own network. Ids that differ with the direction do not
  // count (GTP, PPTP); MPLS and 802.1ah are links, not tunnels.
  std::uint32_t tunnel = 0;
  std::uint16_t ethertype = 0;
  std::uint8_t protocol = 0;  // IP protocol after the extension headers
  std::uint8_t ttl = 0;       // TTL or hop limit
  Ip src, dst;
  std::uint16_t src_port = 0, dst_port = 0;  // ICMP: type << 8 | code in src_port
  // A TCP header that was cut or lies has its ports alone: no flags, no payload.
  std::uint8_t tcp_flags = 0;
  std::uint16_t tcp_window = 0;
  std::uint32_t tcp_seq = 0, tcp_ack = 0;
  std::uint32_t fragment_id = 0;
  std::uint32_t fragment_offset = 0;  // in bytes
  bool more_fragments = false;
  // Captured bytes after the headers above; of ICMP the whole message, of what
  // is not decoded further all that follows the IP header, or the MACs and tags.
  Bytes payload;
  // On the wire, by the word of the IP header; more than payload.size() if cut short.
  std::uint32_t payload_length = 0;
};

// Why a frame, or a layer of it, could not be decoded.
enum class DecodeError : std::uint8_t {
  none,
  unknown_link_type,
  truncated,   // the capture cut inside a header
  bad_header,  // a header contradicts itself
  too_deep,    // more nested headers than kMaxLayers
};

class DecodeSink {
 public:
  // One call for the innermost packet, preceded by one for each tunnel around
  // it whose ends are IP addresses (GRE, VXLAN, IP-in-IP: payload empty).
  // Never both for the same layer; the references end with the call.
  virtual void on_decoded(const Decoded& packet) = 0;

 protected:
  ~DecodeSink() = default;
};

// Whether decode() reads frames of this LINKTYPE_ value.
bool link_type_supported(std::uint16_t link_type);

// Decodes one frame. `length` is its size on the wire. What was decoded before
// an error is still given: a broken IP header leaves a frame, a broken TCP
// header a datagram, a broken packet in a tunnel the outer one. Of 802.11 only
// data frames are given; those that are encrypted with EtherType 0.
DecodeError decode(std::uint16_t link_type, Bytes frame, std::uint32_t length, DecodeSink& out);

// Reads the transport header of a whole (reassembled) datagram whose IP
// fields are already in `packet` and goes on from there, into tunnels too. May
// give a fragment again, of a datagram inside; the caller bounds how often.
DecodeError decode_transport(Decoded packet, Bytes datagram, DecodeSink& out);

// The packet that an ICMP error quotes, if its receiver sends it back because it
// does not want it: nothing listens there, or a filter on the host says no.
// Errors that routers send on the way say nothing of the host and are not
// given. Its payload is not to be used: what is quoted may be cut anywhere.
std::optional<Decoded> refused_packet(const Decoded& icmp);

}  // namespace asepsis
