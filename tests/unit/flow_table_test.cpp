// The flow table: what a listener is shown of TCP streams that come in order,
// out of order, twice, in part or for ever.

#include "flow/flow_table.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "frames.hpp"

namespace asepsis {
namespace {

// Writes down what it is shown: "c:" and "s:" before bytes, "[n]" for a loss.
class Notes final : public FlowListener {
 public:
  std::uint64_t on_data(Flow&, Side from, Bytes bytes) override {
    said[static_cast<std::size_t>(from)] += as_text(bytes);
    const std::uint64_t skip = skip_next;
    skip_next = 0;
    return skip;
  }
  void on_loss(Flow&, Side from, std::uint64_t size) override {
    said[static_cast<std::size_t>(from)] += "[" + std::to_string(size) + "]";
  }
  void on_closed(Flow&) override { ++closed; }
  void on_end(Flow& flow) override {
    ++ended;
    packets += flow.client().packets + flow.server().packets;
    last_client = flow.client_ip();
    if (flow.refused) ++refused;
    vlans = {int{flow.client().vlan}, int{flow.server().vlan}};
  }

  std::string said[2];
  std::uint64_t skip_next = 0;
  std::uint64_t closed = 0, ended = 0, packets = 0, refused = 0;
  Ip last_client;
  std::pair<int, int> vlans;
};

Ip ip(std::uint8_t last) { return Ip::v4(std::array<std::uint8_t, 4>{10, 0, 0, last}); }

Decoded segment(bool from_client, std::uint32_t sequence, std::string_view text,
                std::uint8_t flags = tcp_flag::kAck, std::uint32_t acknowledged = 0) {
  Decoded packet;
  packet.kind = Decoded::Kind::datagram;
  packet.protocol = ip_protocol::kTcp;
  packet.ttl = 64;
  packet.src = ip(from_client ? 1 : 2);
  packet.dst = ip(from_client ? 2 : 1);
  packet.src_port = from_client ? 40'000 : 104;
  packet.dst_port = from_client ? 104 : 40'000;
  packet.tcp_flags = flags;
  packet.tcp_seq = sequence;
  packet.tcp_ack = acknowledged;
  packet.payload = as_bytes(text);
  packet.payload_length = static_cast<std::uint32_t>(text.size());
  return packet;
}

Time at(double seconds) {
  return time_from_nanoseconds(1'700'000'000'000'000'000 +
                               static_cast<std::int64_t>(seconds * 1e9));
}

struct Table {
  explicit Table(FlowLimits limits = {}) : flows(notes, limits) {}
  void add(const Decoded& packet, double seconds = 0) { flows.add(packet, at(seconds), ++number); }
  void open() { add(segment(true, 999, "", tcp_flag::kSyn)); }

