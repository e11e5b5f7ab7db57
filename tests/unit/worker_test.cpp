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

constexpr std::uint8_t kTcp = 6;

// A connection of 10.0.0.1 to port 9876, from the SYN on unless `begun` before;
// each side's words go in pieces of `size` bytes.
void connect(Hearing& hearing, const Frame& asks, const Frame& answers, std::size_t size = 1000,
             bool begun = false) {
  std::uint32_t sequence[2] = {1000, 5000};
  const auto send = [&](bool back, std::uint8_t flags, const Frame& bytes) {
    const Frame segment = (back ? be(9876, 2) + be(40000, 2) : be(40000, 2) + be(9876, 2)) +
                          be(sequence[back], 4) + be(sequence[!back], 4) + hex("50") +
                          be(flags, 1) + hex("04 00 00 00 00 00") + bytes;
    hearing.hear(ethernet(kIpv4, ipv4(kTcp, segment, 0, back)));
    sequence[back] += static_cast<std::uint32_t>(bytes.size()) + (flags & 2 ? 1 : 0);
  };
  if (!begun) {
    send(false, 0x02, {});
    send(true, 0x12, {});
  }
  for (const bool back : {false, true})
    for (Bytes left = back ? answers : asks; !left.empty();) {
      const Bytes piece = left.first(std::min(size, left.size()));
      send(back, 0x18, {piece.begin(), piece.end()});
      left = left.subspan(piece.size());
    }
}

std::string said_of_unknown(FactTable& facts) {
  std::string out;
  for (const FactRow& row : facts.facts())
    if (row.claim.name().ends_with("unknown"))
      out += to_text(row.about.ip) + ' ' + std::string(row.claim.name()) + ' ' +
             std::string(row.protocol) + '/' + std::to_string(row.port) + ' ' + row.value + '\n';
  return out;
}

TEST(Worker, TellsTheShapeOfWhatNobodyKnowsHoweverItIsCut) {
  for (const std::size_t size : {1000UZ, 7UZ, 1UZ}) {
    Hearing hearing;
    connect(hearing, be(24, 4) + text("TALBOT OLIVIA 1948-02-01"), hex("aa 55 e1 e2 e3"), size);
    EXPECT_EQ(said_of_unknown(hearing.facts()),
              "10.0.0.1 uses.unknown tcp/9876 client: length be32 at 0; server: binary\n"
              "10.0.0.2 service.unknown tcp/9876 client: length be32 at 0; server: binary\n");
    const ConversationRow& row = hearing.facts().conversations().front();
    EXPECT_EQ(row.shape, "client: length be32 at 0; server: binary");
    EXPECT_EQ(row.mark, "0000");
    EXPECT_EQ(row.client_turn.most, 28);
    EXPECT_EQ(row.server_turn.most, 5);
  }
}

TEST(Worker, HasNoShapeOfWhatItKnowsOrDidNotSeeBegin) {
  Hearing known;
  connect(known, text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), text("HTTP/1.1 204 No\r\n\r\n"));
  EXPECT_EQ(said_of_unknown(known.facts()), "");
  EXPECT_EQ(known.facts().conversations().front().shape, "");

  Hearing begun;
  connect(begun, text("nothing that anybody knows"), text("neither this"), 1000, true);
  EXPECT_EQ(said_of_unknown(begun.facts()), "");
  EXPECT_EQ(begun.facts().conversations().front().shape, "mid-stream");

  Hearing silent;
  connect(silent, {}, {});
  EXPECT_EQ(silent.facts().conversations().front().shape, "");
}

TEST(Worker, SaysOfWhoSendsDatagramsThatNobodyAnswers) {
  Hearing hearing;
  hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(5070, 9876, text("beacon")))));
  hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(5070, 9876, hex("01 02")))));
  EXPECT_EQ(said_of_unknown(hearing.facts()), "10.0.0.1 uses.unknown udp/9876 client: text\n");
}

// What is spoken where: the application of a TCP conversation to that port.
std::string_view spoken(std::uint16_t port, const Frame& opening) {
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

// One segment from 10.0.0.1, or back.
void send(Hearing& hearing, std::uint16_t from, std::uint16_t to, std::uint8_t flags,
          std::string_view words, bool back = false) {
  const Frame segment = be(from, 2) + be(to, 2) + be(1000, 4) + be(5000, 4) + hex("50") +
                        be(flags, 1) + hex("04 00 00 00 00 00") + text(words);
  hearing.hear(ethernet(kIpv4, ipv4(kTcp, segment, 0, back)));
}

constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kPush = 0x18;

TEST(Worker, NamesTheDataOfFtpAndDoesNotReadIt) {
  constexpr std::string_view kFile = "MSH|^~\\&|PUMP|K|GW|K|2026||ORU^R01|1|P|2.6\r";
  Hearing hearing;
  send(hearing, 40000, 21, kPush, "USER a\r\nPORT 10,0,0,1,195,80\r\n");
  send(hearing, 21, 40000, kPush, "227 Entering Passive Mode (10,0,0,2,195,81)\r\n", true);
  send(hearing, 20, 50000, kSyn, "", true);  // the server calls
  send(hearing, 20, 50000, kPush, kFile, true);
  send(hearing, 40001, 50001, kSyn, "");  // the client calls, for a list that is empty
  send(hearing, 40002, 50002, kPush, kFile);
  const auto& rows = hearing.facts().conversations();
  std::map<std::string, int> spoken;
  for (const ConversationRow& row : rows) {
    const std::string where = to_text(row.server.ip) + ' ' + std::to_string(row.port);
    ++spoken[where + ' ' + std::string(row.application)];
  }
  EXPECT_EQ(spoken, (std::map<std::string, int>{{"10.0.0.2 21 ftp", 1},
                                                {"10.0.0.1 50000 ftp-data", 1},
                                                {"10.0.0.2 50001 ftp-data", 1},
                                                {"10.0.0.1 40002 hl7", 1}}));
}

TEST(Worker, KnowsTheAnswerOfTftpByWhereItWasAsked) {
  for (const bool late : {false, true}) {
    Hearing hearing;
    const auto data =
        ethernet(kIpv4, ipv4(kUdp, udp(50123, 40000, hex("00 03 00 01 41")), 0, true));
    hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(40000, 69, hex("00 01 61 00 6f 63 74 65 74 00")))));
    if (late)
      for (int i = 0; i < 61; ++i) hearing.hear(ethernet(kIpv4, ipv4(kUdp, udp(1, 2, hex("00")))));
    hearing.hear(data);
    const auto& rows = hearing.facts().conversations();
    const auto answered = std::ranges::count_if(rows, [](const ConversationRow& row) {
      return row.application == "tftp" && row.port == 50123 && row.server_packets == 1;
    });
    EXPECT_EQ(answered, late ? 0 : 1);
  }
}

}  // namespace
}  // namespace asepsis::test
