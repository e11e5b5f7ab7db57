// What one new fact takes does not grow with the estate that it is heard in.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "documents.hpp"
#include "inventory/document_store.hpp"
#include "inventory/documents.hpp"
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

constexpr int kFirst = 10;

// A register that has them all.
void register_pumps(World& world, int pumps) {
  std::string list = "Asset No,Serial Number,Ward\n";
  for (int pump = kFirst; pump < kFirst + pumps; ++pump)
    list += "A" + std::to_string(pump) + ",S-" + std::to_string(pump) + ",Ward 1\n";
  const DocumentInfo info{.site = "here",
                          .name = "register",
                          .device = "",
                          .file = "register.csv",
                          .content = list,
                          .identity = list,
                          .dated = Time()};
  ASSERT_TRUE(store_document(world.database(), info, read(list, as("register")).document));
  ASSERT_TRUE(derive_documents(world.database(), knowledge()));
  ASSERT_EQ(world.sql().execAndGet("SELECT count(device) FROM row_device").getInt(), pumps);
}

std::uint64_t steps_of_one_fact(int pumps, bool registered) {
  World world;
  for (int pump = kFirst; pump < kFirst + pumps; ++pump) {
    world.pump(pump);
    world.fact({pump, "device.serial", "S-" + std::to_string(pump)});
    world.fact({pump, "service.banner", "busybox", 23});
  }
  world.derive();
  if (registered) register_pumps(world, pumps);
  world.fact({kFirst, "clear.shell", "telnet", 23});
  const Steps steps(world.sql());
  const auto updated = update_inventory(world.database(), knowledge());
  EXPECT_TRUE(updated && !updated->whole);
  EXPECT_EQ(updated->devices.size(), 1U);
  return steps.so_far();
}

TEST(Update, OfOneFactTakesAsLongInALargerEstate) {
  for (const bool registered : {false, true}) {
    const std::uint64_t few = steps_of_one_fact(20, registered);
    EXPECT_GT(few, 0U);
    EXPECT_LT(steps_of_one_fact(200, registered), few * 3 / 2) << registered;
  }
}

// Phones say that they are phones, thousands of them, and no register has that name.
std::uint64_t steps_of_a_name_in_common(int pumps) {
  World world;
  for (int pump = kFirst; pump < kFirst + pumps; ++pump) {
    world.pump(pump);
    world.fact({pump, "device.serial", "S-" + std::to_string(pump)});
    if (pump > kFirst) world.fact({pump, "name.host", "phone"});
  }
  world.derive();
  register_pumps(world, pumps);
  world.fact({kFirst, "name.host", "phone"});
  const Steps steps(world.sql());
  const auto updated = update_inventory(world.database(), knowledge());
  EXPECT_TRUE(updated && !updated->whole);
  EXPECT_EQ(updated->devices.size(), 1U);
  return steps.so_far();
}

TEST(Update, OfANameThatNoRowHasReachesNobodyWhoHasItToo) {
  const std::uint64_t few = steps_of_a_name_in_common(20);
  EXPECT_GT(few, 0U);
  EXPECT_LT(steps_of_a_name_in_common(200), few * 3 / 2);
}

}  // namespace
}  // namespace asepsis
