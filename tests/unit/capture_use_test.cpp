// What goes with captures: filters, identities, and finding them.

#include <algorithm>

#include "capture/capture_identity.hpp"
#include "capture/capture_paths.hpp"
#include "capture/filter.hpp"
#include "capture_bytes.hpp"

namespace asepsis {
namespace {

// UDP from 10.0.0.1:5000 to 10.0.0.2:104, without checksums.
std::string ip_packet() {
  return CaptureBytes(true)
      .u16(0x4500)
      .u16(28)
      .u32(0)
      .u16(0x4011)
      .u16(0)
      .u32(0x0a000001)
      .u32(0x0a000002)
      .u16(5000)
      .u16(104)
      .u16(8)
      .u16(0)
      .bytes();
}

std::string ethernet_packet() {
  return std::string("\1\2\3\4\5\6\7\1\2\3\4\5\x08\0", 14) + ip_packet();
}

TEST(PacketFilter, Matches) {
  constexpr std::uint16_t kEthernet = 1;
  constexpr std::uint16_t kRawIp = 101;
  struct {
    std::uint16_t link_type;
    std::string_view expression;
    bool matches;
  } constexpr kFilters[] = {
      {kEthernet, "udp port 104", true},
      {kEthernet, "tcp port 104", false},
      {kEthernet, "src host 10.0.0.1", true},
      {kEthernet, "dst host 10.0.0.1", false},
      {kEthernet, "", true},
      {kEthernet, "less 20", false},
      {kEthernet, "ether src 07:01:02:03:04:05", true},
      {kRawIp, "udp port 104", true},
      {kRawIp, "net 10.0.0.0/8", true},
      {kRawIp, "net 11.0.0.0/8", false},
      {kEthernet, "host localhost", false},
  };
  for (const auto& row : kFilters) {
    const auto filter = PacketFilter::compile(row.expression, row.link_type);
    ASSERT_TRUE(filter) << filter.error().message;
    const std::string bytes = row.link_type == kRawIp ? ip_packet() : ethernet_packet();
    Packet packet;
    packet.bytes = as_bytes(bytes);
    packet.length = static_cast<std::uint32_t>(bytes.size());
    EXPECT_EQ(filter->matches(packet), row.matches) << row.expression;
    packet.bytes = {};
    static_cast<void>(filter->matches(packet));
  }
}

TEST(PacketFilter, SaysWhatIsWrong) {
  const auto error = [](std::string_view expression, std::uint16_t link_type) {
    const auto filter = PacketFilter::compile(expression, link_type);
    return filter ? "" : filter.error().message;
  };
  EXPECT_EQ(
      error("tcp prot 104", 1),
      "the filter \"tcp prot 104\" cannot be used: can't parse filter expression: syntax error");
  EXPECT_EQ(error(std::string_view("tcp\0udp", 7), 1),
            "the filter \"tcp\\x00udp\" cannot be used: it contains a zero byte");
  EXPECT_NE(error("host no-such-host.invalid", 1), "");
  EXPECT_NE(error("tcp port 104", 9999), "");
}

std::string identity(Result<CaptureFile> capture) {
  CaptureIdentity identity;
  PacketBatch batch;
  while (capture && capture->next(batch, 7))
    for (const Packet& packet : batch.packets) identity.add(packet);
  return identity.hex();
}

std::string identity(std::string_view bytes) {
  return identity(CaptureFile::from_bytes(as_bytes(bytes), "it"));
}

struct Made {
  std::string pcap, pcap_nano, pcapng;
};

Made make(int packets, int changed = -1) {
  CaptureBytes pcap;
  CaptureBytes nano(true);
  CaptureBytes pcapng;
  pcap.file_header();
  nano.file_header(0xa1b23c4d);
  pcapng.section().interface(1);
  for (int i = 0; i < packets; ++i) {
    std::string bytes(400, static_cast<char>(i));
    if (i == changed) bytes[9] = 'x';
    pcap.record(1000, 5, bytes, 2);
    nano.record(1000, 5999, bytes, 2);
    pcapng.enhanced(0, 1'000'000'005, bytes, 2);
  }
  return {pcap.bytes(), nano.bytes(), pcapng.bytes()};
}

TEST(CaptureIdentity, IsTheSameInEveryForm) {
  const Made made = make(3);
  const std::string expected = identity(made.pcap);
  EXPECT_EQ(expected.size(), 32);
  EXPECT_EQ(expected.find_first_not_of("0123456789abcdef"), std::string::npos);
  for (const std::string& form : {made.pcap_nano, made.pcapng, gzip(made.pcap), zstd(made.pcapng)})
    EXPECT_EQ(identity(form), expected);
}

TEST(CaptureIdentity, IsOfTheFirstPackets) {
  EXPECT_NE(identity(make(3).pcap), identity(make(4).pcap));
  EXPECT_NE(identity(make(3).pcap), identity(make(3, 1).pcap));
  EXPECT_NE(identity(make(70).pcap), identity(make(70, 63).pcap));
  EXPECT_EQ(identity(make(70).pcap), identity(make(70, 64).pcap));
}

TEST(CaptureIdentity, IsKeptFromReleaseToRelease) {
  // printf of nothing, and of one packet as capture_identity.cpp lays it out,
  // into sha256sum.
  EXPECT_EQ(CaptureIdentity().hex(), "e3b0c44298fc1c149afbf4c8996fb924");
  CaptureIdentity one;
  Packet packet;
  packet.bytes = as_bytes("abc");
  packet.length = 60;
  packet.time = time_from_nanoseconds(-1);  // in the microsecond before 1970
  one.add(packet);
  EXPECT_EQ(one.hex(), "0d1e945faa73a5670a5f2e31988333b5");
}

std::vector<std::string> relative(const CapturePaths& paths, const Folder& folder) {
  std::vector<std::string> out;
  out.reserve(paths.files.size());
  for (const auto& path : paths.files)
    out.push_back(path.lexically_relative(folder.path()).string());
  return out;
}

TEST(CapturePaths, FoldersAreSearched) {
  const Folder folder;
  const std::string magic = CaptureBytes().file_header().bytes();
  for (const char* name :
       {"b/part10.pcap", "b/part2.pcap", "b/part02.pcap", "a.PCAPNG", "c.cap.gz", "d.dmp.zst",
        "e.ntar", "no.txt", "no.gz", "no.pcap.bak", "b/deep/er/x.cap"})
    folder.file(name, "anything");
  folder.file("capture-without-ending", magic);
  folder.file("section", CaptureBytes().section().bytes());
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "circle");
  std::filesystem::create_symlink(folder.path() / "e.ntar", folder.path() / "link.pcap");
  const std::string name = folder.path().string();
  const std::string_view arguments[] = {name};
  const CapturePaths paths = capture_paths(arguments);
  EXPECT_EQ(
      relative(paths, folder),
      (std::vector<std::string>{"a.PCAPNG", "b/deep/er/x.cap", "b/part02.pcap", "b/part2.pcap",
                                "b/part10.pcap", "c.cap.gz", "capture-without-ending", "d.dmp.zst",
                                "e.ntar", "link.pcap", "section"}));
  EXPECT_TRUE(paths.problems.empty());
}

TEST(CapturePaths, NamedFilesAreTakenAsTheyAre) {
  const Folder folder;
  const std::string text = folder.file("notes.txt", "text").string();
  const std::string empty = (folder.path() / "empty").string();
  const std::string none = (folder.path() / "no\nne").string();
  std::filesystem::create_directory(empty);
  const std::string_view arguments[] = {text, "-", empty, none, text, "-"};
  const CapturePaths paths = capture_paths(arguments);
  EXPECT_EQ(paths.files, (std::vector<std::filesystem::path>{"-", text}));
  EXPECT_EQ(paths.problems,
            (std::vector<std::string>{empty + " holds no capture",
                                      folder.path().string() + "/no\\x0ane does not exist"}));
}

}  // namespace
}  // namespace asepsis
