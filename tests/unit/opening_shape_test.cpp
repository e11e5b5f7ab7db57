// What the shape of an unknown flow tells, and what it must never tell.

#include "proto/opening_shape.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "frames.hpp"

namespace asepsis::test {
namespace {

struct Turn {
  Side from;
  Frame bytes;
};

// A shape with what it keeps.
struct Shaped {
  void add(Side from, Bytes bytes) { shape.add(from, bytes, kept); }
  void lose(Side from, std::uint64_t size) { shape.lose(from, size, kept); }
  OpeningShape::Text text() const { return shape.text(kept); }
  OpeningShape::Mark mark() const { return shape.mark(kept); }
  std::uint16_t size(Side side) const { return shape.size(side); }
  bool settled() const { return shape.settled(); }

  OpeningShape shape;
  OpeningShape::Kept kept;
};

Shaped shape_of(const std::vector<Turn>& turns) {
  Shaped shape;
  for (const Turn& turn : turns) shape.add(turn.from, turn.bytes);
  return shape;
}

std::string kind_of(const Frame& bytes) {
  return std::string(shape_of({{Side::client, bytes}}).text().view());
}

TEST(OpeningShape, TellsKindsOfBytes) {
  EXPECT_EQ(kind_of(text("HELLO 1\r\n")), "client: text");
  EXPECT_EQ(kind_of(text("{\"a\": 1}")), "client: json");
  EXPECT_EQ(kind_of(text("<a/>")), "client: xml");
  EXPECT_EQ(kind_of(hex("02") + text("R|1|x")), "client: framed text");
  EXPECT_EQ(kind_of(text(std::string("M\0i\0n\0d\0", 8))), "client: utf-16");
  EXPECT_EQ(kind_of(hex("00 00 00 00")), "client: zeros");
  EXPECT_EQ(kind_of(hex("00 00 00 08") + text("abcdefgh")), "client: length be32 at 0");
  EXPECT_EQ(kind_of(hex("aa 55 0c 00") + text("abcdefgh")), "client: length le16 at 2");
  EXPECT_EQ(kind_of(hex("00 00 00 09") + text("abcdefgh")), "client: binary");
  EXPECT_EQ(kind_of(hex("01 02 03")), "client: binary");
}

TEST(OpeningShape, TellsWhoSpeaksFirstAndHowMuch) {
  const Shaped greeted = shape_of({{Side::server, text("READY\n")},
                                   {Side::client, hex("01 fe")},
                                   {Side::server, text("and more")},
                                   {Side::client, hex("02")}});
  EXPECT_EQ(greeted.text().view(), "server: text; client: binary");
  EXPECT_EQ(greeted.size(Side::server), 6);
  EXPECT_EQ(greeted.size(Side::client), 2);
  EXPECT_TRUE(greeted.settled());
  EXPECT_FALSE(shape_of({{Side::client, text("x")}}).settled());
  const Frame much(5000, 'x');
  EXPECT_EQ(shape_of({{Side::client, much}}).size(Side::client), 1024);
}

TEST(OpeningShape, OfADatagramIsOneMessage) {
  OpeningShape shape;
  shape.add_datagram(Side::client, text("one"));
  shape.add_datagram(Side::client, text("and two"));
  EXPECT_EQ(shape.size(Side::client), 3);
  shape.add_datagram(Side::server, hex("01 fe"));
  EXPECT_EQ(shape.text().view(), "client: text; server: binary");
}

TEST(OpeningShape, SaysWhatIsLost) {
  Shaped shape;
  shape.lose(Side::client, 40);
  shape.add(Side::client, text("middle"));
  shape.add(Side::server, text("ok"));
  EXPECT_EQ(shape.text().view(), "client: lost; server: text");
  EXPECT_EQ(shape.size(Side::client), 46);
}

TEST(OpeningShape, DoesNotDependOnSegments) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Turn> turns;
    for (int i = 0; i < 4; ++i) {
      Frame bytes(1 + random() % 60, 0);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
      if (round % 3 == 0) bytes[0] = 0;
      if (round % 3 == 0 && bytes.size() > 2) bytes[1] = static_cast<std::uint8_t>(bytes.size());
      turns.push_back({i % 2 == round % 2 ? Side::client : Side::server, bytes});
    }
    Shaped pieces;
    for (const Turn& turn : turns)
      for (Bytes left = turn.bytes; !left.empty();) {
        const std::size_t size = 1 + random() % left.size();
        pieces.add(turn.from, left.first(size));
        left = left.subspan(size);
      }
    const Shaped whole = shape_of(turns);
    EXPECT_EQ(pieces.text().view(), whole.text().view());
    EXPECT_EQ(pieces.mark().view(), whole.mark().view());
    EXPECT_EQ(pieces.size(Side::client), whole.size(Side::client));
  }
}

TEST(OpeningShape, NeedsNothingKeptOnceItIsSettled) {
  Shaped shape = shape_of({{Side::client, hex("00 00 00 08") + text("abcdefgh")}});
  const std::string whole(shape.text().view());
  EXPECT_TRUE(shape.shape.going_on());
  shape.shape.settle(shape.kept);
  EXPECT_FALSE(shape.shape.going_on());
  EXPECT_EQ(shape.shape.text().view(), whole);
  EXPECT_EQ(shape.shape.mark().view(), "0000");
}

TEST(OpeningShape, MarksOnlyWhatNobodyIsCalled) {
  const auto mark = [](const Frame& bytes) {
    return std::string(shape_of({{Side::client, bytes}}).mark().view());
  };
  EXPECT_EQ(mark(hex("01 00 00 00")), "0100");
  EXPECT_EQ(mark(hex("02 41 42")), "02");
  EXPECT_EQ(mark(hex("aa 55 10")), "aa55");
  EXPECT_EQ(mark(hex("aa")), "");
  EXPECT_EQ(mark(text("SMITH^JOHN")), "");
  EXPECT_EQ(mark(text("4857773456")), "");
  EXPECT_EQ(mark(text("M\xfcller")), "");
  EXPECT_EQ(mark(text("\xc3\x9cnal")), "");
  EXPECT_EQ(mark(hex("d5 c5 ce b0")), "");          // a name in GBK
  EXPECT_EQ(mark(hex("19 45 03 12")), "19");        // a birth date in packed decimals
  EXPECT_EQ(mark(hex("5f 20 4f 1f")), "");          // a name in UTF-16
  EXPECT_EQ(mark(hex("00 4d 00 69 00 6e")), "00");  // the same, big-endian letters
}

TEST(OpeningShape, NeverShowsBytesOfText) {
  // Whatever is sent, the answer is made of our own words.
  const std::string_view words =
      "client: server: ; text json xml framed zeros utf-16 length be32 le16 at 0123456789 binary";
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    Frame bytes(1 + random() % 40, 0);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const Shaped shape = shape_of({{Side::client, bytes}});
    const OpeningShape::Text told = shape.text();
    for (const char c : told.view()) EXPECT_NE(words.find(c), words.npos);
    EXPECT_LE(shape.mark().view().size(), 4U);
  }
}

}  // namespace
}  // namespace asepsis::test
