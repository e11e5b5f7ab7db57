// What one new fact takes does not grow with the estate that it is heard in.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "inventory/update.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

// Counts what the database does, in tens of its instructions.
class Steps {
 public:
  explicit Steps(SQLite::Database& sql) : sql_(sql.getHandle()) {
    sqlite3_progress_handler(sql_, 10, count, this);
  }
  ~Steps() { sqlite3_progress_handler(sql_, 0, nullptr, nullptr); }
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;
  std::uint64_t so_far() const { return steps_; }

 private:
  static int count(void* self) {
    ++static_cast<Steps*>(self)->steps_;
    return 0;
  }

  sqlite3* sql_;
  std::uint64_t steps_ = 0;
};

std::uint64_t steps_of_one_fact(int pumps) {
  constexpr int kFirst = 10;
  World world;
  for (int pump = kFirst; pump < kFirst + pumps; ++pump) {
    world.pump(pump);
    world.fact({pump, "service.banner", "busybox", 23});
  }
  world.derive();
  world.fact({kFirst, "device.firmware", "7.2"});
  const Steps steps(world.sql());
  const auto updated = update_inventory(world.database(), knowledge());
  EXPECT_TRUE(updated && !updated->whole);
  EXPECT_EQ(updated->devices.size(), 1U);
  return steps.so_far();
}

TEST(Update, OfOneFactTakesAsLongInALargerEstate) {
  const std::uint64_t few = steps_of_one_fact(20);
  EXPECT_GT(few, 0U);
  EXPECT_LT(steps_of_one_fact(200), few * 3 / 2);
}

}  // namespace
}  // namespace asepsis
