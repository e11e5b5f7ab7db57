// What documents say of a device hangs on other devices: news of one reach those and no others.

#include "documents.hpp"
#include "inventory/document_store.hpp"
#include "inventory/documents.hpp"
#include "inventory/update.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

class Ward {
 public:
  Ward() {
    for (const int host : {1, 2}) world.fact({host, "device.class", "printer"});
    world.fact({1, "name.host", "prn-one"});
    for (const int host : {3, 4}) world.pump(host);
    world.derive();
    const ReadDocument list =
        read("Asset No,Host Name,Serial Number\nA1,PRN-ONE,S-77\n", as("register"));
    EXPECT_TRUE(store_document(world.database(),
                               {.site = "here",
                                .name = "assets",
                                .device = "",
                                .file = "assets.csv",
                                .content = "1",
                                .identity = "1",
                                .dated = Time()},
                               list.document));
    EXPECT_TRUE(derive_documents(world.database(), knowledge()));
  }

  std::set<std::string> update() {
    const auto updated = update_inventory(world.database(), knowledge());
    EXPECT_TRUE(updated) << updated.error().message;
    EXPECT_FALSE(updated->whole);
    return {updated->devices.begin(), updated->devices.end()};
  }

  // "1 joined", "2 expected": of each host what is said of it.
  std::string said() {
    std::string out;
    for (int host = 1; host <= 4; ++host) {
      SQLite::Statement one(world.sql(),
                            "SELECT coalesce((SELECT 'joined' FROM row_device WHERE device = key), "
                            "(SELECT CASE expected WHEN 1 THEN 'expected' ELSE 'not expected' END "
                            "FROM unregistered WHERE device = key), 'nothing') FROM device WHERE "
                            "id = ?");
      one.bind(1, world.id(host));
      EXPECT_TRUE(one.executeStep());
      out += (out.empty() ? "" : ", ") + std::to_string(host) + ' ' + one.getColumn(0).getString();
    }
    return out;
  }

  World world;
};

TEST(DocumentsPart, ANameThatTwoHaveIsNobodys) {
  Ward ward;
  EXPECT_EQ(ward.said(), "1 joined, 2 expected, 3 expected, 4 expected");
  ward.world.fact({3, "name.host", "prn-one"});
  const std::set<std::string> updated = ward.update();
  // The register holds no printer any more.
  EXPECT_EQ(ward.said(), "1 not expected, 2 not expected, 3 expected, 4 expected");
  // Checks have to be asked of the printers, too, of which nothing was heard.
  EXPECT_EQ(updated, (std::set<std::string>{ward.world.id(1), ward.world.id(2), ward.world.id(3)}));
}

TEST(DocumentsPart, AStrongerReasonTakesARowFromAnotherDevice) {
  Ward ward;
  ward.world.fact({3, "device.serial", "S-77"});
  const std::set<std::string> updated = ward.update();
  EXPECT_EQ(ward.said(), "1 not expected, 2 not expected, 3 joined, 4 expected");
  EXPECT_TRUE(updated.contains(ward.world.id(1)));
  SQLite::Statement left(ward.world.sql(),
                         "SELECT count(*) FROM device_value v JOIN device d ON d.key = v.device "
                         "WHERE d.id = ? AND v.source = 'document'");
  left.bind(1, ward.world.id(1));
  ASSERT_TRUE(left.executeStep());
  EXPECT_EQ(left.getColumn(0).getInt(), 0);
}

TEST(DocumentsPart, NewsThatNothingHangsOnReachNobodyElse) {
  Ward ward;
  ward.world.fact({3, "name.host", "pump-three"});
  EXPECT_EQ(ward.update(), (std::set<std::string>{ward.world.id(3)}));
  EXPECT_EQ(ward.said(), "1 joined, 2 expected, 3 expected, 4 expected");
}

TEST(DocumentsPart, WhatAnExportIsJoinedToIsJoinedAsAWhole) {
  Ward ward;
  const ReadDocument own =
      read(R"({"hostname": "pump-four", "logging": {"level": 1}})", as("export"));
  EXPECT_TRUE(store_document(ward.world.database(),
                             {.site = "here",
                              .name = "",
                              .device = "",
                              .file = "pump.json",
                              .content = "2",
                              .identity = "2",
                              .dated = Time()},
                             own.document));
  EXPECT_TRUE(derive_documents(ward.world.database(), knowledge()));
  ward.world.fact({4, "name.host", "pump-four"});
  const std::set<std::string> updated = ward.update();
  EXPECT_TRUE(updated.contains(ward.world.id(4)));
  SQLite::Statement level(ward.world.sql(),
                          "SELECT value FROM setting JOIN setting_kind k ON k.id = kind WHERE name "
                          "= 'export.logging.level'");
  ASSERT_TRUE(level.executeStep());
  EXPECT_EQ(level.getColumn(0).getString(), "1");
}

}  // namespace
}  // namespace asepsis
