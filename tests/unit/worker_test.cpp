// What one worker makes of packets: whose the addresses are, and when it knows
// what is spoken.

#include "app/worker.hpp"

#include <gtest/gtest.h>

#include "frames.hpp"

namespace asepsis::test {
namespace {

class Hearing {
 public:
  void hear(const Frame& frame) {
    ++number_;
    worker_.add({.time = Time(std::chrono::seconds(number_)),
                 .bytes = frame,
                 .length = static_cast<std::uint32_t>(frame.size()),
                 .number = number_,
                 .link_type = 1});
  }
  FactTable& facts() {
    worker_.finish();
    return worker_.facts();
  }

 private:
  Worker worker_{WorkerLimits{}};
  std::uint64_t number_ = 0;
};

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint8_t kUdp = 17;

TEST(Worker, HearsEveryMacThatASideSendsFrom) {
  const Frame packet = ipv4(kUdp, udp(50000, 999, text("x")));
  Frame routed = packet;
  routed[8] -= 1;  // TTL
  const Frame other_router = hex("02 00 00 00 00 0b  02 00 00 00 00 0a") + be(kIpv4, 2) + routed;
  const Mac near{{2, 0, 0, 0, 0, 1}};
  const Mac behind{{2, 0, 0, 0, 0, 0x0a}};

  // Whichever was first: that of the highest TTL has the packets.
  for (const bool routed_first : {false, true}) {
    Hearing hearing;
    if (routed_first) hearing.hear(other_router);
    hearing.hear(ethernet(kIpv4, packet));
    if (!routed_first) hearing.hear(other_router);
    const auto& rows = hearing.facts().conversations();
    ASSERT_EQ(rows.size(), 2);
    const auto row = [&](const Mac& mac) {
      return std::ranges::find(rows, mac, [](const auto& one) { return one.client.mac; });
    };
    ASSERT_NE(row(near), rows.end());
    ASSERT_NE(row(behind), rows.end());
    EXPECT_EQ(row(near)->client_packets, 2);
    EXPECT_EQ(row(near)->client_hops, 0);
    EXPECT_EQ(row(behind)->client_packets, 1);
    EXPECT_EQ(row(behind)->client_hops, 1);
    EXPECT_EQ(row(behind)->client_bytes + row(behind)->server_bytes, 0);
  }
}

TEST(Worker, KnowsAProtocolBehindManyKeepAlives) {
  Hearing hearing;
  for (int i = 0; i < 20; ++i)
    hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(5070, 5070, text("\r\n")))));
  hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(5070, 5070,
                                              text("OPTIONS sip:a@b SIP/2.0\r\n"
                                                   "Via: SIP/2.0/UDP 10.0.0.1\r\n"
                                                   "User-Agent: Acme Phone 3\r\n\r\n")))));
  const auto& rows = hearing.facts().conversations();
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.front().application, "sip");
}

TEST(Worker, GivesUpOnWhatIsNothingItKnows) {
  Hearing hearing;
  for (int i = 0; i < 6; ++i)
    hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(5070, 5070, text("nothing that anybody knows")))));
  hearing.hear(ethernet(
      kIpv4, ipv4(kUdp, udp(5070, 5070, text("OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n\r\n")))));
  const auto& rows = hearing.facts().conversations();
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.front().application, "");
}

// What is spoken where: the application of a TCP conversation to that port.
std::string_view spoken(std::uint16_t port, const Frame& opening) {
  constexpr std::uint8_t kTcp = 6;
  Hearing hearing;
  hearing.hear(ethernet(kIpv4, ipv4(kTcp, tcp(50000, port, opening))));
  const auto& rows = hearing.facts().conversations();
  return rows.size() == 1 ? rows.front().application : std::string_view("not one conversation");
}

TEST(Worker, GoesByWhatIsSpokenAndNotByThePort) {
  const Frame title = text("ARCHIVE         CT_ROOM2        ");
  const Frame associate = hex("01 00 00 00 00 cd 00 01 00 00") + title + Frame(32, 0) +
                          hex("10 00 00 15") + text("1.2.840.10008.3.1.1.1");
  const Frame request = text("GET /status HTTP/1.1\r\nHost: a\r\n\r\n");
  const Frame bare = text("MSH|^~\\&|PUMP|K|GW|K|2026||ORU^R01|1|P|2.6\r");
  EXPECT_EQ(spoken(104, request), "http");
  EXPECT_EQ(spoken(2575, request), "http");
  EXPECT_EQ(spoken(80, associate), "dicom");
  EXPECT_EQ(spoken(2575, associate), "dicom");
  EXPECT_EQ(spoken(6661, bare), "hl7");
  EXPECT_EQ(spoken(104, bare), "hl7");
  EXPECT_EQ(spoken(80, hex("0b") + bare + hex("1c 0d")), "hl7");
  EXPECT_EQ(spoken(2762, hex("16 03 01 00 05 01 00 00 01 03")), "");
  EXPECT_EQ(spoken(104, text("nothing of the kind is said here, for as long as it goes on")), "");
}

}  // namespace
}  // namespace asepsis::test
