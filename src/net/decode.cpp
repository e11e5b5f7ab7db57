// Where decoding begins: the table of link types (LINKTYPE_ values as
// registered at tcpdump.org/linktypes.html) and the loop over headers.

#include <algorithm>

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

Walk::Walk(Bytes bytes, std::uint32_t length, DecodeSink& out)
    : frame_(bytes),
      end_(bytes.size()),
      wire_(std::max(length, static_cast<std::uint32_t>(bytes.size()))),
      out_(&out) {}

DecodeError Walk::run(Step first) {
  Step step = first;
  while (step > Step::too_deep) step = count_layer() ? follow(step) : Step::too_deep;
  if (known_) out_->on_decoded(packet_);
  switch (step) {
    case Step::truncated: return DecodeError::truncated;
    case Step::bad_header: return DecodeError::bad_header;
    case Step::too_deep: return DecodeError::too_deep;
    default: return DecodeError::none;
  }
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
