// Packets in packets: every encapsulation over IP, and what tells the networks
// inside apart.

#include <gtest/gtest.h>

#include <set>

#include "decode_rows.hpp"

namespace asepsis {
namespace {

using namespace test;

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

const Frame kDataToAp =
    hex("08 01 00 00  02 00 00 00 00 03  02 00 00 00 00 0a  02 00 00 00 00 0b 10 00");
const Frame kSwappedToAp =
    hex("01 08 00 00  02 00 00 00 00 03  02 00 00 00 00 0a  02 00 00 00 00 0b 10 00");
const Frame kSnapIp = hex("aa aa 03 00 00 00 08 00") + kInner;
const std::string kWirelessLine = kBridgedLine;

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
    {"capwap", 1, over_udp(5247, hex("00 10 43 00 00 00 00 00") + kDataToAp + kSnapIp),
     outer_udp(5247) + kWirelessLine},
    {"capwap, frame control swapped, radio's words", 1,
     over_udp(5247,
              hex("00 20 43 20 00 00 00 00  04 00 00 00 00 00 00 00") + kSwappedToAp + kSnapIp),
     outer_udp(5247) + kWirelessLine},
    {"capwap, ethernet", 1, over_udp(5247, hex("00 10 42 00 00 00 00 00") + kBridged),
     outer_udp(5247) + kBridgedLine},
    {"capwap keep-alive", 1, over_udp(5247, hex("00 10 42 08 00 00 00 00 00 23 00 02")),
     "datagram 10.0.0.1:999 > 10.0.0.2:5247 ip 17 [" +
         std::string("\0\x10\x42\x08\0\0\0\0\0\x23\0\x02", 12) + "]12"},
    {"vxlan in gre", 1,
     over_gre(hex("00 00 08 00") +
              inner_ipv4(17, udp(999, 4789, hex("08 00 00 00 00 00 7b 00") + kBridged))),
     outer(47) + "datagram 192.168.1.1:999 > 192.168.1.2:4789 ip 17 tunnelled []0\n" +
         kBridgedLine},
};

TEST_P(Decode, gives_the_fields) { expect_fields(GetParam()); }
TEST_P(Decode, survives_every_cut) { expect_no_crash_when_cut(GetParam()); }

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

INSTANTIATE_TEST_SUITE_P(tunnels, Decode, testing::ValuesIn(kTunnels));

}  // namespace
}  // namespace asepsis
