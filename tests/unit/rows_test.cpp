// The forms answers go out in, and that text from strangers is harmless in
// each of them.

#include "export/rows.hpp"
#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace asepsis {
namespace {

using Kind = Column::Kind;

std::string as_table(const Rows& rows, std::size_t width = 0) {
  std::ostringstream out;
  write_table(out, rows, {.width = width, .colour = false});
  return out.str();
}

std::string as_csv(const Rows& rows) {
  std::ostringstream out;
  write_csv(out, rows);
  return out.str();
}

std::string as_json(const Rows& rows) {
  std::ostringstream out;
  write_json_lines(out, rows);
  return out.str();
}

// U+202E, by its bytes: compilers and reviewers distrust it in a literal.
const std::string kOverride{'\xe2', '\x80', '\xae'};

Rows one_cell(std::string text, Kind kind = Kind::text) {
  return {{{.name = "x", .kind = kind}}, {{std::move(text)}}};
}

TEST(Json, IsOneObjectALineWithoutWhatIsNotKnown) {
  const Rows rows{{{.name = "id"},
                   {.name = "port", .kind = Kind::number},
                   {.name = "ip", .kind = Kind::json},
                   {.name = "model"}},
                  {{"d-1", "104", R"(["10.0.0.1"])", std::nullopt}, {"d-2", "7", "[]", "M"}}};
  EXPECT_EQ(as_json(rows),
            "{\"id\":\"d-1\",\"port\":104,\"ip\":[\"10.0.0.1\"]}\n"
            "{\"id\":\"d-2\",\"port\":7,\"model\":\"M\"}\n");
}

TEST(Json, EscapesQuotesControlsAndWhatTerminalsObey) {
  EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_string(std::string_view("\0\n\x1b[2J\x7f", 7)),
            R"("\u0000\u000a\u001b[2J\u007f")");
  EXPECT_EQ(json_string("\u009b31m"), R"("\u009b31m")");           // CSI as one C1 control
  EXPECT_EQ(json_string("1" + kOverride + "2"), R"("1\u202e2")");  // a mark of direction
  EXPECT_EQ(json_string("Röntgen \U0001f3e5"), "\"Röntgen \U0001f3e5\"");
}

TEST(Json, TakesBytesThatAreNoUtf8ForLatin1) {
  EXPECT_EQ(json_string("R\xf6ntgen"), "\"Röntgen\"");
  EXPECT_EQ(json_string("\x9b"), R"("\u009b")");
}

TEST(Json, EscapesInsideArraysToo) {
  EXPECT_EQ(as_json(one_cell("[\"a\u009bb\x7f\"]", Kind::json)),
            "{\"x\":[\"a\\u009bb\\u007f\"]}\n");
}

TEST(Csv, QuotesWhatWouldBreakARow) {
  EXPECT_EQ(as_csv(one_cell("a,b")), "x\r\n\"a,b\"\r\n");
  EXPECT_EQ(as_csv(one_cell("say \"aah\"")), "x\r\n\"say \"\"aah\"\"\"\r\n");
  EXPECT_EQ(as_csv(one_cell("two\r\nlines")), "x\r\ntwo\\x0d\\x0alines\r\n");
}

TEST(Csv, HasNoFormulas) {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)"})
    EXPECT_EQ(as_csv(one_cell(text)), "x\r\n'" + std::string(text) + "\r\n");
  EXPECT_EQ(as_csv(one_cell("\t=1")), "x\r\n\\x09=1\r\n");
  EXPECT_EQ(as_csv(one_cell(R"(["=1"])", Kind::json)), "x\r\n'=1\r\n");
  EXPECT_EQ(as_csv(one_cell("-1", Kind::number)), "x\r\n-1\r\n");
}

TEST(Table, EscapesControlsAndMarksOfDirection) {
  EXPECT_EQ(as_table(one_cell("\x1b]0;x\x07")), "x\n\\x1b]0;x\\x07\n");
  EXPECT_EQ(as_table(one_cell("a" + kOverride + "b")), "x\na\\xe2\\x80\\xaeb\n");
  EXPECT_EQ(as_table(one_cell("a\u061cb")), "x\na\\xd8\\x9cb\n");
  EXPECT_EQ(as_table(one_cell("a\\b\xff")), "x\na\\x5cb\\xff\n");
}

TEST(Table, AlignsByCharactersAndNumbersToTheRight) {
  const Rows rows{{{.name = "name"}, {.name = "port", .kind = Kind::number}},
                  {{"Röntgen", "104"}, {"CT", "11112"}}};
  EXPECT_EQ(as_table(rows),
            "name      port\n"
            "Röntgen    104\n"
            "CT       11112\n");
}

TEST(Table, CutsTheWidestTextAndNoNumber) {
  const Rows rows{{{.name = "what"}, {.name = "bytes", .kind = Kind::number}},
                  {{"an infusion pump in ward seven", "1234567890"}}};
  EXPECT_EQ(as_table(rows, 30),
            "what                     bytes\n"
            "an infusion pump \u2026  1234567890\n");
  // Rather too wide than a wrong number.
  EXPECT_EQ(as_table(rows, 5), "what         bytes\nan in\u2026  1234567890\n");
}

TEST(Table, CutsBetweenCharacters) {
  const Rows rows = one_cell("ééééééééééééé");
  EXPECT_EQ(as_table(rows, 8), "x\nééééééé\u2026\n");
}

TEST(Table, LeavesOutWhatCanBeSparedAndSaysSo) {
  const Rows rows{{{.name = "id", .least = SIZE_MAX},
                   {.name = "name", .spare = 1},
                   {.name = "area", .spare = 2}},
                  {{"d-3f21ab90cc", "monitor seven", "intensive care"}}};
  EXPECT_EQ(as_table(rows, 44),
            "id            name           area\n"
            "d-3f21ab90cc  monitor seven  intensive care\n");
  EXPECT_EQ(as_table(rows, 30),
            "id            name\n"
            "d-3f21ab90cc  monitor seven\n"
            "(a wider terminal shows more: area)\n");
  EXPECT_EQ(as_table(rows, 14), "id\nd-3f21ab90cc\n(a wider terminal shows more: name, area)\n");
}

TEST(Table, ShowsTheFirstOfSeveralAndTimesToTheSecond) {
  EXPECT_EQ(as_table(one_cell(R"(["10.0.0.1","10.0.0.2","fe80::1"])", Kind::json)),
            "x\n10.0.0.1 +2\n");
  EXPECT_EQ(as_table(one_cell("2026-11-22T03:48:32.704063Z", Kind::time)),
            "x\n2026-11-22 03:48:32Z\n");
  EXPECT_EQ(as_json(one_cell("2026-11-22T03:48:32.704063Z", Kind::time)),
            "{\"x\":\"2026-11-22T03:48:32.704063Z\"}\n");
}

TEST(Table, OfNothingIsItsHeading) {
  EXPECT_EQ(as_table({{{.name = "id"}, {.name = "class"}}, {}}, 80), "id  class\n");
  EXPECT_EQ(as_table({}), "");
}

}  // namespace
}  // namespace asepsis
