// Packets on disk: as many as fit, whole records only, for their owner alone;
// and which protocols they may be kept of.

#include "capture/packet_ring.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "proto/parser.hpp"
#include "proto/patient_free.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

class Ring : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  std::shared_ptr<PacketRing> open() {
    return PacketRing::open(folder_, PacketRing::kLeastBytes).value();
  }
  // The lengths on the wire say which packets they are.
  std::vector<std::uint32_t> lengths() const {
    std::vector<std::uint32_t> out;
    for (const fs::path& path : packet_ring_files(folder_)) {
      auto file = CaptureFile::open(path).value();
      PacketBatch batch;
      while (file.next(batch))
        for (const Packet& packet : batch.packets) out.push_back(packet.length);
    }
    return out;
  }
  std::uint64_t bytes() const {
    std::uint64_t all = 0;
    for (const fs::path& path : packet_ring_files(folder_)) all += fs::file_size(path);
    return all;
  }

  const std::vector<std::uint8_t> body_ = std::vector<std::uint8_t>(1400, 0x5a);
  Packet packet(std::uint32_t length, std::uint16_t link_type = 1) const {
    return {.time = time_from_nanoseconds(1'800'000'000'123'456'789 + length),
            .bytes = body_,
            .length = length,
            .number = 1,
            .link_type = link_type};
  }

  fs::path folder_ = fs::temp_directory_path() / ("packet_ring_" + std::to_string(::getpid()));
};

TEST_F(Ring, GivesBackWhatWasKept) {
  {
    const auto ring = open();
    ring->add(packet(1400), Bytes(body_).first(60));
    ring->add(packet(1500, 101), body_);
    ring->add(packet(1600), Bytes(body_).first(3));
  }
  auto file = CaptureFile::open(packet_ring_files(folder_).front()).value();
  PacketBatch batch;
  ASSERT_TRUE(file.next(batch));
  ASSERT_EQ(batch.packets.size(), 3U);
  EXPECT_EQ(batch.packets[0].bytes.size(), 60U);
  EXPECT_EQ(batch.packets[0].time, packet(1400).time);
  EXPECT_EQ(batch.packets[1].link_type, 101);
  EXPECT_EQ(batch.packets[1].bytes.size(), body_.size());
  EXPECT_EQ(batch.packets[2].link_type, 1);
  EXPECT_EQ(batch.packets[2].length, 1600U);
}

TEST_F(Ring, StaysWithinItsSizeAndKeepsTheNewest) {
  for (int run = 0; run < 3; ++run) {
    const auto ring = open();
    for (std::uint32_t i = 0; i < 20'000; ++i) ring->add(packet(2000 + i), body_);
    ring->flush();
    EXPECT_LE(bytes(), PacketRing::kLeastBytes);
  }
  const auto kept = lengths();
  ASSERT_GT(kept.size(), 9'000U);
  EXPECT_EQ(kept.back(), 2000U + 19'999);
  for (std::size_t i = 1; i < kept.size(); ++i) ASSERT_EQ(kept[i], kept[i - 1] + 1);
}

TEST_F(Ring, IsForItsOwnerAlone) {
  open()->add(packet(1500), body_);
  struct stat status {};
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(packet_ring_files(folder_).front().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Ring, GoesOnAfterARecordThatWasCut) {
  {
    const auto ring = open();
    ring->add(packet(1500), body_);
    ring->add(packet(1501), body_);
  }
  const fs::path first = packet_ring_files(folder_).front();
  fs::resize_file(first, fs::file_size(first) - 100);
  open()->add(packet(1502), body_);
  EXPECT_EQ(lengths(), (std::vector<std::uint32_t>{1500, 1502}));
}

TEST_F(Ring, LeavesOtherFilesAlone) {
  fs::create_directories(folder_);
  for (const char* name : {"packets-x.pcapng", "packets-12.pcap", "letter.txt"})
    std::ofstream(folder_ / name) << "mine";
  for (std::uint32_t i = 0; i < 3; ++i) open();
  EXPECT_TRUE(fs::exists(folder_ / "letter.txt"));
  EXPECT_EQ(packet_ring_files(folder_).size(), 3U);
}

TEST(PatientFree, NamesProtocolsThatThereAre) {
  for (const std::string_view name : patient_free_protocols())
    EXPECT_NE(find_protocol(name), nullptr) << name;
  for (const char* name : {"hl7", "dicom", "astm", "poct1a", "http", "mqtt", "dns", "syslog"})
    EXPECT_FALSE(patient_free(name)) << name;
}

}  // namespace
}  // namespace asepsis
