// The pcapng format: sections, interfaces, clocks, and blocks that lie.

#include <algorithm>
#include <limits>

#include "capture_bytes.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string option(const CaptureBytes& file, std::uint16_t code, const std::string& value) {
  CaptureBytes out = file.inner();
  return out.u16(code).u16(value.size()).text(value).zeros((4 - value.size() % 4) % 4).bytes();
}

TEST(Pcapng, SectionsAndInterfaces) {
  CaptureBytes little;
  little.section().interface(1).interface(101, 2).enhanced(1, 5, "ab", 7).enhanced(0, 6, "cde");
  CaptureBytes big(true);
  big.section().interface(113).enhanced(0, 1ULL << 33, "fg");
  const ReadCapture got = read_bytes(little.bytes() + big.bytes() + little.bytes());
  EXPECT_EQ(got.packets, (std::vector<Seen>{{5000, "ab", 9, 101, 1},
                                            {6000, "cde", 3, 1, 2},
                                            {(1LL << 33) * 1000, "fg", 2, 113, 3},
                                            {5000, "ab", 9, 101, 4},
                                            {6000, "cde", 3, 1, 5}}));
  EXPECT_EQ(got.losses.cut_packets, 2);
  EXPECT_EQ(got.losses.cut_bytes, 14);
  EXPECT_EQ(got.losses.damaged_blocks, 0);
  EXPECT_EQ(got.ended_early, "");
}

