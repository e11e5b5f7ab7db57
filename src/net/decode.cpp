// Where decoding begins: the table of link types (LINKTYPE_ values as
// registered at tcpdump.org/linktypes.html), the loop over headers, and the
// hash that shares packets out.

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.hpp"
#include "net/walk.hpp"

namespace asepsis {
namespace {

using Step = Walk::Step;

struct LinkType {
  std::uint16_t value;
  Step first;
};

constexpr std::uint16_t kEthernet = 1;

constexpr LinkType kLinkTypes[] = {
    {0, Step::null_family},           // NULL, BSD loopback
    {kEthernet, Step::ethernet},      // ETHERNET
    {9, Step::ppp},                   // PPP
    {12, Step::ip},                   // DLT_RAW as written by most
    {14, Step::ip},                   // DLT_RAW as written by OpenBSD
    {50, Step::ppp},                  // PPP_HDLC
    {51, Step::pppoe},                // PPP_ETHER
    {101, Step::ip},                  // RAW
    {104, Step::cisco_hdlc},          // C_HDLC
    {105, Step::wireless},            // IEEE802_11
    {108, Step::null_family},         // LOOP
    {113, Step::cooked},              // LINUX_SLL
    {119, Step::prism},               // IEEE802_11_PRISM
    {127, Step::radiotap},            // IEEE802_11_RADIOTAP
    {163, Step::prism},               // IEEE802_11_AVS
    {204, Step::ppp_with_direction},  // PPP_WITH_DIR
    {228, Step::ip},                  // IPV4
    {229, Step::ip},                  // IPV6
    {276, Step::cooked2},             // LINUX_SLL2
};

// Step::done if the link type is not one of ours.
Step first_step(std::uint16_t link_type) {
  if (link_type == kEthernet) return Step::ethernet;
  for (const LinkType& known : kLinkTypes)
    if (known.value == link_type) return known.first;
  return Step::done;
}

// The same both ways round.
std::uint64_t hash_pair(std::uint64_t a, std::uint64_t b) {
  return hash_mix(std::min(a, b), std::max(a, b));
}

template <class Word>
Word word_at(Bytes bytes, std::size_t at) {
  Word word = 0;
  std::memcpy(&word, bytes.subspan(at, sizeof word).data(), sizeof word);
  return word;
}

std::uint64_t hash_ipv4(Bytes addresses) {
  return hash_pair(word_at<std::uint32_t>(addresses, 0), word_at<std::uint32_t>(addresses, 4));
}

std::uint64_t hash_ipv6(Bytes src, Bytes dst) {
  return hash_pair(hash_mix(word_at<std::uint64_t>(src, 0), word_at<std::uint64_t>(src, 8)),
                   hash_mix(word_at<std::uint64_t>(dst, 0), word_at<std::uint64_t>(dst, 8)));
}

std::uint64_t hash_addresses(const Decoded& packet) {
  if (packet.kind == Decoded::Kind::frame) {
    if (packet.src_mac.empty() || packet.dst_mac.empty()) return 0;
    return hash_pair(hash_bytes(packet.src_mac.bytes), hash_bytes(packet.dst_mac.bytes));
  }
  if (!packet.src.is_v4()) return hash_ipv6(packet.src.bytes, packet.dst.bytes);
  std::array<std::uint8_t, 8> both{};
  std::copy_n(packet.src.bytes.begin() + 12, 4, both.begin());
  std::copy_n(packet.dst.bytes.begin() + 12, 4, both.begin() + 4);
  return hash_ipv4(both);
}

class NoSink final : public DecodeSink {
 public:
  void on_decoded(const Decoded&) override {}
};

std::uint64_t hash_by_walk(Step first, Bytes frame) {
  NoSink none;
  Walk walk(frame, static_cast<std::uint32_t>(frame.size()), none);
  return hash_addresses(walk.run_to_addresses(first));
}

}  // namespace

bool link_type_supported(std::uint16_t link_type) { return first_step(link_type) != Step::done; }

DecodeError decode(std::uint16_t link_type, Bytes frame, std::uint32_t length, DecodeSink& out) {
  const Step first = first_step(link_type);
  if (first == Step::done) return DecodeError::unknown_link_type;
  return Walk(frame, length, out).run(first);
}

DecodeError decode_transport(Decoded packet, Bytes datagram, DecodeSink& out) {
  return Walk(datagram, static_cast<std::uint32_t>(datagram.size()), out).run_transport(packet);
}

// Nearly all frames are IP in Ethernet with at most one tag: those are read in
// place. The walk gives the same answer for them, slower.
std::uint64_t pair_hash(std::uint16_t link_type, Bytes frame) {
  const Step first = first_step(link_type);
  if (first == Step::done) return 0;
  if (first != Step::ethernet || frame.size() < 38) return hash_by_walk(first, frame);
  const Header<38> start = frame.first<38>();
  const std::size_t ip = be16(start, 12) == ether_type::kVlan ? 18 : 14;
  const std::uint16_t type = be16(start, ip - 2);
  if (type == ether_type::kIpv4 && start[ip] >> 4 == 4 && (start[ip] & 0xf) >= 5)
    return hash_ipv4(start.subspan(ip + 12, 8));
  if (type == ether_type::kIpv6 && start[ip] >> 4 == 6 && frame.size() >= ip + 40)
    return hash_ipv6(frame.subspan(ip + 8, 16), frame.subspan(ip + 24, 16));
  return hash_by_walk(first, frame);
}

Walk::Walk(Bytes bytes, std::uint32_t length, DecodeSink& out)
    : frame_(bytes),
      end_(bytes.size()),
      wire_(std::max(length, static_cast<std::uint32_t>(bytes.size()))),
      out_(&out) {}

DecodeError Walk::run(Step first) {
  Step step = first;
  while (step > Step::too_deep) step = count_layer() ? follow(step) : Step::too_deep;
  if (known_ && !addresses_only_) out_->on_decoded(packet_);
  switch (step) {
    case Step::truncated: return DecodeError::truncated;
    case Step::bad_header: return DecodeError::bad_header;
    case Step::too_deep: return DecodeError::too_deep;
    default: return DecodeError::none;
  }
}

const Decoded& Walk::run_to_addresses(Step first) {
  addresses_only_ = true;
  run(first);
  return packet_;
}

DecodeError Walk::run_transport(const Decoded& packet) {
  packet_ = packet;
  packet_.kind = Decoded::Kind::datagram;
  packet_.fragment_id = packet_.fragment_offset = 0;
  packet_.more_fragments = false;
  known_ = true;
  return run(Step::ip_payload);
}

Walk::Step Walk::follow(Step step) {
  switch (step) {
    case Step::ethernet: return ethernet();
    case Step::ether_type: return ether_type();
    case Step::llc: return llc();
    case Step::mpls: return mpls();
    case Step::pppoe: return pppoe();
    case Step::ppp: return ppp();
    case Step::ip: return ip();
    case Step::ipv4: return ipv4();
    case Step::ipv6: return ipv6();
    case Step::ip_payload: return ip_payload();
    case Step::extension: return extension();
    case Step::fragment: return fragment();
    case Step::authentication: return authentication();
    case Step::ipv4_inside: return enter(Tunnel::ip, 0, Step::ipv4);
    case Step::ipv6_inside: return enter(Tunnel::ip, 0, Step::ipv6);
    case Step::gre: return gre();
    case Step::null_family: return null_family();
    case Step::cooked: return cooked();
    case Step::cooked2: return cooked2();
    case Step::cisco_hdlc: return cisco_hdlc();
    case Step::ppp_with_direction: return ppp_with_direction();
    case Step::wireless: return wireless();
    case Step::radiotap: return radiotap();
    case Step::prism: return prism();
    case Step::done:
    case Step::truncated:
    case Step::bad_header:
    case Step::too_deep: break;
  }
  return step;
}

}  // namespace asepsis
