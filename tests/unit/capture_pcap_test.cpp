// The pcap format, whole, cut after every byte and damaged.

#include <algorithm>

#include "capture_bytes.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Form {
  const char* name;
  bool big_endian;
  std::uint32_t magic;
  std::uint32_t network;
  std::int64_t time;  // of 1000 s and 5 units
  std::uint16_t link_type;
};

constexpr Form kForms[] = {
    {"microseconds", false, 0xa1b2c3d4, 1, 1000 * kSecond + 5000, 1},
    {"microseconds, big-endian", true, 0xa1b2c3d4, 101, 1000 * kSecond + 5000, 101},
    {"nanoseconds", false, 0xa1b23c4d, 113, 1000 * kSecond + 5, 113},
    {"nanoseconds, big-endian", true, 0xa1b23c4d, 276, 1000 * kSecond + 5, 276},
    {"a frame check sequence of 4 bytes", false, 0xa1b2c3d4, 0x24000001, 1000 * kSecond + 5000, 1},
};

TEST(Pcap, FormsOfTheHeader) {
  for (const Form& form : kForms) {
    CaptureBytes file(form.big_endian);
    file.file_header(form.magic, form.network).record(1000, 5, "abc").record(1000, 5, "de", 7);
    const ReadCapture got = read_bytes(file.bytes());
    const std::vector<Seen> expected = {{form.time, "abc", 3, form.link_type, 1},
                                        {form.time, "de", 9, form.link_type, 2}};
    EXPECT_EQ(got.packets, expected) << form.name;
    EXPECT_EQ(got.ended_early, "") << form.name;
    EXPECT_EQ(got.losses.cut_packets, 1) << form.name;
    EXPECT_EQ(got.losses.cut_bytes, 7) << form.name;
  }
}

TEST(Pcap, ModifiedHasALongerRecordHeader) {
  for (const bool big_endian : {false, true}) {
    CaptureBytes file(big_endian);
    file.file_header(0xa1b2cd34);
    for (const char* bytes : {"abc", "de"})
      file.u32(7)
          .u32(1)
          .u32(std::string_view(bytes).size())
          .u32(60)
          .u32(2)
          .u32(0x08000400)
          .text(bytes);
    const std::vector<Seen> expected = {{7 * kSecond + 1000, "abc", 60, 1, 1},
                                        {7 * kSecond + 1000, "de", 60, 1, 2}};
    EXPECT_EQ(read_bytes(file.bytes()).packets, expected);
  }
}

// The order of the two sizes, by minor version.
TEST(Pcap, OldVersionsSwapSizes) {
  struct {
    std::uint16_t minor;
    std::uint32_t first, second;
  } constexpr kOrders[] = {{2, 60, 3}, {3, 60, 3}, {3, 3, 60}, {4, 3, 60}};
  for (const auto& order : kOrders) {
    CaptureBytes file;
    file.file_header(0xa1b2c3d4, 1, order.minor);
    file.u32(7).u32(0).u32(order.first).u32(order.second).text("abc");
    EXPECT_EQ(read_bytes(file.bytes()).packets, (std::vector<Seen>{{7 * kSecond, "abc", 60, 1, 1}}))
        << order.minor;
  }
}

TEST(Pcap, MoreCapturedThanOnTheWireIsAsLongAsCaptured) {
  CaptureBytes file;
  file.file_header().u32(0).u32(0).u32(3).u32(2).text("abc");
  const ReadCapture got = read_bytes(file.bytes());
  EXPECT_EQ(got.packets, (std::vector<Seen>{{0, "abc", 3, 1, 1}}));
  EXPECT_EQ(got.losses.cut_packets, 0);
}

TEST(Pcap, TheGreatestTime) {
  CaptureBytes file;
  file.file_header().record(0xffffffff, 0xffffffff, "");
  EXPECT_EQ(read_bytes(file.bytes()).packets.at(0).time,
            0xffffffff * kSecond + 0xffffffffLL * 1000);
}