TEST(Pcapng, Clocks) {
  constexpr std::int64_t kEnd = nanoseconds_since_1970(kLatest);
  constexpr std::int64_t kBegin = nanoseconds_since_1970(kEarliest);
  struct {
    int resolution;
    std::int64_t offset;
    std::uint64_t ticks;
    std::int64_t time;
  } constexpr kClocks[] = {
      {6, 0, 1'500'000, kSecond + kSecond / 2},
      {9, 0, 1'500'000'001, 1'500'000'001},
      {0, 0, 3, 3 * kSecond},
      {3, 0, 1'500, kSecond + kSecond / 2},
      {12, 0, 1'500'000'000'999, kSecond + kSecond / 2},
      {127, 0, ~0ULL, 0},
      {29, 0, ~0ULL, 0},
      {28, 0, ~0ULL, 1},
      {0x80, 0, 3, 3 * kSecond},
      {0x80 | 1, 0, 3, kSecond + kSecond / 2},
      {0x80 | 32, 0, (7ULL << 32) + (1ULL << 31), 7 * kSecond + kSecond / 2},
      {0x80 | 63, 0, 1ULL << 63, kSecond},
      {0x80 | 127, 0, ~0ULL, 0},
      {6, 1'700'000'000, 5, 1'700'000'000 * kSecond + 5000},
      {6, -2, 5'000'000, 3 * kSecond},
      {6, -7, 5'000'000, -2 * kSecond},
      {0, 0, ~0ULL, kEnd},
      {9, 0, ~0ULL, kEnd},
      {9, 0, (1ULL << 62) + 1, kEnd},
      {6, std::numeric_limits<std::int64_t>::max(), 0, kEnd},
      {6, std::numeric_limits<std::int64_t>::min(), 0, kBegin},
  };
  for (const bool big_endian : {false, true})
    for (const auto& clock : kClocks) {
      CaptureBytes file(big_endian);
      const std::string offset = file.inner().u64(static_cast<std::uint64_t>(clock.offset)).bytes();
      const std::string options =
          option(file, 2, "eth0x") +
          option(file, 9, std::string(1, static_cast<char>(clock.resolution))) +
          (clock.offset == 0 ? "" : option(file, 14, offset)) + option(file, 0, "");
      file.section().interface(1, 0, options).enhanced(0, clock.ticks, "a");
      const ReadCapture got = read_bytes(file.bytes());
      ASSERT_EQ(got.packets.size(), 1);
      EXPECT_EQ(got.packets[0].time, clock.time) << clock.resolution << " " << clock.offset;
    }
}

TEST(Pcapng, OptionsThatMakeNoSenseAreNotThere) {
  const CaptureBytes file;
  const std::string two_bytes = option(file, 9, "\x09\x09");
  const std::string beyond =
      file.inner().u16(2).u16(400).text("abcd").bytes() + option(file, 9, "\x09");
  const std::string after_the_end = option(file, 0, "") + option(file, 9, "\x09");
  for (const std::string& options : {two_bytes, beyond, after_the_end, std::string("ab")}) {
    CaptureBytes capture;
    capture.section().interface(1, 0, options).enhanced(0, 1, "a");
    const ReadCapture got = read_bytes(capture.bytes());
    ASSERT_EQ(got.packets.size(), 1);
    EXPECT_EQ(got.packets[0].time, 1000);
  }
}

TEST(Pcapng, SimplePackets) {
  CaptureBytes file;
  file.section().interface(1, 4).block(3, file.inner().u32(2).text("ab").bytes());
  file.enhanced(0, 7, "c").block(3, file.inner().u32(60).text("defg").bytes());
  file.section().interface(101).block(3, file.inner().u32(5).text("hijkl").bytes());
  EXPECT_EQ(read_bytes(file.bytes()).packets, (std::vector<Seen>{{0, "ab", 2, 1, 1},
                                                                 {7000, "c", 1, 1, 2},
                                                                 {7000, "defg", 60, 1, 3},
                                                                 {7000, "hijkl", 5, 101, 4}}));
}

TEST(Pcapng, ObsoletePackets) {
  for (const bool big_endian : {false, true}) {
    CaptureBytes file(big_endian);
    file.section().interface(1).interface(101);
    file.block(2, file.inner().u16(1).u16(9).u32(0).u32(5).u32(3).u32(8).text("abc").bytes());
    EXPECT_EQ(read_bytes(file.bytes()).packets, (std::vector<Seen>{{5000, "abc", 8, 101, 1}}));
  }
}

TEST(Pcapng, OtherBlocksArePassedOver) {
  CaptureBytes file;
  file.section().interface(1);
  // Names, statistics, secrets, custom ones, one nobody knows.
  for (const std::uint32_t type : {4U, 5U, 10U, 0xbadU, 0x40000badU, 0x12345U})
    file.block(type, "some bytes").block(type, "");
  file.block(10, std::string(5U << 20, 's')).enhanced(0, 1, "a");
  const ReadCapture got = read_bytes(file.bytes());
  EXPECT_EQ(got.packets, (std::vector<Seen>{{1000, "a", 1, 1, 1}}));
  EXPECT_EQ(got.losses.skipped_blocks, 13);
  EXPECT_EQ(got.losses.damaged_blocks, 0);
}

TEST(Pcapng, AWriterThatForgetsPaddingInLengths) {
  CaptureBytes file;
  file.section().interface(1);
  file.u32(6).u32(35).u32(0).u32(0).u32(1).u32(3).u32(3).text("abc").zeros(1).u32(35);
  file.enhanced(0, 2, "d");
  EXPECT_EQ(read_bytes(file.bytes()).packets,
            (std::vector<Seen>{{1000, "abc", 3, 1, 1}, {2000, "d", 1, 1, 2}}));
}

// Wrong inside, sound outside: what follows is read.
TEST(Pcapng, DamageInsideABlockIsPassedOver) {
  const CaptureBytes make;
  const std::string good(3, 'x');
  const auto packet = [&](std::uint32_t interface, std::uint32_t captured) {
    return make.inner().u32(interface).u64(0).u32(captured).u32(captured).text(good).bytes();
  };
  const std::pair<std::uint32_t, std::string> kBlocks[] = {
      {6, packet(0, 5)}, {6, packet(0, 0xffffffff)},
      {6, packet(1, 3)}, {6, packet(0xffffffff, 3)},
      {6, "too short"},  {6, ""},
      {2, "too short"},  {2, packet(1, 3)},
      {3, "abc"},        {3, make.inner().u32(9).text("ab").bytes()},
      {1, "ab"},         {3, ""},
  };
  for (const auto& [type, body] : kBlocks) {
    CaptureBytes file;
    file.section().interface(1).enhanced(0, 1, "a").block(type, body).enhanced(0, 2, "b");
    const ReadCapture got = read_bytes(file.bytes());
    EXPECT_EQ(got.packets, (std::vector<Seen>{{1000, "a", 1, 1, 1}, {2000, "b", 1, 1, 2}}))
        << type << escaped(body);
    EXPECT_EQ(got.losses.damaged_blocks, 1);
    EXPECT_EQ(got.ended_early, "");
  }
}

TEST(Pcapng, PacketsOfAnUnreadableInterfaceAreDamage) {
  CaptureBytes file;
  file.section().block(1, "ab").block(3, file.inner().u32(1).text("a").bytes());
  file.enhanced(0, 1, "b").interface(101).enhanced(1, 1, "c");
  const ReadCapture got = read_bytes(file.bytes());
  EXPECT_EQ(got.packets, (std::vector<Seen>{{1000, "c", 1, 101, 1}}));
  EXPECT_EQ(got.losses.damaged_blocks, 3);
}

TEST(Pcapng, APacketTooLargeIsDamage) {
  CaptureBytes file;
  file.section().interface(1).enhanced(0, 1, std::string((1U << 20) + 1, 'x'));
  file.enhanced(0, 2, std::string(1U << 20, 'y'));
  const ReadCapture got = read_bytes(file.bytes());
  ASSERT_EQ(got.packets.size(), 1);
  EXPECT_EQ(got.packets[0].bytes.size(), 1U << 20);
  EXPECT_EQ(got.losses.damaged_blocks, 1);
}

TEST(Pcapng, InterfacesAreLimited) {
  CaptureBytes file;
  file.section();
  for (int i = 0; i < 65537; ++i) file.interface(1);
  file.enhanced(65535, 1, "a").enhanced(65536, 1, "b");
  const ReadCapture got = read_bytes(file.bytes());
  EXPECT_EQ(got.packets.size(), 1);
  EXPECT_EQ(got.losses.damaged_blocks, 2);
}

// A length that lies ends the reading, with what was read before.
TEST(Pcapng, LengthsThatLie) {
  struct {
    std::uint32_t before, behind;
    const char* why;
  } constexpr kLies[] = {
      {0, 36, "a block claims 0 bytes"},
      {8, 36, "a block claims 8 bytes"},
      {0xfffffffe, 36, "a block claims 4294967294 bytes"},
      {(16U << 20) + 1, 36, "a block claims 16777217 bytes"},
      {36, 40, "a block claims 36 bytes before and 40 behind"},
      {32, 36, "a block claims 32 bytes before and 120 behind"},
  };
  for (const auto& lie : kLies) {
    CaptureBytes file;
    file.section().interface(1).enhanced(0, 1, "a");
    file.u32(6)
        .u32(lie.before)
        .u32(0)
        .u64(0)
        .u32(1)
        .u32(1)
        .text("x\0\0\0")
        .zeros(3)
        .u32(lie.behind);
    file.enhanced(0, 2, "b");
    const ReadCapture got = read_bytes(file.bytes());
    EXPECT_EQ(got.packets.size(), 1);
    EXPECT_EQ(got.losses.damaged_blocks, 1);
    EXPECT_EQ(got.ended_early, std::string("it is damaged at byte 84, after packet 1: ") + lie.why);
  }
}

TEST(Pcapng, CutAfterEveryByteLosesOnlyWhatIsCut) {
  CaptureBytes file;
  std::vector<std::size_t> blocks;  // where each ends
  std::vector<std::size_t> packets;
  const auto ends = [&](std::vector<std::size_t>& kind) { kind.push_back(file.bytes().size()); };
  file.section(), ends(blocks), file.interface(1), ends(blocks);
  file.enhanced(0, 1, "abc"), ends(packets), file.block(4, "names"), ends(blocks);
  file.block(3, file.inner().u32(2).text("de").bytes()), ends(packets);
  const std::string all = file.bytes();
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const ReadCapture got = read_bytes(all.substr(0, size));
    EXPECT_EQ(got.error.empty(), size >= blocks[0]) << size << got.error;
    const auto whole = std::ranges::count_if(packets, [&](std::size_t end) { return end <= size; });
    EXPECT_EQ(got.packets.size(), static_cast<std::size_t>(whole)) << size;
    const bool at_an_end =
        std::ranges::count(blocks, size) > 0 || std::ranges::count(packets, size) > 0;
    EXPECT_EQ(got.ended_early.empty(), at_an_end || size < blocks[0]) << size;
  }
  EXPECT_EQ(read_bytes(all.substr(0, packets[0] + 9)).ended_early,
            "it ends in the middle of a block after packet 1, at byte 84: 9 of 12 bytes are there");
}

