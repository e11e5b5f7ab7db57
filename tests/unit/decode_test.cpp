// Every encapsulation: bytes in, one line out for each packet that is given.
// The same frames are then cut after every byte and must neither crash nor
// yield a payload that is not theirs.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "frames.hpp"
#include "net/decoded.hpp"

namespace asepsis {
namespace {

using namespace test;

std::string_view name(Decoded::Kind kind) {
  switch (kind) {
    case Decoded::Kind::frame: return "frame";
    case Decoded::Kind::datagram: return "datagram";
    case Decoded::Kind::fragment: return "fragment";
  }
  return "?";
}

// kind addresses protocol, what is tagged or tunnelled, payload captured/sent
class Lines final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override {
    if (!lines.empty()) lines += '\n';
    lines += name(packet.kind);
    if (packet.kind == Decoded::Kind::frame) {
      add(" ", to_text(packet.src_mac));
      add(" > ", to_text(packet.dst_mac));
      add(" type ", ShortText<>().number(packet.ethertype, 16));
    } else {
      add(" ", to_text(packet.src));
      if (packet.src_port != 0) add(":", std::to_string(packet.src_port));
      add(" > ", to_text(packet.dst));
      if (packet.dst_port != 0) add(":", std::to_string(packet.dst_port));
      add(" ip ", std::to_string(packet.protocol));
      if (!packet.src_mac.empty() && packet.src_mac.bytes[5] != 1)
        add(" mac ", to_text(packet.src_mac));
    }
    if (packet.kind == Decoded::Kind::fragment) {
      add(" id ", ShortText<>().number(packet.fragment_id, 16));
      add(" at ", std::to_string(packet.fragment_offset));
      add("", packet.more_fragments ? " more" : " last");
    }
    if (packet.outer_vlan != 0) add(" outer ", std::to_string(packet.outer_vlan));
    if (packet.vlan != 0) add(" vlan ", std::to_string(packet.vlan));
    if (packet.tunnel != 0) add("", " tunnelled");
    if (packet.tcp_flags != 0) add(" flags ", std::to_string(packet.tcp_flags));
    add(" [", as_text(packet.payload));
    add("]", std::to_string(packet.payload_length));
  }

  void add(std::string_view before, std::string_view value) {
    lines += before;
    lines += value;
  }

