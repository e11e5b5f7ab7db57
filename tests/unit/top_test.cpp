// What `asepsis top` shows: that it fits every screen, that nothing from the
// network is obeyed by a terminal, and that it says what is in the database.

#include "app/top_page.hpp"
#include "app/top_view.hpp"

#include <gtest/gtest.h>

#include "export/rows.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

using namespace std::chrono_literals;

const Time kNow = time_from_nanoseconds(1'800'000'000'000'000'000);

TopView full_view() {
  TopView view;
  view.listener = TopListener{.site = "here",
                              .name = "eth1",
                              .state = "listening",
                              .workers = 2,
                              .memory = 200U << 20,
                              .memory_limit = 256U << 20,
                              .dropped = 7,
                              .packet_rate = 7012,
                              .byte_rate = 2'750'000,
                              .drop_rate = 0.2,
                              .began = kNow - 26h,
                              .written = kNow - 1s};
  view.devices = 300;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    view.classes.push_back({"class-" + number, number});
    view.newest.push_back(
        {"10:00:00Z", "d-" + number, "ct", "Maker " + number, "10.0.0." + number});
    view.facts.push_back({"10:00:00Z", "10.0.0.1", "http.server", std::string(300, 'x')});
    view.findings.push_back({"5", "10:00:00Z", "d-0123456789", "Röntgen: " + number});
  }
  view.ratings = {{"5", 100}};
  view.losses = {{"malformed dns", 12}};
  return view;
}

std::string text_of(const std::vector<PageLine>& lines) {
  std::string out;
  for (const PageLine& line : lines) {
    for (const Piece& piece : line) out += piece.text + '|';
    out += '\n';
  }
  return out;
}

TEST(TopPage, FitsEveryScreen) {
  const TopView view = full_view();
  for (std::size_t width = 1; width < 140; width += 3) {
    for (std::size_t height = 1; height < 60; height += 2) {
      const auto lines = page(view, {}, {width, height}, kNow);
      ASSERT_EQ(lines.size(), height);
      for (const PageLine& line : lines) {
        std::size_t taken = 0;
        for (const Piece& piece : line) {
          EXPECT_GE(piece.column, taken) << "pieces overlap at " << width;
          taken = piece.column + width_of(piece.text);
        }
        EXPECT_LE(taken, width);
      }
    }
  }
}

TEST(TopPage, TellsHowTheListenerIs) {
  const std::string text = text_of(page(full_view(), {}, {100, 30}, kNow));
  for (const char* part :
       {"listening", "1 d 02:00:00", "eth1", "7012/s, 22.0 Mbit/s", "7, 1/s", "[#####-]",
        "200/256 MiB", "malformed dns 12", "Devices 300", "rated 5: 100", "Maker 0"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

TEST(TopPage, ScrollsTheChosenListToItsLastRowAndNoFurther) {
  PageState state;
  state.scrolled_of(Panel::newest) = 99;
  EXPECT_NE(text_of(page(full_view(), state, {100, 30}, kNow)).find("Maker 99"), std::string::npos);
  state.scrolled_of(Panel::newest) = 5000;
  EXPECT_NE(text_of(page(full_view(), state, {100, 30}, kNow)).find("Maker 99"), std::string::npos);
}

TEST(TopPage, SaysThatNobodyHasListened) {
  EXPECT_NE(plain_page({}, 80, 10, kNow).find("nobody has listened"), std::string::npos);
}

TEST(TopPage, SaysWhatIsWrong) {
  PageState state;
  state.trouble = "t.db is damaged";
  EXPECT_NE(text_of(page(full_view(), state, {80, 24}, kNow)).find("damaged"), std::string::npos);
}

TEST(TopView, EscapesWhatTheNetworkSaid) {
  World world;
  world.fact({.host = 1, .claim = "name.host", .value = "\x1b]0;owned\x07\n\u009b2J"});
  world.derive();
  const auto view = top_view(world.database());
  ASSERT_TRUE(view) << view.error().message;
  const std::string text = plain_page(*view, 200, 10, kNow);
  EXPECT_NE(text.find("owned"), std::string::npos);
  for (const char* control : {"\x1b", "\x07", "\u009b"})
    EXPECT_EQ(text.find(control), std::string::npos);
}

TEST(TopView, ListsTheNewestFirstAndCountsClasses) {
  World world;
  world.fact({.host = 1, .claim = "name.host", .value = "first", .first = 10});
  world.fact({.host = 2, .claim = "name.host", .value = "second", .first = 15});
  world.derive();
  const auto view = top_view(world.database());
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_GE(view->newest.size(), 2U);
  EXPECT_EQ(view->facts.front().back(), "second");
  EXPECT_FALSE(view->listener);
  EXPECT_EQ(view->sources, 1U);
}

}  // namespace
}  // namespace asepsis
