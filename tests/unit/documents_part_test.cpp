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
    import("register", "Asset No,Host Name,Serial Number\nA1,PRN-ONE,S-77\n");
  }

  // A register once more is a newer version of it.
  void import(const std::string& kind, const std::string& text) {
    EXPECT_TRUE(store_document(world.database(),
                               {.site = "here",
                                .name = kind,
                                .device = "",
                                .file = kind,
                                .content = text,
                                .identity = text,
                                .dated = Time()},
                               read(text, as(kind)).document));
    EXPECT_TRUE(derive_documents(world.database(), knowledge()));
  }

  // What one query gives, one value a row.
  std::string asked(const std::string& query) {
    std::string out;
    SQLite::Statement rows(world.sql(), query);
    while (rows.executeStep()) out += (out.empty() ? "" : ", ") + rows.getColumn(0).getString();
    return out;
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
  ward.import("export", R"({"hostname": "pump-four", "logging": {"level": 1}})");
  ward.world.fact({4, "name.host", "pump-four"});
  EXPECT_TRUE(ward.update().contains(ward.world.id(4)));
  EXPECT_EQ(ward.asked("SELECT value FROM setting JOIN setting_kind k ON k.id = kind WHERE name = "
                       "'export.logging.level'"),
            "1");
}

TEST(DocumentsPart, ChecksAreAskedOfOthersWhereAllAreJoinedToo) {
  Ward ward;
  ward.import("export", R"({"hostname": "pump-three", "logging": {"level": 1}})");
  ward.world.fact({3, "name.host", "pump-three"});
  ward.world.fact({3, "name.host", "prn-one"});
  const std::set<std::string> updated = ward.update();
  EXPECT_EQ(ward.said(), "1 not expected, 2 not expected, 3 joined, 4 expected");
  EXPECT_EQ(updated, (std::set<std::string>{ward.world.id(1), ward.world.id(2), ward.world.id(3)}));
}

// The wire shows of host 1 no more than who made its network card.
TEST(DocumentsPart, WhatOutweighedTheWireIsTakenBackWithTheRow) {
  Ward ward;
  const std::string makers =
      "SELECT attribute || '=' || value FROM device_value JOIN device d ON d.key = device WHERE "
      "attribute GLOB 'manufacturer*' AND id = '" +
      ward.world.id(1) + "' ORDER BY 1";
  ASSERT_EQ(ward.asked(makers), "manufacturer=Intel Corporate");
  ward.import("register", "Asset No,Host Name,Manufacturer,Model\nA1,PRN-ONE,Brother,HL-L6400DW\n");
  ASSERT_EQ(ward.asked(makers), "manufacturer.heard=Intel Corporate, manufacturer=Brother");
  ward.world.sql().exec("DELETE FROM changed_model");
  ward.world.fact({3, "name.host", "prn-one"});
  ward.update();
  EXPECT_EQ(ward.asked(makers), "manufacturer=Intel Corporate");
  // It is none of the printers of that model any more.
  EXPECT_EQ(ward.asked("SELECT * FROM changed_model WHERE model = 'hll6400dw'"), "hll6400dw");
}

TEST(DocumentsPart, ARowIsNoLongerAboutWhatIsKnownByAnotherNumber) {
  Ward ward;
  ward.world.fact({2, "device.serial", "S-77"});
  ward.world.derive();
  EXPECT_TRUE(derive_documents(ward.world.database(), knowledge()));
  const std::string joined_by =
      "SELECT joined_by || ' ' || (SELECT id FROM device d WHERE d.key = r.device) FROM row_device "
      "r";
  ASSERT_EQ(ward.asked(joined_by), "serial " + ward.world.id(2));
  // Two witnesses say another number, and the name of the row is that of host 1.
  for (const char* const protocol : {"snmp", "http"}) {
    ward.world.fact({2, "device.serial", "S-88"});
    ward.world.sql().exec("UPDATE fact SET protocol = '" + std::string(protocol) +
                          "' WHERE id = (SELECT max(id) FROM fact)");
  }
  EXPECT_TRUE(ward.update().contains(ward.world.id(1)));
  EXPECT_EQ(ward.asked(joined_by), "host_name " + ward.world.id(1));
}

}  // namespace
}  // namespace asepsis