  std::string lines;
};

struct Row {
  const char* what;
  std::uint16_t link_type;
  Frame frame;
  std::string lines;
  DecodeError error = DecodeError::none;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

const Frame kUdp = udp(1000, 2000, text("hi"));
const Frame kIp = ipv4(17, kUdp);
const Frame kInner = inner_ipv4(17, kUdp);
const Frame kBridged = inner_ethernet(0x0800, kInner);
const Frame kLlcBpdu = hex("42 42 03 00 00");

const std::string kPlain = "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 [hi]2";
const std::string kPlain6 = "datagram 2001:db8::1:1000 > 2001:db8::2:2000 ip 17 [hi]2";
const std::string kInnerLine = "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 tunnelled [hi]2";
const std::string kBridgedLine =
    "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 mac 02:00:00:00:00:0a tunnelled [hi]2";
const std::string kMirroredLine =
    "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 mac 02:00:00:00:00:0a [hi]2";
const std::string kFrame = "frame 02:00:00:00:00:01 > 02:00:00:00:00:02 type ";

std::string outer(std::uint8_t protocol) {
  return "datagram 10.0.0.1 > 10.0.0.2 ip " + std::to_string(protocol) + " []0\n";
}
std::string outer_udp(std::uint16_t port) {
  return "datagram 10.0.0.1:999 > 10.0.0.2:" + std::to_string(port) + " ip 17 []0\n";
}
Frame over_udp(std::uint16_t port, const Frame& inner) {
  return ethernet(0x0800, ipv4(17, udp(999, port, inner)));
}
Frame over_gre(const Frame& inner) { return ethernet(0x0800, ipv4(47, inner)); }

const std::vector<Row> kLinks{
    {"ethernet", 1, ethernet(0x0800, kIp), kPlain},
    {"ethernet with padding", 1, ethernet(0x0800, kIp) + Frame(20), kPlain},
    {"null, big-endian", 0, hex("00 00 00 02") + kIp, kPlain},
    {"null, little-endian", 0, hex("02 00 00 00") + kIp, kPlain},
    {"null, ipv6 of darwin", 0, hex("1e 00 00 00") + ipv6(17, kUdp), kPlain6},
    {"loop, ipv6 of openbsd", 108, hex("00 00 00 18") + ipv6(17, kUdp), kPlain6},
    {"loop, ipv6 of freebsd", 108, hex("00 00 00 1c") + ipv6(17, kUdp), kPlain6},
    {"null, ipv6 of linux", 0, hex("0a 00 00 00") + ipv6(17, kUdp), kPlain6},
    {"null, other family", 0, hex("07 00 00 00 aa"), "", DecodeError::bad_header},
    {"raw", 101, kIp, kPlain},
    {"raw 12, ipv6", 12, ipv6(17, kUdp), kPlain6},
    {"raw 14", 14, kIp, kPlain},
    {"raw, of no version", 101, hex("ff ff"), "", DecodeError::bad_header},
    {"ipv4", 228, kIp, kPlain},
    {"ipv6", 229, ipv6(17, kUdp), kPlain6},
    {"cooked", 113, hex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 08 00") + kIp, kPlain},
    {"cooked, tagged", 113,
     hex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 81 00") + tag(7, 0x0800, kIp),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 vlan 7 [hi]2"},
    {"cooked, spanning tree", 113,
     hex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 00 04") + kLlcBpdu,
     "frame 02:00:00:00:00:01 > 00:00:00:00:00:00 type 42 [" + std::string(2, '\0') + "]2"},
    {"cooked 2", 276,
     hex("86 dd 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 01 00 00") + ipv6(17, kUdp), kPlain6},
    {"ppp", 9, hex("ff 03 00 21") + kIp, kPlain},
    {"ppp, compressed", 9, hex("21") + kIp, kPlain},
    {"ppp, ipv6", 50, hex("ff 03 00 57") + ipv6(17, kUdp), kPlain6},
    {"ppp, link control", 9, hex("c0 21 41"),
     "frame 00:00:00:00:00:00 > 00:00:00:00:00:00 type 880b [" + std::string("\xc0\x21\x41") +
         "]3"},
    {"ppp link that is cisco hdlc", 50, hex("0f 00 08 00") + kIp, kPlain},
    {"ppp with direction", 204, hex("00 ff 03 00 21") + kIp, kPlain},
    {"pppoe", 51, hex("11 00 00 01 00 20 00 21") + kIp, kPlain},
    {"cisco hdlc", 104, hex("0f 00 08 00") + kIp, kPlain},
    {"cisco hdlc, discovery", 104, hex("8f 00 20 00 02"),
     "frame 00:00:00:00:00:00 > 00:00:00:00:00:00 type 2000 [\x02]1"},
    {"usb", 220, kIp, "", DecodeError::unknown_link_type},
};

const Frame kDataToAp =
    hex("08 01 00 00  02 00 00 00 00 03  02 00 00 00 00 01  02 00 00 00 00 02 10 00");
const Frame kQosFromAp =
    hex("88 02 00 00  02 00 00 00 00 02  02 00 00 00 00 03  02 00 00 00 00 01 10 00  00 00");
const Frame kSnapIp = hex("aa aa 03 00 00 00 08 00") + kIp;

const std::vector<Row> kWireless{
    {"802.11 to the access point", 105, kDataToAp + kSnapIp, kPlain},
    {"802.11 from the access point, QoS", 105, kQosFromAp + kSnapIp, kPlain},
    {"802.11 between access points", 105,
     hex("08 03 00 00  02 00 00 00 00 03  02 00 00 00 00 04  02 00 00 00 00 02 10 00"
         "02 00 00 00 00 01") +
         kSnapIp,
     kPlain},
    {"802.11, encrypted", 105,
     hex("08 41 00 00  02 00 00 00 00 03  02 00 00 00 00 01  02 00 00 00 00 02 10 00 11 22"),
     kFrame + "0 []0"},
    {"802.11 beacon", 105, hex("80 00") + Frame(40), ""},
    {"radiotap", 127, hex("00 00 08 00 00 00 00 00") + kDataToAp + kSnapIp, kPlain},
    {"radiotap with clock, flags: padded", 127,
     hex("00 00 12 00 03 00 00 00  00 00 00 00  00 00 00 00  20 00") + kQosFromAp + hex("00 00") +
         kSnapIp,
     kPlain},
    {"radiotap with two words of fields and a checksum at the end", 127,
     hex("00 00 0d 00 02 00 00 80  00 00 00 00  10") + kDataToAp +
         hex("aa aa 03 00 00 00 88 8e 01") + hex("de ad be ef"),
     kFrame + "888e [\x01]1"},
    {"prism", 119, hex("44 00 00 00 90 00 00 00") + Frame(136) + kDataToAp + kSnapIp, kPlain},
    {"avs", 163, hex("80 21 10 01 00 00 00 40") + Frame(56) + kDataToAp + kSnapIp, kPlain},
};

const std::vector<Row> kEthernet{
    {"arp", 1, ethernet(0x0806, text("arp")), kFrame + "806 [arp]3"},
    {"802.1Q", 1, ethernet(0x8100, tag(0x6005, 0x0800, kIp)),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 vlan 5 [hi]2"},
    {"802.1ad", 1, ethernet(0x88a8, tag(100, 0x8100, tag(5, 0x0800, kIp))),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 outer 100 vlan 5 [hi]2"},
    {"three tags", 1, ethernet(0x9100, tag(1, 0x9200, tag(2, 0x8100, tag(3, 0x0800, kIp)))),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 outer 2 vlan 3 [hi]2"},
    {"priority tag", 1, ethernet(0x8100, tag(0xe000, 0x0800, kIp)), kPlain},
    {"VN-tag", 1, ethernet(0x8926, hex("00 01 00 02 81 00") + tag(9, 0x0800, kIp)),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 vlan 9 [hi]2"},
    {"Cisco MetaData", 1, ethernet(0x8909, hex("01 01 00 01 00 0a 08 00") + kIp), kPlain},
    {"FabricPath", 1, ethernet(0x8903, hex("00 41") + kBridged), kMirroredLine},
    {"802.1ah", 1, ethernet(0x88a8, tag(77, 0x88e7, hex("00 01 02 03") + kBridged)), kMirroredLine},
    {"MACsec", 1, ethernet(0x88e5, text("?")), kFrame + "88e5 [?]1"},
    {"spanning tree", 1, ethernet(5, kLlcBpdu + Frame(41)),
     kFrame + "42 [" + std::string(2, '\0') + "]2"},
    {"spanning tree, tagged", 1, ethernet(0x8100, tag(1, 5, kLlcBpdu)),
     kFrame + "42 vlan 1 [" + std::string(2, '\0') + "]2"},
    {"numbered LLC", 1, ethernet(5, hex("f0 f1 02 04 61")), kFrame + "f0 [a]1"},
    {"Cisco discovery", 1, ethernet(10, hex("aa aa 03 00 00 0c 20 00") + text("cd")),
     kFrame + "2000 [cd]2"},
    {"SNAP of an unknown organisation", 1, ethernet(9, hex("aa aa 03 12 34 56 08 00 61")),
     kFrame + "0 [a]1"},
    {"IP over SNAP", 1, ethernet(38, kSnapIp), kPlain},
    {"IP over LLC", 1, ethernet(33, hex("06 06 03") + kIp), kPlain},
    {"MPLS", 1, ethernet(0x8847, hex("00 01 00 40 00 02 01 40") + kIp), kPlain},
    {"MPLS, ipv6", 1, ethernet(0x8848, hex("00 02 01 40") + ipv6(17, kUdp)), kPlain6},
    {"MPLS pseudowire with control word", 1,
     ethernet(0x8847, hex("00 02 01 40 00 00 00 07") + kBridged), kMirroredLine},
    {"MPLS pseudowire without", 1, ethernet(0x8847, hex("00 02 01 40") + kBridged), kMirroredLine},
    {"MPLS, unknown inside", 1, ethernet(0x8847, hex("00 02 01 40 10 00")),
     kFrame + "8847 [" + std::string("\x00\x02\x01\x40\x10\x00", 6) + "]6"},
    {"PPPoE session", 1, ethernet(0x8864, hex("11 00 00 01 00 20 00 21") + kIp + Frame(9)), kPlain},
    {"PPPoE discovery", 1, ethernet(0x8863, hex("11 09 00 00 00 00")),
     kFrame + "8863 [" + std::string("\x11\x09\0\0\0\0", 6) + "]6"},
    {"too many tags", 1,
     ethernet(0x8100,
              [] {
                Frame tags;
                for (int i = 0; i < 20; ++i) tags = tags + hex("00 01 81 00");
                return tags;
              }()),
     kFrame + "8100 outer 1 vlan 1 [" +
         [] {
           std::string left;
           for (int i = 0; i < 5; ++i) left += std::string("\0\x01\x81\0", 4);
           return left;
         }() +
         "]20",
     DecodeError::too_deep},
    {"broken IP", 1, ethernet(0x0800, text("Xyzzy, and another fifteen")),
     kFrame + "800 [Xyzzy, and another fifteen]26", DecodeError::bad_header},
};

const Frame kTcp = tcp(4000, 80, text("GET"));
const Frame kPiece = Frame(8, 'x');

const std::vector<Row> kNetwork{
    {"tcp", 101, ipv4(6, kTcp), "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 flags 24 [GET]3"},
    {"tcp with options", 101,
     ipv4(6, be(4000, 2) + be(80, 2) + hex("00 00 00 64 00 00 00 c8 60 18 04 00 00 00 00 00") +
                 hex("01 01 01 00") + text("GET")),
     "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 flags 24 [GET]3"},
    {"tcp, header too small", 101,
     ipv4(6, be(4000, 2) + be(80, 2) + hex("00 00 00 64 00 00 00 c8 40 18 04 00 00 00 00 00")),
     "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 []0", DecodeError::bad_header},
    {"tcp, header beyond the datagram", 101,
     ipv4(6, be(4000, 2) + be(80, 2) + hex("00 00 00 64 00 00 00 c8 f0 18 04 00 00 00 00 00")),
     "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 []0", DecodeError::bad_header},
    {"tcp, cut", 101, ipv4(6, be(4000, 2) + be(80, 2) + hex("00 00")),
     "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 []0", DecodeError::truncated},
    {"udp shorter than its datagram", 101, ipv4(17, hex("03 e8 07 d0 00 0a 00 00") + text("hipad")),
     kPlain},
    {"udp of no length", 101, ipv4(17, hex("03 e8 07 d0 00 00 00 00") + text("hi")), kPlain},
    {"udp, length too small", 101, ipv4(17, hex("03 e8 07 d0 00 07 00 00") + text("hi")),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 []0", DecodeError::bad_header},
    {"icmp echo", 101, ipv4(1, hex("08 00 00 00 61")),
     "datagram 10.0.0.1:2048 > 10.0.0.2 ip 1 [" + std::string("\x08\0\0\0a", 5) + "]5"},
    {"sctp", 101, ipv4(132, hex("03 e8 07 d0 00 00 00 01 00 00 00 00") + text("hi")),
     "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 132 [hi]2"},
    {"esp", 101, ipv4(50, text("??")), "datagram 10.0.0.1 > 10.0.0.2 ip 50 [??]2"},
    {"ah", 101, ipv4(51, hex("11 04 00 00") + Frame(20) + kUdp), kPlain},
    {"options", 101,
     hex("46 00 00 22 00 00 00 00 40 11 00 00 0a 00 00 01 0a 00 00 02 94 04 00 00") + kUdp, kPlain},
    {"total length zero", 101,
     hex("45 00 00 00 00 00 00 00 40 11 00 00 0a 00 00 01 0a 00 00 02") + kUdp, kPlain},
    {"total length smaller than the header", 101,
     hex("45 00 00 13 00 00 00 00 40 11 00 00 0a 00 00 01 0a 00 00 02") + kUdp,
     "datagram 10.0.0.1 > 10.0.0.2 ip 17 []0", DecodeError::bad_header},
    {"header smaller than itself", 101,
     hex("44 00 00 1e 00 00 00 00 40 11 00 00 0a 00 00 01 0a 00 00 02") + kUdp, "",
     DecodeError::bad_header},
    {"total length larger than the frame", 101,
     hex("45 00 00 32 00 00 00 00 40 06 00 00 0a 00 00 01 0a 00 00 02") + kTcp,
     "datagram 10.0.0.1:4000 > 10.0.0.2:80 ip 6 flags 24 [GET]10"},
    {"first fragment", 101, ipv4(17, kPiece, 0x2000),
     "fragment 10.0.0.1 > 10.0.0.2 ip 17 id 1234 at 0 more [xxxxxxxx]8"},
    {"last fragment", 101, ipv4(17, kPiece, 0x0003),
     "fragment 10.0.0.1 > 10.0.0.2 ip 17 id 1234 at 24 last [xxxxxxxx]8"},
    {"not to be fragmented", 101, ipv4(17, kUdp, 0x4000), kPlain},
    {"ipv6 extension headers", 101,
     ipv6(0, hex("2b 00 05 02 00 00 01 00") + hex("3c 00 00 00 00 00 00 00") +
                 hex("33 00 01 04 00 00 00 00") + hex("11 02 00 00 00 00 00 00") + Frame(8) + kUdp),
     kPlain6},
    {"ipv6 fragment", 101, ipv6(44, hex("3a 00 00 11 00 01 e2 40") + kPiece),
     "fragment 2001:db8::1 > 2001:db8::2 ip 58 id 1e240 at 16 more [xxxxxxxx]8"},
    {"ipv6 atomic fragment", 101, ipv6(44, hex("11 00 00 00 00 01 e2 40") + kUdp), kPlain6},
    {"ipv6, mobility message", 101, ipv6(135, hex("3b 00 05 00 00 00 00 00")),
     "datagram 2001:db8::1 > 2001:db8::2 ip 135 [" + std::string("\x3b\0\x05\0\0\0\0\0", 8) + "]8"},
    {"ipv6, payload length zero with tcp", 101, hex("60 00 00 00 00 00 06 40") + Frame(32) + kTcp,
     "datagram :::4000 > :::80 ip 6 flags 24 [GET]3"},
    {"ipv6, nothing in it", 101, ipv6(59, {}) + text("padding"),
     "datagram 2001:db8::1 > 2001:db8::2 ip 59 []0"},
};

const std::vector<Row> kTunnels{
    {"ip in ip", 101, ipv4(4, kInner), outer(4) + kInnerLine},
    {"ipv6 in ipv4", 101, ipv4(41, ipv6(17, kUdp)),
     outer(41) + "datagram 2001:db8::1:1000 > 2001:db8::2:2000 ip 17 tunnelled [hi]2"},
    {"ip in ip, broken inside", 101, ipv4(4, text("nonsense of twenty bytes")),
     "datagram 10.0.0.1 > 10.0.0.2 ip 4 [nonsense of twenty bytes]24", DecodeError::bad_header},
    {"gre", 1, over_gre(hex("00 00 08 00") + kInner), outer(47) + kInnerLine},
    {"gre: checksum, key, sequence", 1,
     over_gre(hex("b0 00 08 00 11 11 00 00 00 00 00 05 00 00 00 01") + kInner),
     outer(47) + kInnerLine},
    {"gre: source route", 1,
     over_gre(hex("40 00 08 00 00 00 00 00 08 00 00 04 0a 00 00 01 00 00 00 00") + kInner),
     outer(47) + kInnerLine},
    {"gre of version 2", 1, over_gre(hex("00 02 08 00") + kInner),
     "datagram 10.0.0.1 > 10.0.0.2 ip 47 [" + std::string(as_text(hex("00 02 08 00") + kInner)) +
         "]34",
     DecodeError::bad_header},
    {"gre: keyed bridge", 1, over_gre(hex("20 00 65 58 00 00 00 64") + kBridged),
     outer(47) + kBridgedLine},
    {"gre: virtual switch mirror", 1, over_gre(hex("00 00 65 58") + kBridged),
     outer(47) + kMirroredLine},
    {"gre: mpls", 1, over_gre(hex("00 00 88 47 00 01 01 40") + kInner), outer(47) + kInnerLine},
    {"gre: Cisco MetaData", 1, over_gre(hex("00 00 89 09 01 01 00 01 00 0a 08 00") + kInner),
     outer(47) + kInnerLine},
    {"gre: unknown", 1, over_gre(hex("00 00 20 01 61")),
     "datagram 10.0.0.1 > 10.0.0.2 ip 47 [" + std::string("\0\0\x20\x01\x61", 5) + "]5"},
    {"pptp", 1, over_gre(hex("30 01 88 0b 00 22 00 07 00 00 00 01 ff 03 00 21") + kInner),
     outer(47) + kInnerLine},
    {"pptp with acknowledgement", 1,
     over_gre(hex("30 81 88 0b 00 1f 00 07 00 00 00 01 00 00 00 02 21") + kInner),
     outer(47) + kInnerLine},
    {"erspan I", 1, over_gre(hex("00 00 88 be") + kBridged), outer(47) + kMirroredLine},
    {"erspan II", 1, over_gre(hex("10 00 88 be 00 00 00 01  10 05 00 64 00 00 00 00") + kBridged),
     outer(47) + kMirroredLine},
    {"erspan III", 1,
     over_gre(hex("10 00 22 eb 00 00 00 01  20 05 00 64 00 00 00 00 00 00 00 00") + kBridged),
     outer(47) + kMirroredLine},
    {"erspan III with subheader", 1,
     over_gre(hex("10 00 22 eb 00 00 00 01  20 05 00 64 00 00 00 00 00 00 00 01") + Frame(8) +
              kBridged),
     outer(47) + kMirroredLine},
    {"vxlan", 1, over_udp(4789, hex("08 00 00 00 00 00 7b 00") + kBridged),
     outer_udp(4789) + kBridgedLine},
    {"vxlan with group policy", 1, over_udp(8472, hex("88 08 00 05 00 00 7b 00") + kBridged),
     outer_udp(8472) + kBridgedLine},
    {"vxlan generic", 1, over_udp(4790, hex("0c 00 00 01 00 00 7b 00") + kInner),
     outer_udp(4790) + kInnerLine},
    {"not vxlan", 1, over_udp(4789, text("hello, neighbour of mine")),
     "datagram 10.0.0.1:999 > 10.0.0.2:4789 ip 17 [hello, neighbour of mine]24"},
    {"geneve", 1, over_udp(6081, hex("01 00 65 58 00 00 0a 00  01 02 80 00") + kBridged),
     outer_udp(6081) + kBridgedLine},
    {"geneve, ip", 1, over_udp(6081, hex("00 00 08 00 00 00 0a 00") + kInner),
     outer_udp(6081) + kInnerLine},
    {"gtp", 1, over_udp(2152, hex("30 ff 00 1e 00 00 00 01") + kInner),
     outer_udp(2152) + kInnerLine},
    {"gtp with extension header", 1,
     over_udp(2152, hex("34 ff 00 26 00 00 00 01 00 00 00 85 01 00 09 00") + kInner),
     outer_udp(2152) + kInnerLine},
    {"gtp echo", 1, over_udp(2152, hex("32 01 00 04 00 00 00 00 00 00 00 00")),
     "datagram 10.0.0.1:999 > 10.0.0.2:2152 ip 17 [" +
         std::string("\x32\x01\0\x04\0\0\0\0\0\0\0\0", 12) + "]12"},
    {"teredo", 1, over_udp(3544, hex("00 00 11 22 33 44 55 66") + ipv6(17, kUdp)),
     outer_udp(3544) + "datagram 2001:db8::1:1000 > 2001:db8::2:2000 ip 17 tunnelled [hi]2"},
    {"vxlan in gre", 1,
     over_gre(hex("00 00 08 00") +
              inner_ipv4(17, udp(999, 4789, hex("08 00 00 00 00 00 7b 00") + kBridged))),
     outer(47) + "datagram 192.168.1.1:999 > 192.168.1.2:4789 ip 17 tunnelled []0\n" +
         kBridgedLine},
};

class Decode : public testing::TestWithParam<Row> {};

TEST_P(Decode, gives_the_fields) {
  const Row& row = GetParam();
  Lines out;
  const auto length = static_cast<std::uint32_t>(row.frame.size());
  EXPECT_EQ(decode(row.link_type, row.frame, length, out), row.error);
  EXPECT_EQ(out.lines, row.lines);
  EXPECT_EQ(link_type_supported(row.link_type), row.error != DecodeError::unknown_link_type);
}

// A block of the exact size, so that a sanitizer sees a byte read past it.
class Bounds final : public DecodeSink {
 public:
  explicit Bounds(Bytes frame) : frame_(frame) {}
  void on_decoded(const Decoded& packet) override {
    EXPECT_GE(packet.payload_length, packet.payload.size());
    if (packet.payload.empty()) return;
    EXPECT_GE(packet.payload.data(), frame_.data());
    EXPECT_LE(packet.payload.data() + packet.payload.size(), frame_.data() + frame_.size());
  }

 private:
  Bytes frame_;
};

TEST_P(Decode, survives_every_cut) {
  const Row& row = GetParam();
  const auto length = static_cast<std::uint32_t>(row.frame.size());
  for (std::size_t size = 0; size < row.frame.size(); ++size) {
    const auto cut = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(row.frame.begin(), size, cut.get());
    const Bytes bytes(cut.get(), size);
    Bounds out(bytes);
    decode(row.link_type, bytes, length, out);
    decode(row.link_type, bytes, static_cast<std::uint32_t>(size), out);
    pair_hash(row.link_type, bytes);
  }
}

TEST(DecodeTransport, goes_on_from_the_ip_header_into_tunnels) {
  const Frame frame = ethernet(0x8100, tag(5, 0x0800, ipv4(47, Frame(8), 0x2000)));
  struct Keep final : DecodeSink {
    void on_decoded(const Decoded& given) override { packet = given; }
    Decoded packet;
  } piece;
  ASSERT_EQ(decode(1, frame, 100, piece), DecodeError::none);
  ASSERT_EQ(piece.packet.kind, Decoded::Kind::fragment);
  Lines out;
  EXPECT_EQ(decode_transport(piece.packet, hex("00 00 08 00") + kInner, out), DecodeError::none);
  EXPECT_EQ(out.lines,
            "datagram 10.0.0.1 > 10.0.0.2 ip 47 vlan 5 []0\n"
            "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 vlan 5 tunnelled [hi]2");
}

TEST(Tunnels, ids_tell_networks_apart) {
  const auto tunnel_of = [](const Frame& frame) {
    struct Keep final : DecodeSink {
      void on_decoded(const Decoded& given) override { tunnel = given.tunnel; }
      std::uint32_t tunnel = 0;
    } last;
    decode(1, frame, static_cast<std::uint32_t>(frame.size()), last);
    return last.tunnel;
  };
  const auto vxlan = [](std::string_view id) {
    return over_udp(4789, hex("08 00 00 00") + hex(id) + hex("00") + kBridged);
  };
  const auto nvgre = [](std::string_view key) {
    return over_gre(hex("20 00 65 58") + hex(key) + kBridged);
  };
  const std::set<std::uint32_t> different{tunnel_of(vxlan("00 00 01")),
                                          tunnel_of(vxlan("00 00 02")),
                                          tunnel_of(nvgre("00 20 00 01")),
                                          tunnel_of(nvgre("00 20 01 01")),
                                          tunnel_of(nvgre("00 00 00 01")),
                                          tunnel_of(nvgre("00 00 00 02")),
                                          tunnel_of(over_gre(hex("00 00 65 58") + kBridged))};
  EXPECT_EQ(different.size(), 7U);
  EXPECT_TRUE(different.contains(0));
  // The flow id, NVGRE's last eight bits, does not tell networks apart.
  EXPECT_EQ(tunnel_of(nvgre("00 20 00 01")), tunnel_of(nvgre("00 20 00 02")));
}

TEST(PairHash, is_the_same_both_ways_in_fragments_and_on_every_link) {
  const std::uint64_t hash = pair_hash(1, ethernet(0x0800, ipv4(17, kUdp)));
  EXPECT_NE(hash, 0U);
  EXPECT_EQ(hash, pair_hash(1, ethernet(0x0800, ipv4(6, tcp(80, 4000, {}), 0, true))));
  EXPECT_EQ(hash, pair_hash(1, ethernet(0x0800, ipv4(17, Frame(8), 0x2001))));
  EXPECT_EQ(hash, pair_hash(1, ethernet(0x8100, tag(5, 0x0800, kIp))));
  EXPECT_EQ(hash, pair_hash(1, ethernet(0x88a8, tag(5, 0x8100, tag(6, 0x0800, kIp)))));
  EXPECT_EQ(hash, pair_hash(1, ethernet(0x8847, hex("00 02 01 40") + kIp)));
  EXPECT_EQ(hash, pair_hash(1, over_udp(4789, hex("08 00 00 00 00 00 7b 00") + kBridged)));
  EXPECT_EQ(hash, pair_hash(1, over_gre(hex("00 00 08 00") + kInner)));
  EXPECT_EQ(hash, pair_hash(101, kIp));
  EXPECT_EQ(hash, pair_hash(0, hex("02 00 00 00") + kIp));

  const std::uint64_t hash6 = pair_hash(1, ethernet(0x86dd, ipv6(17, kUdp)));
  EXPECT_NE(hash6, hash);
  EXPECT_EQ(hash6, pair_hash(1, ethernet(0x86dd, ipv6(17, kUdp, true))));
  EXPECT_EQ(hash6, pair_hash(101, ipv6(17, kUdp)));
  EXPECT_EQ(hash6, pair_hash(1, ethernet(0x86dd, ipv6(44, hex("11 00 00 09") + Frame(12)))));

  const Frame arp = ethernet(0x0806, Frame(28));
  const Frame answer = hex("02 00 00 00 00 01 02 00 00 00 00 02 08 06") + Frame(28);
  EXPECT_NE(pair_hash(1, arp), 0U);
  EXPECT_EQ(pair_hash(1, arp), pair_hash(1, answer));
}

// What an ICMP error by 10.0.0.1 (or 2001:db8::1) says was refused, port to port.
std::string refused(const Frame& frame) {
  class Refused final : public DecodeSink {
   public:
    void on_decoded(const Decoded& packet) override {
      if (const auto quoted = refused_packet(packet))
        ports += std::to_string(quoted->src_port) + " > " + std::to_string(quoted->dst_port);
    }
    std::string ports;
  };
  Refused out;
  decode(101, frame, static_cast<std::uint32_t>(frame.size()), out);
  return out.ports;
}

TEST(RefusedPacket, is_what_its_receiver_sends_back) {
  const Frame quoted = ipv4(17, udp(4000, 161, text("x")), 0, true);
  const Frame quoted_tcp = ipv4(6, be(4000, 2) + be(104, 2) + be(7, 4), 0, true);
  EXPECT_EQ(refused(ipv4(1, hex("03 03 00 00 00 00 00 00") + quoted)), "4000 > 161");
  EXPECT_EQ(refused(ipv4(1, hex("03 0d 00 00 00 00 00 00") + quoted_tcp)), "4000 > 104");
  EXPECT_EQ(refused(ipv4(1, hex("03 04 00 00 00 00 00 00") + quoted)), "");
  EXPECT_EQ(refused(ipv4(1, hex("0b 00 00 00 00 00 00 00") + quoted)), "");
  // Of a packet that somebody else would have received.
  EXPECT_EQ(refused(ipv4(1, hex("03 03 00 00 00 00 00 00") + ipv4(17, udp(4000, 161, {})))), "");

  const Frame quoted6 = ipv6(17, udp(4000, 161, {}), true);
  EXPECT_EQ(refused(ipv6(58, hex("01 04 00 00 00 00 00 00") + quoted6)), "4000 > 161");
  EXPECT_EQ(refused(ipv6(58, hex("01 00 00 00 00 00 00 00") + quoted6)), "");
  EXPECT_EQ(refused(ipv6(58, hex("03 03 00 00 00 00 00 00") + quoted6)), "");
}

TEST(RefusedPacket, is_none_where_the_quotation_is_cut_before_its_addresses) {
  const Frame quoted = ipv4(17, udp(4000, 161, text("x")), 0, true);
  for (std::size_t size = 0; size < 20; ++size) {
    const Frame cut(quoted.begin(), quoted.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(refused(ipv4(1, hex("03 03 00 00 00 00 00 00") + cut)), "") << size;
  }
}

INSTANTIATE_TEST_SUITE_P(links, Decode, testing::ValuesIn(kLinks));
INSTANTIATE_TEST_SUITE_P(wireless, Decode, testing::ValuesIn(kWireless));
INSTANTIATE_TEST_SUITE_P(ethernet, Decode, testing::ValuesIn(kEthernet));
INSTANTIATE_TEST_SUITE_P(network, Decode, testing::ValuesIn(kNetwork));
INSTANTIATE_TEST_SUITE_P(tunnels, Decode, testing::ValuesIn(kTunnels));

}  // namespace
}  // namespace asepsis
