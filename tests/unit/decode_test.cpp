// Links, Ethernet and IP, and what an ICMP error quotes.

#include <gtest/gtest.h>

#include "decode_rows.hpp"

namespace asepsis {
namespace {

using namespace test;

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

TEST_P(Decode, gives_the_fields) { expect_fields(GetParam()); }
TEST_P(Decode, survives_every_cut) { expect_no_crash_when_cut(GetParam()); }

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

}  // namespace
}  // namespace asepsis
