// Where captures come from: files, pipes, compression, and what is none.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "capture_bytes.hpp"

namespace asepsis {
namespace {

// A capture of many blocks: 48 MiB.
std::string large_capture(std::vector<Seen>& packets) {
  CaptureBytes file;
  file.file_header();
  std::uint32_t seed = 1;
  while (file.bytes().size() < 48U << 20) {
    seed = seed * 1664525 + 1013904223;
    const std::uint32_t size = (seed >> 8) % 100'000;
    packets.push_back(
        {1000, std::string(size, static_cast<char>(seed >> 24)), size, 1, packets.size() + 1});
    file.record(0, 1, packets.back().bytes);
  }
  return file.bytes();
}

std::string small_capture() {
  return CaptureBytes().file_header().record(1, 0, "abc").record(2, 0, "de").bytes();
}

// Writes into a pipe, by pieces, from another thread.
class Pipe {
 public:
  Pipe(std::string bytes, std::size_t piece) {
    EXPECT_EQ(::pipe(ends_), 0);
    writer_ = std::thread([this, bytes = std::move(bytes), piece] {
      for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t done =
            ::write(ends_[1], bytes.data() + at, std::min(piece, bytes.size() - at));
        if (done <= 0) break;
        at += static_cast<std::size_t>(done);
      }
      ::close(ends_[1]);
    });
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    writer_.join();
    ::close(ends_[0]);
  }
  int descriptor() const { return ends_[0]; }
  std::filesystem::path path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

 private:
  int ends_[2] = {-1, -1};
  std::thread writer_;
};

// Standard input is another file while this lives.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : kept_(::dup(STDIN_FILENO)) {
    ::dup2(descriptor, STDIN_FILENO);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    if (kept_ >= 0) {
      ::dup2(kept_, STDIN_FILENO);
      ::close(kept_);
    } else {
      ::close(STDIN_FILENO);
    }
  }

 private:
  int kept_;
};

TEST(CaptureSource, LargeCapturesAreTheSameHoweverTheyCome) {
  std::vector<Seen> packets;
  const std::string bytes = large_capture(packets);
  const Folder folder;
  const auto plain = read_all(CaptureFile::open(folder.file("plain", bytes)));
  EXPECT_TRUE(plain.packets == packets);
  EXPECT_EQ(plain.ended_early, "");
  EXPECT_TRUE(read_all(CaptureFile::open(folder.file("gz", gzip(bytes)))).packets == packets);
  EXPECT_TRUE(read_all(CaptureFile::open(folder.file("zst", zstd(bytes))), 3).packets == packets);
  const Pipe pipe(bytes, 1U << 20);
  EXPECT_TRUE(read_all(CaptureFile::open(pipe.path())).packets == packets);
}

TEST(CaptureSource, ProgressIsOfTheFileAsStored) {
  const Folder folder;
  for (const std::string& bytes : {small_capture(), gzip(small_capture()), zstd(small_capture())}) {
    auto capture = CaptureFile::open(folder.file("capture", bytes));
    ASSERT_TRUE(capture);
    EXPECT_EQ(capture->bytes_total(), bytes.size());
    PacketBatch batch;
    while (capture->next(batch)) {
    }
    EXPECT_EQ(capture->bytes_read(), bytes.size());
  }
  const Pipe pipe(small_capture(), 7);
  auto capture = CaptureFile::open(pipe.path());
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->bytes_total(), 0);
}

TEST(CaptureSource, StandardInput) {
  const std::string bytes = small_capture();
  for (const std::string& form : {bytes, gzip(bytes), zstd(bytes)})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, form.size()}) {
      const Pipe pipe(form, piece);
      const StandardInput input(pipe.descriptor());
      EXPECT_EQ(read_all(CaptureFile::open("-")).packets.size(), 2) << piece;
    }
}

TEST(CaptureSource, StandardInputIsReadFromWhereItStands) {
  const Folder folder;
  const int file = ::open(folder.file("file", "before" + small_capture()).c_str(), O_RDONLY);
  ASSERT_EQ(::lseek(file, 6, SEEK_SET), 6);
  {
    const StandardInput input(file);
    EXPECT_EQ(read_all(CaptureFile::open("-")).packets.size(), 2);
  }
  ::close(file);
}

// A live capture: what has come is given before more comes.
TEST(CaptureSource, APipeGivesPacketsAsTheyCome) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto send = [&](std::string_view bytes) {
    ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
  const std::string all = small_capture();
  send(all.substr(0, all.size() - 1));
  auto capture = CaptureFile::open("/dev/fd/" + std::to_string(ends[0]));
  ASSERT_TRUE(capture);
  PacketBatch first;
  ASSERT_TRUE(capture->next(first));
  EXPECT_EQ(first.packets.size(), 1);
  send(all.substr(all.size() - 1));
  ::close(ends[1]);
  PacketBatch second;
  ASSERT_TRUE(capture->next(second));
  EXPECT_EQ(as_text(second.packets.at(0).bytes), "de");
  EXPECT_EQ(as_text(first.packets.at(0).bytes), "abc");
  EXPECT_FALSE(capture->next(second));
  ::close(ends[0]);
}

