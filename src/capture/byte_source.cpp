#include "capture/byte_source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace asepsis {
namespace {

// What is mapped counts as this process's memory, though it is the file's.
constexpr std::size_t kMappedSize = 8U << 20;
constexpr std::size_t kBlockSize = 4U << 20;
// A block with less room than this is not worth another read.
constexpr std::size_t kSmallestRead = 64U << 10;

class Mapping {
 public:
  Mapping(int descriptor, std::uint64_t begin, std::size_t size)
      : size_(size),
        address_(
            ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, static_cast<off_t>(begin))) {
    if (ok()) ::madvise(address_, size_, MADV_SEQUENTIAL);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (ok()) ::munmap(address_, size_);
  }

  bool ok() const { return address_ != MAP_FAILED; }
  Bytes bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  std::size_t size_;
  void* address_;
};

class MappedSource final : public ByteSource {
 public:
  MappedSource(OpenFile file, std::uint64_t begin, std::uint64_t size)
      : file_(std::move(file)), begin_(begin), size_(size) {}

  void check_file() override {
    const std::uint64_t now = file_size();
    if (now >= size_) return;
    size_ = now;
    failure_ = "the file was cut short while it was being read";
    const std::uint64_t left = now > position() ? now - position() : 0;
    window_ = window_.first(std::min<std::uint64_t>(window_.size(), left));
  }

  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return offset_; }

  std::optional<View> view(std::uint64_t offset, std::size_t size) const override {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t begin = (begin_ + offset) / page * page;
    const std::uint64_t inside = begin_ + offset - begin;
    const std::uint64_t length =
        std::min<std::uint64_t>(inside + size, size_ - std::min(size_, begin));
    if (length <= inside) return View{};
    const auto mapping = std::make_shared<Mapping>(file_.descriptor(), begin, length);
    if (!mapping->ok()) return std::nullopt;
    return View{.bytes = mapping->bytes().subspan(inside), .owner = mapping};
  }

 private:
  bool fetch(std::size_t size) override {
    check_file();
    return map(size) && window_.size() >= size;
  }

  std::uint64_t position() const { return begin_ + offset_; }

  bool map(std::size_t size) {
    if (position() >= size_) return false;
    auto seen = view(offset_, std::max(kMappedSize, size));
    if (!seen) {
      failure_ = "the file cannot be mapped";
      return false;
    }
    window_ = seen->bytes;
    owner_ = std::move(seen->owner);
    return true;
  }

  std::uint64_t file_size() const {
    struct stat status {};
    if (::fstat(file_.descriptor(), &status) != 0) return size_;
    return static_cast<std::uint64_t>(status.st_size);
  }

  OpenFile file_;
  std::uint64_t begin_;
  std::uint64_t size_;
  std::string failure_;
};

class BlockSource final : public ByteSource {
 public:
  explicit BlockSource(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  const std::string& failure() const override { return stream_->failure(); }
  std::uint64_t stored_bytes_read() const override { return stream_->stored_bytes_read(); }

 private:
  // Goes on in the block behind the window while there is room: views of what
  // lies before stay as they are.
  bool fetch(std::size_t size) override {
    const std::size_t missing = size - window_.size();
    if (room_.size() < std::max(missing, kSmallestRead)) begin_block(size);
    while (window_.size() < size) {
      const std::size_t got = stream_->read(room_);
      if (got == 0) return false;
      room_ = room_.subspan(got);
      window_ = Bytes(window_.data(), window_.size() + got);
    }
    return true;
  }

  void begin_block(std::size_t size) {
    const std::size_t capacity = std::max(kBlockSize, size + kSmallestRead);
    // Shared with the batches of packets, which view it on other threads.
    const auto block = std::make_shared_for_overwrite<std::uint8_t[]>(capacity);
    std::ranges::copy(window_, block.get());
    window_ = Bytes(block.get(), window_.size());
    room_ = std::span(block.get(), capacity).subspan(window_.size());
    owner_ = block;
  }

  std::unique_ptr<ByteStream> stream_;
  std::span<std::uint8_t> room_;  // of the block of owner_, behind the window
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

  std::optional<View> view(std::uint64_t offset, std::size_t size) const override {
    const Bytes rest = all_.subspan(std::min<std::uint64_t>(offset, all_.size()));
    return View{.bytes = rest.first(std::min(size, rest.size())), .owner = owner_};
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

std::unique_ptr<ByteSource> mapped_source(int descriptor, std::uint64_t begin, std::uint64_t size) {
  OpenFile file(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (file.descriptor() < 0) return nullptr;
  auto source = std::make_unique<MappedSource>(std::move(file), begin, size);
  if (!source->fill(1)) return nullptr;
  return source;
}

std::unique_ptr<ByteSource> block_source(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<BlockSource>(std::move(stream));
}

std::unique_ptr<ByteSource> memory_source(std::vector<std::uint8_t> bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace asepsis
