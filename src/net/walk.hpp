// The walk down the headers of one frame. Each step reads one header and
// names the next; run() is the only loop, so depth is bounded in one place and
// nothing recurses.
//
// packet_ is at all times what would be given if the next header turned out to
// be broken: an Ethernet header alone makes a frame, an IP header a datagram.
// A tunnel's outer packet therefore waits in packet_ until the first header
// inside is known to be good, and is given whole, with its payload, if it is
// not.
//
// Private to net/: others include net/decoded.hpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/decoded.hpp"

namespace asepsis {

constexpr int kMaxLayers = 16;  // headers, each tag, label and extension header counted
constexpr int kMaxTunnels = 6;

// EtherTypes that are only of interest on the way.
namespace ether_type {
constexpr std::uint16_t kFirst = 0x0600;  // below: a length (IEEE 802.3, 3.2.6)
constexpr std::uint16_t kVlan = 0x8100;
constexpr std::uint16_t kTransparentBridging = 0x6558;
constexpr std::uint16_t kPpp = 0x880b;
constexpr std::uint16_t kMpls = 0x8847;
constexpr std::uint16_t kMplsUpstream = 0x8848;
constexpr std::uint16_t kPppoeDiscovery = 0x8863;
constexpr std::uint16_t kPppoeSession = 0x8864;
constexpr std::uint16_t kServiceVlan = 0x88a8;
constexpr std::uint16_t kServiceInstance = 0x88e7;
constexpr std::uint16_t kFabricPath = 0x8903;
constexpr std::uint16_t kCiscoMetaData = 0x8909;
constexpr std::uint16_t kVnTag = 0x8926;
constexpr std::uint16_t kOldVlan = 0x9100;
constexpr std::uint16_t kOldServiceVlan = 0x9200;
}  // namespace ether_type

namespace ip_protocol {
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kIpv4 = 4;
constexpr std::uint8_t kIpv6 = 41;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kNoNext = 59;
constexpr std::uint8_t kDestination = 60;
constexpr std::uint8_t kMobility = 135;
constexpr std::uint8_t kHostIdentity = 139;
constexpr std::uint8_t kShim6 = 140;
}  // namespace ip_protocol

// A header of known size: its fields are read without further checks.
template <std::size_t kSize>
using Header = std::span<const std::uint8_t, kSize>;

template <std::size_t kSize>
constexpr std::uint16_t be16(Header<kSize> header, std::size_t at) {
  return static_cast<std::uint16_t>(header[at] << 8 | header[at + 1]);
}

template <std::size_t kSize>
constexpr std::uint32_t be32(Header<kSize> header, std::size_t at) {
  return static_cast<std::uint32_t>(header[at]) << 24 |
         static_cast<std::uint32_t>(header[at + 1]) << 16 |
         static_cast<std::uint32_t>(header[at + 2]) << 8 | header[at + 3];
}

// Whether bytes at a place where several things may stand begin like this.
bool looks_like_ipv4(Bytes bytes, std::uint32_t length);
bool looks_like_ipv6(Bytes bytes, std::uint32_t length);
bool looks_like_ethernet(Bytes bytes, std::uint32_t length);
bool can_be_ethernet(Bytes bytes);  // says less, where the header before it says more

// Whether a tunnel is looked for in UDP between these ports.
bool tunnel_port(std::uint16_t src, std::uint16_t dst);

class Walk {
 public:
  // The header that comes next, or how the walk ends.
  enum class Step : std::uint8_t {
    done,
    truncated,
    bad_header,
    too_deep,
    ethernet,
    ether_type,  // what packet_.ethertype says
    llc,
    mpls,
    pppoe,
    ppp,
    ip,  // version 4 or 6, to be seen
    ipv4,
    ipv6,
    ip_payload,  // what packet_.protocol says
    extension,
    fragment,
    authentication,
    ipv4_inside,
    ipv6_inside,
    gre,
    null_family,
    cooked,
    cooked2,
    cisco_hdlc,
    ppp_with_direction,
    wireless,
    radiotap,
    prism,
  };

  Walk(Bytes bytes, std::uint32_t length, DecodeSink& out);