TEST(CaptureSource, CompressedCutAfterEveryByteLosesNoEarlierPacket) {
  const std::string bytes = small_capture();
  for (const std::string& form : {gzip(bytes), zstd(bytes)}) {
    std::size_t before = 0;
    for (std::size_t size = 0; size <= form.size(); ++size) {
      const ReadCapture got = read_bytes(form.substr(0, size));
      EXPECT_GE(got.packets.size(), before) << size;
      before = got.packets.size();
      const bool said = !got.error.empty() || !got.ended_early.empty();
      EXPECT_EQ(said, size < form.size()) << size;
    }
    EXPECT_EQ(before, 2);
  }
  EXPECT_EQ(read_bytes(gzip(bytes).substr(0, 12)).error,
            "it cannot be read: its gzip data ends in the middle");
}

TEST(CaptureSource, CompressedPiecesFollowEachOther) {
  const std::string bytes = small_capture();
  const std::string head = bytes.substr(0, 30);
  const std::string tail = bytes.substr(30);
  const std::string skippable("\x50\x2a\x4d\x18\x03\0\0\0xyz", 11);
  for (const std::string& form :
       {gzip(head) + gzip(tail), gzip(head) + gzip("") + gzip(tail) + std::string(9, '\0'),
        zstd(head) + zstd(tail), skippable + zstd(head).append(skippable) + zstd(tail)}) {
    const ReadCapture got = read_bytes(form);
    EXPECT_EQ(got.packets.size(), 2);
    EXPECT_EQ(got.ended_early, "");
  }
}

TEST(CaptureSource, CompressedDataThatIsDamaged) {
  const std::string bytes = small_capture();
  std::string checksum = gzip(bytes);
  checksum[checksum.size() - 6] ^= 1;
  const ReadCapture got = read_bytes(checksum);
  EXPECT_EQ(got.packets.size(), 2);
  EXPECT_EQ(got.ended_early,
            "it cannot be read past byte 61, in packet 3: its gzip data is damaged (incorrect "
            "data check)");
  EXPECT_EQ(read_bytes(gzip(bytes) + "junk").packets.size(), 2);
  EXPECT_EQ(read_bytes(gzip(bytes) + "junk").ended_early,
            "it cannot be read past byte 61, in packet 3: its gzip data is damaged (incorrect "
            "header check)");
  EXPECT_EQ(read_bytes(zstd(bytes) + "junk").ended_early,
            "it cannot be read past byte 61, in packet 3: its zstd data is damaged (Unknown frame "
            "descriptor)");
}

// Which packets were given before the file was cut is not said: those of the
// batch before. None that is gone is given after.
// What was read before is given: the end of the file is met where there is none left.
TEST(CaptureSource, AFileCutShortWhileItIsRead) {
  constexpr std::uint64_t kLeft = 2'000'000;
  const Folder folder;
  CaptureBytes bytes;
  bytes.file_header();
  while (bytes.bytes().size() < 2 * kLeft) bytes.record(1, 0, std::string(1'000, 'x'));
  const auto path = folder.file("file", bytes.bytes());
  auto capture = CaptureFile::open(path);
  ASSERT_TRUE(capture);
  PacketBatch batch;
  ASSERT_TRUE(capture->next(batch, 1));
  std::filesystem::resize_file(path, kLeft);
  std::uint64_t packets = 1;
  while (capture->next(batch, 1)) ++packets;
  EXPECT_EQ(packets, (kLeft - 24) / 1'016);
  EXPECT_EQ(capture->losses().ended_early.value_or(""),
            path.string() + " cannot be read past byte 2000000, in packet " +
                std::to_string(packets + 1) + ": the file was cut short while it was being read");
}

TEST(CaptureSource, WhatIsNoCapture) {
  const std::pair<std::string, std::string> kOthers[] = {
      {"", "it is empty"},
      {"hello, world\n and more", "it is not a capture: it begins with the text \"hello, world\""},
      {std::string("snoop\0\0\0\0\0\0\2", 12),
       "it is not a capture: it begins with a snoop capture"},
      {"PK\3\4....", "it is not a capture: it begins with a zip archive"},
      {"\xa1\xb2", "it is not a capture: it begins with the bytes a1 b2"},
      {std::string("\1\2\3\4\5\6\7\10\11", 9),
       "it is not a capture: it begins with the bytes 01 02 03 04 05 06 07 08"},
      {gzip("hello"),
       "it is not a capture: what is compressed in it begins with the text \"hello\""},
      {gzip(""), "it is not a capture: what is compressed in it is empty"},
      {zstd(gzip(small_capture())),
       "it is not a capture: what is compressed in it begins with gzip data"},
      {"\x1f\x8bjunk", "it cannot be read: its gzip data is damaged (unknown compression method)"},
  };
  const Folder folder;
  for (const auto& [bytes, error] : kOthers) {
    EXPECT_EQ(read_bytes(bytes).error, error);
    const auto path = folder.file("file", bytes);
    EXPECT_EQ(read_all(CaptureFile::open(path)).error, path.string() + error.substr(2));
  }
}

TEST(CaptureSource, WhatCannotBeOpened) {
  const Folder folder;
  const std::string path = folder.path().string();
  EXPECT_EQ(read_all(CaptureFile::open(path)).error, path + " is a folder, not a capture");
  EXPECT_EQ(read_all(CaptureFile::open(path + "/none")).error,
            path + "/none cannot be opened: No such file or directory");
  EXPECT_EQ(read_all(CaptureFile::open(path + "/a\nb")).error,
            path + "/a\\x0ab cannot be opened: No such file or directory");
  const auto locked = folder.file("locked", small_capture());
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  if (::access(locked.c_str(), R_OK) == 0) return;  // the superuser may read it
  EXPECT_EQ(read_all(CaptureFile::open(locked)).error,
            locked.string() + " cannot be opened: Permission denied");
}

}  // namespace
}  // namespace asepsis
