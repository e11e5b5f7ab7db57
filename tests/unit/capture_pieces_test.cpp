// A capture read by pieces, as several threads do, against the same read from the
// front: whatever is in it, the packets are the same.

#include "capture/capture_pieces.hpp"

#include <deque>
#include <random>
#include <ranges>

#include "capture_bytes.hpp"

namespace asepsis {
namespace {

Seen seen(const Packet& packet, std::uint64_t before) {
  return {nanoseconds_since_1970(packet.time), std::string(as_text(packet.bytes)), packet.length,
          packet.link_type, before + packet.number};
}

struct ReadByPieces {
  std::vector<Seen> packets;
  std::size_t in_pieces = 0;  // the first so many of them
  std::size_t wrong = 0;      // pieces that were read from a wrong place at first
};

// Reads `ahead` pieces before the first of them is proven, the last one first.
ReadByPieces read_by_pieces(CaptureFile& file, std::size_t packets_each, std::size_t ahead) {
  ReadByPieces out;
  std::deque<CapturePiece> claimed;
  CapturePiece piece;  // one that was read before, as readers have few
  const auto pieces = file.pieces(packets_each);
  if (!pieces) return out;
  for (bool more = true; more || !claimed.empty();) {
    while (more && claimed.size() < ahead) {
      more = pieces->claim(piece);
      if (more) claimed.push_back(std::exchange(piece, {}));
      if (more && claimed.size() == ahead)
        for (CapturePiece& late : std::views::reverse(claimed)) pieces->read(late);
    }
    if (claimed.empty()) break;
    CapturePiece& front = claimed.front();
    pieces->read(front);
    while (pieces->prove(front) == CapturePieces::Proof::wrong) {
      ++out.wrong;
      pieces->read(front);
    }
    for (const Packet& packet : front.batch.packets)
      out.packets.push_back(seen(packet, front.packets_before));
    piece = std::move(front);
    claimed.pop_front();
  }
  out.in_pieces = out.packets.size();
  for (PacketBatch batch; file.next(batch);)
    for (const Packet& packet : batch.packets) out.packets.push_back(seen(packet, 0));
  return out;
}

// The same packets and losses as when read from the front; how it went.
ReadByPieces expect_same(Result<CaptureFile> front, Result<CaptureFile> file,
                         std::size_t packets_each, std::size_t ahead) {
  const ReadCapture expected = read_all(std::move(front));
  EXPECT_EQ(expected.error, "");
  if (!file) return {};
  ReadByPieces got = read_by_pieces(*file, packets_each, ahead);
  EXPECT_EQ(got.packets, expected.packets);
  EXPECT_EQ(file->losses().cut_packets, expected.losses.cut_packets);
  EXPECT_EQ(file->losses().cut_bytes, expected.losses.cut_bytes);
  EXPECT_EQ(file->losses().damaged_blocks, expected.losses.damaged_blocks);
  EXPECT_EQ(file->losses().ended_early.value_or(""), expected.ended_early);
  return got;
}

ReadByPieces expect_same(const std::string& bytes, std::size_t packets_each, std::size_t ahead) {
  return expect_same(CaptureFile::from_bytes(as_bytes(bytes), "it"),
                     CaptureFile::from_bytes(as_bytes(bytes), "it"), packets_each, ahead);
}

void expect_same_always(const std::string& bytes) {
  for (const std::size_t packets_each : {1U, 3U, 40U, 5'000U})
    for (const std::size_t ahead : {1U, 2U, 5U}) expect_same(bytes, packets_each, ahead);
}

std::uint32_t below(std::mt19937& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

// What a packet carries: of random sizes, some of it zeros or a capture itself.
std::string payload(std::mt19937& random) {
  std::string noise(below(random, 300), static_cast<char>(random()));
  const std::uint32_t kind = below(random, 4);
  if (kind == 0) noise.assign(below(random, 2'000), '\0');
  if (kind != 1) return noise;
  CaptureBytes inside;
  inside.text(noise);
  for (auto records = below(random, 12); records > 0; --records)
    inside.record(1'000, below(random, 1'000'000), std::string(1 + below(random, 60), 'x'));
  return inside.bytes();
}

std::string random_capture(std::uint32_t seed, bool big_endian, std::uint32_t magic) {
  std::mt19937 random(seed);
  CaptureBytes file(big_endian);
  file.file_header(magic);
  for (auto packets = below(random, 400); packets > 0; --packets)
    file.record(1'700'000'000 + below(random, 1'000), below(random, 1'000'000), payload(random),
                below(random, 5) == 0 ? below(random, 100) : 0);
  return file.bytes();
}

TEST(CapturePieces, AreReadAsFromTheFront) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    expect_same_always(
        random_capture(seed, seed % 2 == 0, seed % 3 == 0 ? 0xa1b23c4d : 0xa1b2c3d4));
}

TEST(CapturePieces, AreMostOfAUsualCapture) {
  CaptureBytes file;
  file.file_header();
  for (std::uint32_t i = 0; i < 5'000; ++i)
    file.record(1'700'000'000 + i / 10, i % 10, std::string(80, 'p'));
  const ReadByPieces got = expect_same(file.bytes(), 16, 4);
  EXPECT_EQ(got.in_pieces, 5'000);
  EXPECT_EQ(got.wrong, 0);
}

// Packets of which some are longer than a piece, or than what lies behind one usually.
TEST(CapturePieces, AreReadOfALargeFile) {
  std::mt19937 random(3);
  CaptureBytes file;
  file.file_header();
  while (file.bytes().size() < 30U << 20)
    file.record(1'700'000'000, 0, std::string(below(random, 150'000), static_cast<char>(random())));
  const Folder folder;
  const auto path = folder.file("large.pcap", file.bytes());
  for (const std::size_t packets_each : {1U, 1'000U})
    expect_same(CaptureFile::open(path), CaptureFile::open(path), packets_each, 3);
}

// A capture that is sent over the network lies in another one's packets.
TEST(CapturePieces, ThatBeginInACaptureWithinAPacketAreReadAgain) {
  CaptureBytes inside;
  for (int i = 0; i < 400; ++i) inside.record(1'000, 0, std::string(40, 'i'));
  CaptureBytes file;
  file.file_header();
  for (int i = 0; i < 20; ++i) file.record(1'700'000'000, 0, inside.bytes());
  EXPECT_GT(expect_same(file.bytes(), 1, 3).wrong, 0);
}

TEST(CapturePieces, EndWhereACaptureIsCutOrDamaged) {
  const std::string whole = random_capture(7, false, 0xa1b2c3d4);
  for (const std::size_t cut : {1U, 5U, 17U, 100U, 2'000U})
    expect_same_always(whole.substr(0, whole.size() - cut));
  CaptureBytes damage;
  damage.u32(1).u32(1).u32(0xffffffff).u32(0xffffffff);
  expect_same_always(whole + damage.bytes() + whole);
}

TEST(CapturePieces, LeaveACaptureBehindAnotherToWhoReadsOn) {
  const std::string one = random_capture(8, false, 0xa1b2c3d4);
  const std::string other = random_capture(9, true, 0xa1b23c4d);
  expect_same_always(one + other);
  expect_same_always(CaptureBytes().file_header().bytes());
}

// Blocks of all kinds: packets with and without a time, names, statistics, and
// interfaces and sections between them where `changing`.
std::string random_pcapng(std::uint32_t seed, bool changing) {
  std::mt19937 random(seed);
  CaptureBytes file(seed % 2 == 0);
  file.section().interface(1).interface(113, 96);
  const std::uint32_t kinds = changing ? 43 : 40;
  for (auto blocks = below(random, 400); blocks > 0; --blocks) {
    const std::uint32_t kind = below(random, kinds);
    if (kind == 42) {
      file.section().interface(1);
    } else if (kind == 41) {
      file.interface(101);
    } else if (kind == 40) {
      file.block(3, file.inner().u32(6).text("simple").bytes());
    } else if (kind < 3) {
      file.block(4 + kind % 2, payload(random).substr(0, 90));
    } else {
      file.enhanced(below(random, 20) == 0 ? 7 : kind % 2,
                    1'700'000'000'000'000 + below(random, 999), payload(random),
                    below(random, 5) == 0 ? 30 : 0);
    }
  }
  return file.bytes();
}

TEST(CapturePieces, OfPcapngAreReadAsFromTheFront) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    expect_same_always(random_pcapng(seed, false));
    expect_same_always(random_pcapng(seed, true));
  }
}

TEST(CapturePieces, OfPcapngEndWhereItIsCutOrDamaged) {
  const std::string whole = random_pcapng(5, true);
  for (const std::size_t cut : {1U, 5U, 17U, 100U, 2'000U})
    expect_same_always(whole.substr(0, whole.size() - cut));
  expect_same_always(whole + CaptureBytes().u32(6).u32(0xfffffff0).u32(1).bytes() + whole);
  expect_same_always(CaptureBytes().section().bytes());
}

TEST(CapturePieces, AreMostOfAUsualPcapngCapture) {
  CaptureBytes file;
  file.section().interface(1).interface(1);
  for (std::uint32_t i = 0; i < 5'000; ++i)
    file.enhanced(i % 2, 1'700'000'000'000'000 + i, std::string(80, 'p'));
  const ReadByPieces got = expect_same(file.bytes(), 16, 4);
  EXPECT_EQ(got.in_pieces, 5'000);
  EXPECT_EQ(got.wrong, 0);
}

TEST(CapturePieces, AreNoneOfWhatIsCompressed) {
  const std::string bytes = gzip(CaptureBytes().file_header().record(1, 0, "abc").bytes());
  auto file = CaptureFile::from_bytes(as_bytes(bytes), "it");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->pieces(), nullptr);
}

}  // namespace
}  // namespace asepsis