  Notes notes;
  FlowTable flows;
  std::uint64_t number = 0;
};

struct Piece {
  std::uint32_t sequence;
  std::string text;
};

struct ReassemblyCase {
  std::string name;
  std::vector<Piece> pieces;
  std::string shown;
};

TEST(FlowTable, ShowsEachByteOnceInOrder) {
  const ReassemblyCase cases[] = {
      {"in order", {{1000, "abc"}, {1003, "def"}}, "abcdef"},
      {"swapped", {{1003, "def"}, {1000, "abc"}}, "abcdef"},
      {"repeated", {{1000, "abc"}, {1000, "abc"}, {1003, "def"}}, "abcdef"},
      {"repeated early", {{1003, "def"}, {1003, "def"}, {1000, "abc"}}, "abcdef"},
      {"overlap: the first copy wins", {{1000, "abc"}, {1001, "XXd"}}, "abcd"},
      {"an early one overlaps what comes", {{1002, "cd"}, {1000, "abX"}}, "abXd"},
      {"three early ones", {{1006, "g"}, {1004, "ef"}, {1002, "cd"}, {1000, "ab"}}, "abcdefg"},
      {"keep-alive", {{1000, "abc"}, {1002, "c"}, {1003, "d"}}, "abcd"},
      {"never filled", {{1000, "ab"}, {1004, "ef"}}, "ab[2]ef"},
  };
  for (const ReassemblyCase& test : cases) {
    Table table;
    table.open();
    for (const Piece& piece : test.pieces) table.add(segment(true, piece.sequence, piece.text));
    table.flows.finish();
    EXPECT_EQ(table.notes.said[0], test.shown) << test.name;
    EXPECT_EQ(table.notes.ended, 1U) << test.name;
  }
}

TEST(FlowTable, SequenceNumbersWrap) {
  Table table;
  table.add(segment(true, 0xfffffffdU, "", tcp_flag::kSyn));
  table.add(segment(true, 0x00000001U, "def"));
  table.add(segment(true, 0xfffffffeU, "abc"));
  table.flows.finish();
  EXPECT_EQ(table.notes.said[0], "abcdef");
}

TEST(FlowTable, AcknowledgedBytesThatNeverCameAreLost) {
  Table table;
  table.open();
  table.add(segment(true, 1000, "ab"));
  table.add(segment(true, 1004, "ef"));
  EXPECT_EQ(table.notes.said[0], "ab");
  table.add(segment(false, 1, "", tcp_flag::kAck, 1006));
  EXPECT_EQ(table.notes.said[0], "ab[2]ef");
}

TEST(FlowTable, BytesCutByTheCaptureAreLost) {
  Table table;
  table.open();
  Decoded cut = segment(true, 1000, "ab");
  cut.payload_length = 5;
  table.add(cut);
  table.add(segment(true, 1005, "f"));
  EXPECT_EQ(table.notes.said[0], "ab[3]f");
}

TEST(FlowTable, SkippedBytesAreNeitherShownNorMissed) {
  Table table;
  table.open();
  table.notes.skip_next = 6;
  table.add(segment(true, 1000, "ab"));
  table.add(segment(true, 1002, "ccc"));
  table.add(segment(true, 1007, "dX"));  // 1005 to 1006 lost, but they were to be skipped
  EXPECT_EQ(table.notes.said[0], "abX");
  EXPECT_EQ(table.flows.counts().lost_bytes, 0U);
}

TEST(FlowTable, EarlyBytesAreBounded) {
  Table table({.early_segments = 4});
  table.open();
  for (std::uint32_t i = 1; i < 100; ++i) table.add(segment(true, 1000 + 2 * i, "x"));
  table.flows.finish();
  EXPECT_GT(table.flows.counts().lost_gaps, 0U);
  EXPECT_EQ(std::ranges::count(table.notes.said[0], 'x'), 99);
}

// Else what a flow says would depend on whose packets the same worker is given.
TEST(FlowTable, WhatIsLeftAtTheEndIsOfTheFlowsOwnTime) {
  struct Watch final : FlowListener {
    std::uint64_t on_data(Flow&, Side, Bytes) override {
      time = flows->packet_time();
      number = flows->packet_number();
      return 0;
    }
    void on_loss(Flow&, Side, std::uint64_t) override {}
    void on_closed(Flow&) override {}
    void on_end(Flow&) override {}
    const FlowTable* flows = nullptr;
    Time time;
    std::uint64_t number = 0;
  } watch;
  FlowTable flows(watch, {});
  watch.flows = &flows;
  flows.add(segment(true, 999, "", tcp_flag::kSyn), at(0), 3);
  flows.add(segment(true, 1004, "early"), at(1), 4);
  Decoded other = segment(true, 999, "", tcp_flag::kSyn);
  other.src_port = 40'001;
  flows.add(other, at(2), 5);
  flows.finish();
  EXPECT_EQ(watch.time, at(1));
  EXPECT_EQ(watch.number, 3U);
}

TEST(FlowTable, PicksUpInTheMiddleAndGuessesTheClientByPort) {
  Table table;
  table.add(segment(false, 5000, "answer"));
  table.add(segment(true, 7000, "question"));
  table.flows.finish();
  EXPECT_EQ(table.notes.said[0], "question");
  EXPECT_EQ(table.notes.said[1], "answer");
  EXPECT_EQ(table.flows.counts().mid_stream, 1U);
}

TEST(FlowTable, WhoHasNoAddressYetTalksForItself) {
  Table table;
  for (const int host : {1, 2, 3, 1}) {
    Decoded request = segment(true, 0, "");
    request.protocol = ip_protocol::kUdp;
    request.tcp_flags = 0;
    request.src = Ip::v4(std::array<std::uint8_t, 4>{});
    request.src_mac = Mac{{0, 1, 2, 3, 4, static_cast<std::uint8_t>(host)}};
    table.add(request);
  }
  table.flows.finish();
  EXPECT_EQ(table.notes.ended, 3U);
  EXPECT_EQ(table.notes.packets, 4U);
}

TEST(FlowTable, NewConnectionOnOldPorts) {
  Table table;
  table.open();
  table.add(segment(false, 1, "", tcp_flag::kSyn | tcp_flag::kAck));
  table.add(segment(true, 1000, "one"));
  table.add(segment(true, 1003, "", tcp_flag::kRst));
  table.add(segment(true, 50'000, "", tcp_flag::kSyn), 1);
  table.add(segment(true, 50'001, "two"), 1);
  table.flows.finish();
  EXPECT_EQ(table.notes.closed, 1U);
  EXPECT_EQ(table.notes.ended, 2U);
  EXPECT_EQ(table.notes.said[0], "onetwo");
}

// A server that holds the remains of an older connection answers a SYN with a
// bare ACK; the client resets that and says its SYN again.
TEST(FlowTable, ConnectionAnsweredAfterAReset) {
  Table table;
  table.open();
  table.add(segment(false, 77, "", tcp_flag::kAck, 555));
  table.add(segment(true, 555, "", tcp_flag::kRst));
  table.open();
  table.add(segment(false, 4999, "", tcp_flag::kSyn | tcp_flag::kAck, 1000));
  table.add(segment(true, 1000, "ask"));
  table.add(segment(false, 5000, "answer"));
  table.flows.finish();
  EXPECT_EQ(table.notes.said[0], "ask");
  EXPECT_EQ(table.notes.said[1], "answer");
  EXPECT_EQ(table.notes.last_client, ip(1));
}

TEST(FlowTable, SilentFlowsEnd) {
  Table table;
  table.open();
  table.add(segment(true, 1000, "a"));
  Decoded datagram = segment(true, 0, "x");
  datagram.protocol = ip_protocol::kUdp;
  table.add(datagram, 1);
  EXPECT_EQ(table.flows.size(), 2U);
  table.add(datagram, 100);  // the unanswered connection is long over, the datagrams are not
  EXPECT_EQ(table.flows.size(), 1U);
  EXPECT_EQ(table.notes.ended, 1U);
  table.add(datagram, 100'000);
  EXPECT_EQ(table.notes.ended, 2U);
}

TEST(FlowTable, KeepsItsBoundUnderAFlood) {
  Table table({.flows = 1000});
  table.open();
  table.add(segment(false, 1, "", tcp_flag::kSyn | tcp_flag::kAck));
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    Decoded syn = segment(true, 1, "", tcp_flag::kSyn);
    syn.src = Ip::v4(std::array<std::uint8_t, 4>{11, static_cast<std::uint8_t>(i >> 16),
                                                 static_cast<std::uint8_t>(i >> 8),
                                                 static_cast<std::uint8_t>(i)});
    table.add(syn, 0.001 * i);
  }
  EXPECT_LE(table.flows.size(), 1000U);
  // The answered connection is kept before the noise.
  table.add(segment(true, 1000, "still here"), 50);
  EXPECT_EQ(table.notes.said[0], "still here");
  table.flows.finish();
  EXPECT_EQ(table.notes.packets, 50'000U + 3U);
}

// Any segmentation, order within a window, and repetition gives the same text.
TEST(FlowTable, AnyOrderWithinReachGivesTheSameStream) {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 4000; ++i) text += static_cast<char>('a' + random() % 26);
  for (int round = 0; round < 50; ++round) {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 60, text.size() - i);
      const auto copies = 1 + (random() % 8 == 0 ? 1U : 0U);
      for (unsigned copy = 0; copy < copies; ++copy)
        pieces.push_back({static_cast<std::uint32_t>(1000 + i), text.substr(i, size)});
      i += size;
    }
    for (std::size_t i = 0; i + 8 < pieces.size(); i += 8)
      std::shuffle(pieces.begin() + static_cast<std::ptrdiff_t>(i),
                   pieces.begin() + static_cast<std::ptrdiff_t>(i) + 8, random);
    Table table;
    table.open();
    for (const Piece& piece : pieces) table.add(segment(true, piece.sequence, piece.text));
    table.flows.finish();
    EXPECT_EQ(table.notes.said[0], text) << "round " << round;
  }
}

// UDP from port 40000 of .1 to 161 of .2.
Decoded datagram(bool from_client) {
  Decoded packet = segment(from_client, 0, "x", 0);
  packet.protocol = ip_protocol::kUdp;
  (from_client ? packet.dst_port : packet.src_port) = 161;
  return packet;
}

// ICMP of that type and code by `sender`, to .1; it quotes the datagram.
Decoded unreachable(std::uint8_t sender, std::uint16_t type_and_code, const test::Frame& message) {
  Decoded packet = segment(false, 0, "", 0);
  packet.protocol = ip_protocol::kIcmp;
  packet.src = ip(sender);
  packet.src_port = type_and_code;
  packet.dst_port = 0;
  packet.payload = message;
  packet.payload_length = static_cast<std::uint32_t>(message.size());
  return packet;
}

std::uint64_t refusals(std::uint8_t sender, std::uint16_t type_and_code, bool then_cut) {
  const test::Frame quoted =
      test::port_unreachable(test::ipv4(17, test::udp(40'000, 161, test::text("x"))));
  Table table;
  table.add(datagram(true));
  table.add(unreachable(sender, type_and_code, quoted));
  const test::Frame cut(quoted.begin(), quoted.begin() + 20);
  if (then_cut) table.add(unreachable(sender, type_and_code, cut));
  table.flows.finish();
  return table.notes.refused;
}

TEST(FlowTable, WhatTheServerSendsBackByIcmpIsRefused) {
  EXPECT_EQ(refusals(2, 0x0303, false), 1U);  // nothing listens at the port
  EXPECT_EQ(refusals(2, 0x030a, true), 1U);   // a filter on the host; then a message cut short
  EXPECT_EQ(refusals(2, 0x0304, false), 0U);  // too long for the way
  EXPECT_EQ(refusals(9, 0x0301, false), 0U);  // a router knows no way there
}

// The client has gone before the answer came: its server refuses nothing.
TEST(FlowTable, WhatTheClientSendsBackIsNotRefused) {
  const test::Frame quoted =
      test::port_unreachable(test::ipv4(17, test::udp(161, 40'000, test::text("x")), 0, true));
  Table table;
  table.add(datagram(true));
  table.add(datagram(false));
  Decoded icmp = unreachable(1, 0x0303, quoted);
  icmp.dst = ip(2);
  table.add(icmp);
  table.flows.finish();
  EXPECT_EQ(table.notes.refused, 0U);
}

Decoded on_vlan(std::uint16_t vlan, Decoded packet) {
  packet.vlan = vlan;
  return packet;
}

TEST(FlowTable, DirectionsOnTwoVlansAreOneFlow) {
  Table table;
  table.add(on_vlan(47, segment(true, 999, "", tcp_flag::kSyn)));
  table.add(on_vlan(57, segment(false, 4999, "", tcp_flag::kSyn | tcp_flag::kAck, 1000)));
  table.add(on_vlan(57, segment(false, 5000, "hello", tcp_flag::kAck, 1000)));
  table.add(on_vlan(47, segment(true, 1000, "who", tcp_flag::kAck, 5005)));
  table.add(on_vlan(57, segment(false, 5005, " you", tcp_flag::kAck, 1003)));
  EXPECT_EQ(table.notes.said[0], "who");
  EXPECT_EQ(table.notes.said[1], "hello you");
  EXPECT_EQ(table.flows.size(), 1);
  table.flows.finish();
  EXPECT_EQ(table.notes.ended, 1);
  EXPECT_EQ(table.notes.vlans, (std::pair<int, int>{47, 57}));
  // Nothing of it is left for the next one.
  table.add(on_vlan(57, segment(false, 5009, "late")));
  EXPECT_EQ(table.flows.size(), 1);
}

TEST(FlowTable, CopiesOnTwoVlansStayApart) {
  Table table;
  const Decoded ask = segment(true, 999, "", tcp_flag::kSyn);
  const Decoded answer = segment(false, 4999, "", tcp_flag::kSyn | tcp_flag::kAck, 1000);
  table.add(on_vlan(47, ask));
  table.add(on_vlan(57, ask));
  table.add(on_vlan(57, answer));
  table.add(on_vlan(47, answer));
  EXPECT_EQ(table.flows.size(), 2);
}

TEST(FlowTable, WhatAcknowledgesSomethingElseIsAnotherFlow) {
  Table table;
  table.add(on_vlan(47, segment(true, 999, "", tcp_flag::kSyn)));
  table.add(on_vlan(57, segment(false, 4999, "", tcp_flag::kSyn | tcp_flag::kAck, 500'001'000)));
  EXPECT_EQ(table.flows.size(), 2);
}

// Every one has two places in the table: each must be found, and go.
TEST(FlowTable, ManyFlowsOnTwoVlansComeAndGo) {
  Table table;
  constexpr std::uint16_t kFlows = 9'000;
  for (int round = 0; round < 2; ++round) {
    for (const bool from_client : {true, false})
      for (std::uint16_t i = 0; i < kFlows; ++i) {
        Decoded packet =
            segment(from_client, from_client ? 999 : 4999, "",
                    from_client ? tcp_flag::kSyn : tcp_flag::kSyn | tcp_flag::kAck, 1000);
        (from_client ? packet.src_port : packet.dst_port) = static_cast<std::uint16_t>(20'000 + i);
        table.add(on_vlan(from_client ? 47 : 57, packet));
      }
    EXPECT_EQ(table.flows.size(), kFlows);
    table.flows.finish();
    EXPECT_EQ(table.flows.size(), 0);
  }
  EXPECT_EQ(table.notes.ended, 2 * kFlows);
}

TEST(FlowTable, HopsComeFromUsualInitialTtls) {
  EXPECT_EQ(hops_of(64), 0);
  EXPECT_EQ(hops_of(63), 1);
  EXPECT_EQ(hops_of(128), 0);
  EXPECT_EQ(hops_of(120), 8);
  EXPECT_EQ(hops_of(255), 0);
  EXPECT_EQ(hops_of(1), 31);
}

TEST(FlowTable, a_keep_alive_is_no_beginning) {
  Table table;
  table.add(segment(true, 999, "\1"));
  table.add(segment(true, 1000, "GET"));
  EXPECT_EQ(table.notes.said[0], "GET");
}

}  // namespace
}  // namespace asepsis
