// Any split in any order gives the datagram; everything else is refused, and
// what is held stays within its limits.

#include "flow/fragments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "frames.hpp"

namespace asepsis {
namespace {

using test::Frame;

constexpr Time kStart = time_from_nanoseconds(1'000'000'000);

struct Part {
  std::size_t offset;
  std::size_t size;
  bool more;
};

Frame datagram_of(std::size_t size) {
  Frame bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return bytes;
}

class Fragments : public testing::Test {
 protected:
  std::optional<Bytes> add(const Part& part, std::uint32_t id = 1) {
    Decoded piece;
    piece.kind = Decoded::Kind::fragment;
    piece.protocol = ip_protocol::kUdp;
    piece.src = *ip_from_text("10.0.0.1");
    piece.dst = *ip_from_text("10.0.0.2");
    piece.vlan = vlan_;
    piece.fragment_id = id;
    piece.fragment_offset = static_cast<std::uint32_t>(part.offset);
    piece.more_fragments = part.more;
    // A copy of the exact size, gone after the call.
    const Frame copy(bytes_.begin() + static_cast<std::ptrdiff_t>(part.offset),
                     bytes_.begin() + static_cast<std::ptrdiff_t>(part.offset + part.size));
    piece.payload = copy;
    piece.payload_length = static_cast<std::uint32_t>(copy.size()) + cut_;
    return table_.add(piece, now_);
  }

  FragmentTable table_;
  Frame bytes_ = datagram_of(70'000);
  Time now_ = kStart;
  std::uint16_t vlan_ = 0;
  std::uint32_t cut_ = 0;
};

TEST_F(Fragments, any_split_in_any_order_with_repeats) {
  std::mt19937 random(1);
  for (std::uint32_t round = 0; round < 500; ++round) {
    const std::size_t total = 2 + random() % 4000;
    std::vector<Part> parts;
    for (std::size_t at = 0; at < total;) {
      const std::size_t size = std::min<std::size_t>(total - at, 8 * (1 + random() % 100));
      parts.push_back({at, size, at + size < total});
      at += size;
    }
    std::ranges::shuffle(parts, random);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      ASSERT_FALSE(add(parts[i], round));
      ASSERT_FALSE(add(parts[random() % (i + 1)], round));
    }
    const auto whole = add(parts.back(), round);
    ASSERT_TRUE(whole);
    ASSERT_TRUE(std::ranges::equal(*whole, Bytes(bytes_).first(total)));
  }
  EXPECT_EQ(table_.counts().completed, 500U);
  EXPECT_EQ(table_.counts().overlapping, 0U);
  EXPECT_EQ(table_.counts().dropped, 0U);
}

TEST_F(Fragments, the_largest_datagram) {
  EXPECT_FALSE(add({0, 65'528, true}));
  EXPECT_TRUE(add({65'528, 7, false}));
  EXPECT_FALSE(add({0, 65'528, true}, 2));
  EXPECT_FALSE(add({65'528, 8, false}, 2));
  EXPECT_EQ(table_.counts().dropped, 1U);
}

TEST_F(Fragments, overlaps_are_refused_and_so_is_what_follows) {
  const std::vector<std::vector<Part>> overlaps{
      {{0, 16, true}, {8, 16, true}},   // begins within
      {{8, 16, true}, {0, 16, true}},   // ends within
      {{8, 8, true}, {0, 24, true}},    // covers
      {{0, 24, true}, {8, 8, true}},    // is covered
      {{8, 8, true}, {8, 16, true}},    // longer
      {{8, 16, true}, {8, 8, true}},    // shorter
      {{16, 8, false}, {8, 4, false}},  // two ends
      {{16, 8, true}, {8, 8, false}},   // an end before the end
      {{8, 8, false}, {16, 8, true}},   // beyond the end
      {{8, 8, true}, {8, 8, false}},    // the same bytes, but the last
      {{8, 8, false}, {8, 8, true}},    // the same bytes, but not the last
  };
  std::uint32_t id = 0;
  for (const auto& parts : overlaps) {
    ++id;
    for (const Part& part : parts) EXPECT_FALSE(add(part, id));
    EXPECT_EQ(table_.counts().overlapping, id);
    EXPECT_FALSE(add({0, 8, true}, id));
    EXPECT_FALSE(add({8, 8, false}, id));
    EXPECT_EQ(table_.counts().completed, 0U);
  }
}

TEST_F(Fragments, other_bytes_at_the_same_place_overlap) {
  EXPECT_FALSE(add({0, 8, true}));
  bytes_[3] ^= 1;
  EXPECT_FALSE(add({0, 8, true}));
  EXPECT_EQ(table_.counts().overlapping, 1U);
}

TEST_F(Fragments, pieces_that_cannot_be_used_are_dropped) {
  EXPECT_FALSE(add({0, 7, true}));   // no multiple of eight
  EXPECT_FALSE(add({8, 0, false}));  // empty
  cut_ = 1;
  EXPECT_FALSE(add({0, 8, true}));  // cut short by the capture
  cut_ = 0;
  EXPECT_EQ(table_.counts().dropped, 3U);
  EXPECT_FALSE(add({0, 8, true}));
  EXPECT_TRUE(add({8, 3, false}));
}

TEST_F(Fragments, networks_do_not_mix) {
  EXPECT_FALSE(add({0, 8, true}));
  vlan_ = 7;
  EXPECT_FALSE(add({8, 8, false}));
  vlan_ = 0;
  EXPECT_TRUE(add({8, 8, false}));
}

TEST_F(Fragments, time_out) {
  EXPECT_FALSE(add({0, 8, true}));
  now_ += std::chrono::seconds(31);
  EXPECT_FALSE(add({8, 8, false}));
  EXPECT_EQ(table_.counts().timed_out, 1U);
  EXPECT_TRUE(add({0, 8, true}));
}

TEST_F(Fragments, the_oldest_makes_room) {
  table_ = FragmentTable({.datagrams = 2});
  EXPECT_FALSE(add({0, 8, true}, 1));
  EXPECT_FALSE(add({0, 8, true}, 2));
  EXPECT_FALSE(add({0, 8, true}, 3));
  EXPECT_EQ(table_.counts().dropped, 1U);
  EXPECT_TRUE(add({8, 8, false}, 2));
  EXPECT_TRUE(add({8, 8, false}, 3));
  EXPECT_FALSE(add({8, 8, false}, 1));
}

TEST_F(Fragments, bytes_are_limited) {
  table_ = FragmentTable({.bytes = 10'000});
  EXPECT_FALSE(add({0, 4000, true}, 1));
  EXPECT_FALSE(add({0, 4000, true}, 2));
  EXPECT_FALSE(add({0, 4000, true}, 3));
  EXPECT_FALSE(add({4000, 8, false}, 1));
  EXPECT_TRUE(add({4000, 8, false}, 3));
}

TEST_F(Fragments, one_larger_than_everything_goes) {
  table_ = FragmentTable({.bytes = 1000});
  EXPECT_FALSE(add({0, 4000, true}));
  EXPECT_EQ(table_.counts().dropped, 1U);
  EXPECT_FALSE(add({4000, 8, false}));
}

TEST_F(Fragments, what_comes_to_nothing_is_told_once) {
  std::vector<std::uint32_t> ids;
  table_.on_incomplete([&](const Decoded& piece, Time, std::uint64_t) {
    EXPECT_TRUE(piece.payload.empty());
    ids.push_back(piece.fragment_id);
  });
  add({0, 8, true}, 1);
  add({8, 8, true}, 1);
  now_ += std::chrono::seconds(31);
  add({0, 8, true}, 2);  // the first times out
  add({8, 8, false}, 2);
  add({0, 16, true}, 3);
  add({8, 16, true}, 3);  // overlaps
  cut_ = 1;
  add({0, 8, true}, 4);  // cut short by the capture
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{1, 4}));
  table_.finish();
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{1, 4, 3}));
}

TEST_F(Fragments, pieces_are_limited) {
  table_ = FragmentTable({.pieces = 3});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(add({i * 8, 8, true}));
  EXPECT_FALSE(add({24, 8, false}));
  EXPECT_EQ(table_.counts().dropped, 1U);
}

}  // namespace
}  // namespace asepsis
