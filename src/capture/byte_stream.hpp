// Bytes that come in order and once: a file descriptor, memory, or what a
// decompressor makes of another stream.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cursor.hpp"

namespace asepsis {

// An open file; closed with its owner, unless it is a standard stream.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~OpenFile();

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Fills the beginning of `into` and returns how much of it: what can be had
  // without waiting again, but at least one byte; 0 at the end.
  // REQUIRES: `into` is not empty.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;

  // Why the stream ended before its end, for the end of a sentence; else "".
  virtual const std::string& failure() const = 0;

  virtual std::uint64_t stored_bytes_read() const = 0;
};

class FileStream final : public ByteStream {
 public:
  explicit FileStream(OpenFile file) : file_(std::move(file)) {}

  // The first bytes, `size` of them if there are so many; read() gives them
  // again. REQUIRES: nothing has been read yet. Ends with the next call.
  Bytes peek(std::size_t size);

  std::size_t read(std::span<std::uint8_t> into) override;
  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return read_; }

  int descriptor() const { return file_.descriptor(); }

 private:
  std::size_t read_file(std::span<std::uint8_t> into);

  OpenFile file_;
  std::vector<std::uint8_t> head_;  // peeked at, not read
  std::uint64_t read_ = 0;
  std::string failure_;
};

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(std::span<std::uint8_t> into) override;
  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return read_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t read_ = 0;
  std::string failure_;
};

// What is in `stored`, which is gzip (several members are one stream) or zstd
// (several frames likewise); what was readable before damage is given.
std::unique_ptr<ByteStream> gunzipped(std::unique_ptr<ByteStream> stored);
std::unique_ptr<ByteStream> unzstded(std::unique_ptr<ByteStream> stored);

}  // namespace asepsis