TEST(Pcap, AHeaderAloneIsAnEmptyCapture) {
  const ReadCapture got = read_bytes(CaptureBytes().file_header().bytes());
  EXPECT_EQ(got.error, "");
  EXPECT_TRUE(got.packets.empty());
  EXPECT_EQ(got.ended_early, "");
}

TEST(Pcap, CutAfterEveryByteLosesOnlyWhatIsCut) {
  CaptureBytes file;
  file.file_header();
  std::vector<std::size_t> ends;  // of the packets
  for (const char* bytes : {"abc", "", "de"})
    ends.push_back(file.record(1, 2, bytes).bytes().size());
  const std::string all = file.bytes();
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const ReadCapture got = read_bytes(all.substr(0, size));
    EXPECT_EQ(got.error.empty(), size >= 24) << size << got.error;
    const auto whole = std::ranges::count_if(ends, [&](std::size_t end) { return end <= size; });
    EXPECT_EQ(got.packets.size(), static_cast<std::size_t>(whole)) << size;
    const bool at_an_end = size == 24 || std::ranges::count(ends, size) > 0;
    EXPECT_EQ(got.ended_early.empty(), at_an_end || size < 24) << size;
  }
  EXPECT_EQ(read_bytes(all.substr(0, ends[0] + 4)).ended_early,
            "it ends in the middle of packet 2, at byte 43: 4 of 16 bytes are there");
  EXPECT_EQ(read_bytes(all.substr(0, ends[2] - 1)).ended_early,
            "it ends in the middle of packet 3, at byte 59: 17 of 18 bytes are there");
  EXPECT_EQ(read_bytes(all.substr(0, 20)).error,
            "it ends in the middle of its header, at byte 0: 20 of 24 bytes are there");
}

TEST(Pcap, ARecordTooLargeIsDamage) {
  const std::string largest(1U << 20, 'x');
  CaptureBytes file;
  file.file_header().record(1, 0, largest).record(2, 0, largest + "x").record(3, 0, "abc");
  const ReadCapture got = read_bytes(file.bytes());
  ASSERT_EQ(got.packets.size(), 1);
  EXPECT_EQ(got.packets[0].bytes, largest);
  EXPECT_EQ(got.losses.damaged_blocks, 1);
  EXPECT_EQ(got.ended_early, "it is damaged at byte 1048616: packet 2 claims 1048577 bytes");
}

TEST(Pcap, OtherVersionsAreRefused) {
  EXPECT_EQ(read_bytes(CaptureBytes().u32(0xa1b2c3d4).u16(3).u16(1).zeros(16).bytes()).error,
            "it is a pcap capture of version 3.1, and only version 2 can be read");
}

TEST(Pcap, AFileBehindAnotherGoesOn) {
  const std::string first = CaptureBytes().file_header().record(1, 2, "abc").bytes();
  const std::string second =
      CaptureBytes(true).file_header(0xa1b23c4d, 101).record(3, 4, "de").bytes();
  const ReadCapture got = read_bytes(first + second + first);
  EXPECT_EQ(got.packets, (std::vector<Seen>{{kSecond + 2000, "abc", 3, 1, 1},
                                            {3 * kSecond + 4, "de", 2, 101, 2},
                                            {kSecond + 2000, "abc", 3, 1, 3}}));
  const std::string other = CaptureBytes().u32(0xa1b2c3d4).u16(3).u16(1).zeros(16).bytes();
  EXPECT_EQ(read_bytes(first + other).ended_early,
            "it cannot be read past packet 1, where another capture begins: it is a pcap capture "
            "of version 3.1, and only version 2 can be read");
}

TEST(Pcap, BatchesKeepTheirLimit) {
  CaptureBytes file;
  file.file_header();
  for (int i = 0; i < 10; ++i) file.record(1, 2, "abc");
  for (const std::size_t limit : {1UZ, 3UZ, 10UZ, 11UZ}) {
    const ReadCapture got = read_bytes(file.bytes(), limit);
    ASSERT_EQ(got.packets.size(), 10);
    EXPECT_EQ(got.packets.back().number, 10);
  }
}

}  // namespace
}  // namespace asepsis
