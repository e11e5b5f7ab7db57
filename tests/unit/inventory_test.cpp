// The inventory does not depend on how it was come by: any order of captures,
// any number of workers, a capture read twice, read in part before, or read
// again after a run that was cut short, give the same rows.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/reading.hpp"
#include "capture/capture_file.hpp"
#include "export/rows.hpp"
#include "inventory/derive.hpp"
#include "inventory/fact_store.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = fs::path(ASEPSIS_SOURCE_DIR) / "examples";

const Knowledge& knowledge() {
  static const auto kKnowledge = Knowledge::built_in();
  return kKnowledge.value();
}

struct Part {
  fs::path capture;
  std::size_t workers = 1;
  std::string site = "here";
  bool complete = true;
};

class Estate {
 public:
  Estate()
      : path_(fs::temp_directory_path() / ("asepsis-test-" + std::to_string(++count_) + "-" +
                                           std::to_string(getpid()) + ".db")) {}
  ~Estate() {
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(path_.string() + end);
  }
  Estate(const Estate&) = delete;
  Estate& operator=(const Estate&) = delete;

  void read(const Part& part) {
    auto reading = read_source(part.capture, {.workers = part.workers});
    ASSERT_TRUE(reading) << reading.error().message;
    auto database = Database::open(path_, Database::Mode::write);
    ASSERT_TRUE(database) << database.error().message;
    const SourceInfo source{.site = part.site,
                            .identity = reading->identity,
                            .filter = "",
                            .name = part.capture.filename(),
                            .packets = reading->counts.packets,
                            .bytes = reading->counts.bytes,
                            .first = reading->counts.first,
                            .last = reading->counts.last,
                            .complete = part.complete,
                            .ended_early = "",
                            .losses = reading->counters};
    const auto stored = store_source(*database, source, reading->facts);
    ASSERT_TRUE(stored) << stored.error().message;
    const auto derived = derive_inventory(*database, knowledge());
    ASSERT_TRUE(derived) << derived.error().message;
  }

  // Everything a person can see of it, but for the numbers of rows.
  std::string rows() {
    auto database = Database::open(path_, Database::Mode::read_only).value();
    std::string out;
    for (const char* sql :
         {"SELECT * FROM devices ORDER BY id",
          "SELECT * FROM conversations ORDER BY client, server, client_ip, server_ip, ip_protocol, "
          "port, application, security, state",
          "SELECT * FROM services ORDER BY 1, 2, 3, 4, 5, 6",
          "SELECT * FROM unknown_protocols ORDER BY 1, 2, 3, 4",
          "SELECT device, attribute, weight, rule, claim, value, protocol, packet, count FROM "
          "evidence ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
          "SELECT alias, device, anchor FROM aliases ORDER BY 1",
          "SELECT * FROM addresses ORDER BY 1, 2, 3, 4, 5, 6, 7",
          "SELECT device, setting, instance, value, state, current, level, first_seen, last_seen "
          "FROM setting_history ORDER BY 1, 2, 3, 4, 5, 6",
          "SELECT device, setting, instance, value, state, claim, text, packet FROM "
          "setting_evidence_rows ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
          "SELECT * FROM coverage ORDER BY 1, 2"}) {
      SQLite::Statement statement(database.sql(), sql);
      while (statement.executeStep()) {
        for (int i = 0; i < statement.getColumnCount(); ++i)
          out += statement.getColumn(i).getString() + '|';
        out += '\n';
      }
    }
    // They are declared, not enforced while writing.
    SQLite::Statement broken(database.sql(), "PRAGMA foreign_key_check");
    EXPECT_FALSE(broken.executeStep()) << broken.getColumn(0).getString();
    return out;
  }

 private:
  static inline int count_ = 0;
  fs::path path_;
};

std::string rows_of(const std::vector<Part>& parts) {
  Estate estate;
  for (const Part& part : parts) estate.read(part);
  return estate.rows();
}

// The first packets of a capture, as a capture of their own.
fs::path beginning_of(const fs::path& capture, std::size_t packets) {
  auto file = CaptureFile::open(capture).value();
  const fs::path path = fs::temp_directory_path() / ("asepsis-begin-" + std::to_string(getpid()));
  std::ofstream out(path, std::ios::binary);
  const auto u32 = [&](std::uint32_t value) {
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
  };
  u32(0xa1b23c4d);  // nanoseconds, in this machine's byte order
  u32(2 | 4U << 16);
  u32(0);
  u32(0);
  u32(262'144);
  u32(1);
  PacketBatch batch;
  while (packets > 0 && file.next(batch))
    for (const Packet& packet : batch.packets) {
      if (packets == 0) break;
      --packets;
      const auto nanoseconds = nanoseconds_since_1970(packet.time);
      u32(static_cast<std::uint32_t>(nanoseconds / 1'000'000'000));
      u32(static_cast<std::uint32_t>(nanoseconds % 1'000'000'000));
      u32(static_cast<std::uint32_t>(packet.bytes.size()));
      u32(packet.length);
      out.write(reinterpret_cast<const char*>(packet.bytes.data()),
                static_cast<std::streamsize>(packet.bytes.size()));
    }
  return path;
}

const fs::path kPumps = kExamples / "four-pumps.pcapng.zst";
const fs::path kHospital = kExamples / "hospital.pcapng.zst";

TEST(Inventory, ReadingTwiceCountsOnce) {
  const std::string once = rows_of({{kPumps}});
  EXPECT_NE(once.find("infusion-pump"), std::string::npos);
  EXPECT_EQ(rows_of({{kPumps}, {kPumps}}), once);
}

TEST(Inventory, AnyNumberOfWorkers) {
  const std::string alone = rows_of({{kPumps}});
  EXPECT_EQ(rows_of({{kPumps, 2}}), alone);
  EXPECT_EQ(rows_of({{kPumps, 5}}), alone);
}

TEST(Inventory, AnyOrderOfCapturesAndWorkers) {
  const std::string one = rows_of({{kPumps}, {kHospital}});
  EXPECT_EQ(rows_of({{kHospital, 3}, {kPumps, 2}}), one);
}

TEST(Inventory, PartOfACaptureFirst) {
  const std::string whole = rows_of({{kPumps}});
  const fs::path part = beginning_of(kPumps, 700);
  EXPECT_NE(rows_of({{part}}), whole);
  EXPECT_EQ(rows_of({{part}, {kPumps}}), whole);
  EXPECT_EQ(rows_of({{kPumps}, {part}}), whole);
  EXPECT_EQ(rows_of({{.capture = part, .complete = false}, {kPumps}}), whole);
  fs::remove(part);
}

TEST(Inventory, SitesWithTheSameAddressesStayApart) {
  const std::string here = rows_of({{kPumps}});
  Estate estate;
  estate.read({kPumps});
  estate.read({.capture = kPumps, .site = "elsewhere"});
  const std::string both = estate.rows();
  const auto pumps = [](const std::string& rows) {
    std::size_t count = 0;
    for (std::size_t at = rows.find("|infusion-pump|"); at != std::string::npos;
         at = rows.find("|infusion-pump|", at + 1))
      ++count;
    return count;
  };
  EXPECT_GT(pumps(here), 0U);
  EXPECT_EQ(pumps(both), 2 * pumps(here));
}

}  // namespace
}  // namespace asepsis