  // From here on; gives to the sink what was found.
  DecodeError run(Step first);

  // Goes on with a datagram whose IP fields are known.
  DecodeError run_transport(const Decoded& packet);

 private:
  enum class Tunnel : std::uint8_t { ip, gre, bridged, pptp, vxlan, geneve, gtp, teredo, capwap };

  Step follow(Step step);

  // ethernet.cpp
  Step ethernet();
  Step ether_type();
  Step vlan_tag();
  Step after_tag(std::size_t size);
  Step llc();
  Step snap();

  // mpls.cpp
  Step mpls();

  // point_to_point.cpp
  Step pppoe();
  Step ppp();
  Step null_family();
  Step cooked();
  Step cooked2();
  Step cooked_type(std::uint16_t hardware, std::uint16_t protocol);
  Step cisco_hdlc();
  Step ppp_with_direction();

  // wireless.cpp
  Step wireless();
  Step radiotap();
  Step prism();

  // ip.cpp
  Step ip();
  Step ipv4();
  Step ipv6();
  Step ip_payload();
  Step extension();
  Step fragment();
  Step authentication();
  Step next_header(std::uint8_t protocol);
  Step piece(std::uint32_t id, std::uint32_t offset, bool more);

  // transport.cpp
  Step tcp();
  Step udp();
  Step icmp();
  Step sctp();
  Step ports_only(Step why);

  // gre.cpp
  Step gre();
  Step gre_payload(std::uint16_t flags, std::uint16_t protocol, std::uint32_t key);
  Step bridged(std::uint16_t flags, std::uint32_t key);
  Step pptp();
  Step erspan2();
  Step erspan3();

  // udp_tunnel.cpp
  Step udp_tunnel();
  Step vxlan();
  Step vxlan_generic();
  Step geneve();
  Step gtp();
  Step teredo();
  Step capwap();

  // tunnel.cpp
  Step enter(Tunnel kind, std::uint32_t id, Step inner);
  Step enter_mirror(Step inner);

  bool has(std::size_t size) const { return end_ - at_ >= size; }

  // Captured and not yet read.
  Bytes rest() const { return frame_.subspan(at_, end_ - at_); }

  // REQUIRES: has(size).
  void drop(std::size_t size) {
    at_ += size;
    wire_ -= static_cast<std::uint32_t>(size);
  }

  // REQUIRES: has(kSize).
  template <std::size_t kSize>
  Header<kSize> take() {
    const Header<kSize> header = rest().first<kSize>();
    drop(kSize);
    return header;
  }

  // What follows is `length` bytes by the word of a header: the rest is
  // padding, or was not captured.
  void set_length(std::uint32_t length) {
    wire_ = length;
    if (has(length)) end_ = at_ + length;
  }

  void set_payload() {
    packet_.payload = rest();
    packet_.payload_length = wire_;
  }

  // The walk ends here, and nothing after the headers read so far is believed.
  Step no_payload(Step why) {
    packet_.payload = {};
    packet_.payload_length = 0;
    return why;
  }

  // Another tag or label within a step; false if there have been too many.
  bool count_layer() { return ++layers_ <= kMaxLayers; }

  // A header inside a tunnel is good: the outer packet is given, and packet_
  // becomes the inner one.
  void leave_outer() {
    if (in_tunnel_) give_outer();
  }
  void give_outer();

  Decoded packet_;
  // Where we are in the frame, as two offsets: a span that moves costs more,
  // being stored by halves and read as a whole.
  Bytes frame_;
  std::size_t at_ = 0;
  std::size_t end_;
  std::uint32_t wire_;  // bytes of the rest on the wire; never fewer than captured
  int layers_ = 0;
  int tunnels_ = 0;
  bool known_ = false;      // packet_ holds something worth giving
  bool in_tunnel_ = false;  // packet_ is still the outer one
  bool swapped_ = false;    // the bytes of an 802.11 frame control have changed places
  bool padded_ = false;     // an 802.11 header is padded to four bytes
  std::uint32_t inner_tunnel_ = 0;
  DecodeSink* out_;
};

}  // namespace asepsis