TEST(Pcapng, SectionHeadersThatCannotBeRead) {
  const auto error = [](const CaptureBytes& file) { return read_bytes(file.bytes()).error; };
  EXPECT_EQ(error(CaptureBytes().section(2)),
            "it is a pcapng capture of version 2.0, and only version 1 can be read");
  EXPECT_EQ(error(CaptureBytes().block(0x0a0d0d0a, "no byte order mark")),
            "it is damaged at byte 0, after packet 0: a section in no known byte order");
  CaptureBytes later;
  later.section().interface(1).enhanced(0, 1, "a").section(2).interface(1).enhanced(0, 1, "b");
  const ReadCapture got = read_bytes(later.bytes());
  EXPECT_EQ(got.packets.size(), 1);
  EXPECT_EQ(got.ended_early,
            "it is from byte 84 a pcapng capture of version 2.0, and only version 1 can be read");
}

TEST(Pcapng, ASectionHeaderMayBeTooShort) {
  CaptureBytes file;
  file.block(0x0a0d0d0a, file.inner().u32(0x1a2b3c4d).u32(1).bytes());
  EXPECT_EQ(read_bytes(file.bytes()).error,
            "it is damaged at byte 0, after packet 0: its section header is too short");
}

}  // namespace
}  // namespace asepsis
