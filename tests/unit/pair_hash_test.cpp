// Packets of one conversation have one hash, however they are carried.

#include "net/pair_hash.hpp"

#include <gtest/gtest.h>

#include "frames.hpp"

namespace asepsis::test {
namespace {

const Frame kUdp = udp(1000, 2000, text("hi"));
const Frame kIp = ipv4(17, kUdp);
const Frame kInner = inner_ipv4(17, kUdp);
const Frame kBridged = inner_ethernet(0x0800, kInner);

PairHashes hashes(std::uint16_t link_type, const Frame& frame) {
  return pair_hashes(link_type, frame, static_cast<std::uint32_t>(frame.size()));
}
std::uint64_t outermost(std::uint16_t link_type, const Frame& frame) {
  return hashes(link_type, frame).values[0];
}

TEST(PairHash, is_the_same_both_ways_in_fragments_and_on_every_link) {
  const std::uint64_t hash = outermost(1, ethernet(0x0800, kIp));
  EXPECT_NE(hash, 0U);
  EXPECT_EQ(hash, outermost(1, ethernet(0x0800, ipv4(6, tcp(80, 4000, {}), 0, true))));
  EXPECT_EQ(hash, outermost(1, ethernet(0x0800, ipv4(17, Frame(8), 0x2001))));
  EXPECT_EQ(hash, outermost(1, ethernet(0x0800, ipv4(1, hex("08 00 00 00")))));
  EXPECT_EQ(hash, outermost(1, ethernet(0x8100, tag(5, 0x0800, kIp))));
  EXPECT_EQ(hash, outermost(1, ethernet(0x88a8, tag(5, 0x8100, tag(6, 0x0800, kIp)))));
  EXPECT_EQ(hash, outermost(1, ethernet(0x8847, hex("00 02 01 40") + kIp)));
  EXPECT_EQ(hash, outermost(101, kIp));
  EXPECT_EQ(hash, outermost(0, hex("02 00 00 00") + kIp));

  const std::uint64_t hash6 = outermost(1, ethernet(0x86dd, ipv6(17, kUdp)));
  EXPECT_NE(hash6, hash);
  EXPECT_EQ(hash6, outermost(1, ethernet(0x86dd, ipv6(17, kUdp, true))));
  EXPECT_EQ(hash6, outermost(101, ipv6(17, kUdp)));
  EXPECT_EQ(hash6, outermost(1, ethernet(0x86dd, ipv6(44, hex("11 00 00 09") + Frame(12)))));

  const Frame arp = ethernet(0x0806, Frame(28));
  const Frame answer = hex("02 00 00 00 00 01 02 00 00 00 00 02 08 06") + Frame(28);
  EXPECT_NE(outermost(1, arp), 0U);
  EXPECT_EQ(outermost(1, arp), outermost(1, answer));
}

TEST(PairHash, is_there_for_every_packet_in_a_tunnel) {
  const std::uint64_t ends = outermost(1, ethernet(0x0800, kIp));
  const std::uint64_t inside = outermost(101, kInner);
  const Frame vxlan = udp(999, 4789, hex("08 00 00 00 00 00 7b 00") + kBridged);
  for (const Frame& carried :
       {ipv4(47, hex("00 00 08 00") + kInner), ipv4(4, kInner), ipv4(17, vxlan)}) {
    const PairHashes both = hashes(1, ethernet(0x0800, carried));
    ASSERT_EQ(both.size, 2U);
    EXPECT_EQ(both.values[0], ends);
    EXPECT_EQ(both.values[1], inside);
    EXPECT_FALSE(both.fragment);
  }
}

TEST(PairHash, tells_what_may_hold_more_than_it_shows) {
  EXPECT_TRUE(hashes(1, ethernet(0x0800, ipv4(17, Frame(8), 0x2000))).fragment);
  EXPECT_TRUE(hashes(101, ipv6(44, hex("11 00 00 09") + Frame(12))).fragment);
  EXPECT_FALSE(hashes(1, ethernet(0x0800, kIp)).fragment);
}

TEST(PairHash, is_nothing_where_nothing_is_known) {
  EXPECT_EQ(hashes(220, kIp).size, 1U);
  EXPECT_EQ(outermost(220, kIp), 0U);
  EXPECT_EQ(outermost(1, Frame(5)), 0U);
}

}  // namespace
}  // namespace asepsis::test
