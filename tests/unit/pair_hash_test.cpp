// Packets of one conversation have one hash, however they are carried.

#include "net/pair_hash.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "frames.hpp"

namespace asepsis::test {
namespace {

const Frame kUdp = udp(1000, 2000, text("hi"));
const Frame kIp = ipv4(17, kUdp);
const Frame kInner = inner_ipv4(17, kUdp);
const Frame kBridged = inner_ethernet(0x0800, kInner);

class Hashes final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override { values.push_back(pair_hash(packet)); }
  std::vector<std::uint64_t> values;
};

// Of each packet in it, the outermost first.
std::vector<std::uint64_t> hashes(std::uint16_t link_type, const Frame& frame) {
  Hashes out;
  decode(link_type, frame, static_cast<std::uint32_t>(frame.size()), out);
  return out.values;
}
std::uint64_t outermost(std::uint16_t link_type, const Frame& frame) {
  return hashes(link_type, frame).at(0);
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

TEST(PairHash, is_one_for_the_ends_of_a_tunnel_and_one_for_what_it_carries) {
  const std::uint64_t ends = outermost(1, ethernet(0x0800, kIp));
  const std::uint64_t inside = outermost(101, kInner);
  const Frame vxlan = udp(999, 4789, hex("08 00 00 00 00 00 7b 00") + kBridged);
  for (const Frame& carried :
       {ipv4(47, hex("00 00 08 00") + kInner), ipv4(4, kInner), ipv4(17, vxlan)})
    EXPECT_EQ(hashes(1, ethernet(0x0800, carried)), (std::vector{ends, inside}));
}

}  // namespace
}  // namespace asepsis::test
