#include "base/ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace asepsis {
namespace {

TEST(Ahead, GivesEachPieceOnceInOrder) {
  constexpr std::size_t kPieces = 1'000;
  Ahead<std::size_t> ahead(kPieces, [](std::size_t i) { return i * i; });
  std::vector<std::size_t> got;
  while (ahead.more()) got.push_back(ahead.next([] { return false; }));
  ASSERT_EQ(got.size(), kPieces);
  for (std::size_t i = 0; i < kPieces; ++i) EXPECT_EQ(got[i], i * i);
}

TEST(Ahead, OfNothingGivesNothing) {
  const Ahead<int> ahead(0, [](std::size_t) { return 1; });
  EXPECT_FALSE(ahead.more());
}

// Whoever waits does something else; what is left of that waits in turn.
TEST(Ahead, LeavesTimeForOtherThings) {
  std::atomic<bool> may_go = false;
  Ahead<int> ahead(1, [&](std::size_t) {
    may_go.wait(false);
    return 7;
  });
  int steps = 0;
  const int piece = ahead.next([&] {
    if (++steps == 3) {
      may_go = true;
      may_go.notify_all();
    }
    return steps < 3;
  });
  EXPECT_EQ(piece, 7);
  EXPECT_EQ(steps, 3);
}

// Who is slow holds up no order and nothing is made twice.
TEST(Ahead, KeepsTheOrderOfSeveralMakers) {
  constexpr std::size_t kPieces = 500;
  std::atomic<std::size_t> made = 0;
  const auto quick = [&](std::size_t i) { return ++made, i; };
  const auto slow = [&](std::size_t i) {
    std::this_thread::yield();
    return ++made, i;
  };
  Ahead<std::size_t> ahead(kPieces, {quick, slow, slow});
  for (std::size_t i = 0; i < kPieces; ++i) EXPECT_EQ(ahead.next(), i);
  EXPECT_FALSE(ahead.more());
  EXPECT_EQ(made, kPieces);
}

// Nobody waits for what nobody wants any more.
TEST(Ahead, EndsWithoutBeingUsedUp) {
  std::atomic<std::size_t> made = 0;
  {
    Ahead<std::size_t> ahead(1'000'000, [&](std::size_t i) {
      ++made;
      return i;
    });
    EXPECT_EQ(ahead.next([] { return false; }), 0U);
  }
  EXPECT_LT(made, 100U);
}

}  // namespace
}  // namespace asepsis
