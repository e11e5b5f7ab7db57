#include "capture/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "capture/byte_blocks.hpp"

namespace asepsis {
namespace {

// A block with less room than this is not worth another read.
constexpr std::size_t kSmallestRead = 64U << 10;

// A window within a block, which is filled as it is read.
class BlockSource : public ByteSource {
 protected:
  // Fills the beginning of `into` with what is at `offset` and returns how much of it; 0
  // at the end.
  virtual std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;

  ByteBlocks& blocks() const { return *blocks_; }

 private:
  // Goes on in the block behind the window while there is room: views of what
  // lies before stay as they are.
  bool fetch(std::size_t size) override {
    const bool behind = window_.data() + window_.size() == room_.data();
    const std::size_t missing = size - window_.size();
    if (!behind || room_.size() < std::max(missing, kSmallestRead)) begin_block(size);
    while (window_.size() < size) {
      const std::size_t got = read(offset_ + window_.size(), room_);
      if (got == 0) return false;
      room_ = room_.subspan(got);
      window_ = Bytes(window_.data(), window_.size() + got);
    }
    return true;
  }

  void begin_block(std::size_t size) {
    // Shared with the batches of packets, which view it on other threads.
    auto block = blocks_->take(size + kSmallestRead);
    std::ranges::copy(window_, block.room.begin());
    window_ = Bytes(block.room.data(), window_.size());
    room_ = block.room.subspan(window_.size());
    owner_ = std::move(block.owner);
  }

  std::shared_ptr<ByteBlocks> blocks_ = std::make_shared<ByteBlocks>();
  std::span<std::uint8_t> room_;  // of the block of owner_, behind the window
};

class StreamSource final : public BlockSource {
 public:
  explicit StreamSource(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  const std::string& failure() const override { return stream_->failure(); }
  std::uint64_t stored_bytes_read() const override { return stream_->stored_bytes_read(); }

 private:
  std::size_t read(std::uint64_t, std::span<std::uint8_t> into) override {
    return stream_->read(into);
  }

  std::unique_ptr<ByteStream> stream_;
};

// What a file held when it was opened. It is read, not mapped: finding each page of a
// mapped file takes longer than copying it, and who cuts the file short stops a program
// that maps it.
class FileSource final : public BlockSource {
 public:
  FileSource(OpenFile file, std::uint64_t begin, std::uint64_t size)
      : file_(std::move(file)), begin_(begin), size_(size) {
    ::posix_fadvise(file_.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return offset_; }
  std::uint64_t viewable() const override { return size_; }

  View view(std::uint64_t offset, std::size_t size) const override {
    auto block = blocks().take(size);
    std::size_t there = 0;
    while (there < size) {
      const ssize_t got = read_file(offset + there, block.room.first(size).subspan(there));
      if (got <= 0) break;
      there += static_cast<std::size_t>(got);
    }
    return {.bytes = block.room.first(there), .owner = std::move(block.owner)};
  }

 private:
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into) override {
    const ssize_t got = read_file(offset, into);
    if (got < 0) {
      failure_ = std::generic_category().message(errno);
    } else if (got == 0 && offset < size_) {
      failure_ = "the file was cut short while it was being read";
    }
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }

  // As pread(2), but no further than the file's size.
  ssize_t read_file(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const std::size_t size = std::min<std::uint64_t>(into.size(), size_ - std::min(size_, offset));
    while (true) {
      const ssize_t got =
          ::pread(file_.descriptor(), into.data(), size, static_cast<off_t>(begin_ + offset));
      if (got >= 0 || errno != EINTR) return got;
    }
  }

  OpenFile file_;
  std::uint64_t begin_;
  std::uint64_t size_;  // from `begin_` on
  std::string failure_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::uint8_t> bytes) {
    const auto kept = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
    all_ = *kept;
    window_ = all_;
    owner_ = kept;
  }

  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return offset_; }

  std::uint64_t viewable() const override { return all_.size(); }
  View view(std::uint64_t offset, std::size_t size) const override {
    const Bytes rest = all_.subspan(std::min<std::uint64_t>(offset, all_.size()));
    return {.bytes = rest.first(std::min(size, rest.size())), .owner = owner_};
  }

 private:
  bool fetch(std::size_t size) override {
    window_ = all_.subspan(std::min<std::uint64_t>(offset_, all_.size()));
    return window_.size() >= size;
  }

  Bytes all_;
  std::string failure_;
};

}  // namespace

std::unique_ptr<ByteSource> file_source(int descriptor, std::uint64_t begin, std::uint64_t size) {
  OpenFile file(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (file.descriptor() < 0) return nullptr;
  return std::make_unique<FileSource>(std::move(file), begin, size);
}

std::unique_ptr<ByteSource> stream_source(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<StreamSource>(std::move(stream));
}

std::unique_ptr<ByteSource> memory_source(std::vector<std::uint8_t> bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace asepsis
