// A capture's bytes as readers want them: a window of bytes that are in
// memory, which slides over the file and keeps what was read alive.
//
// All of it goes through blocks of memory, so that a file of a hundred gigabytes
// takes no more of it than a small one. A record never straddles: what is left of
// the old window begins the new one.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cursor.hpp"
#include "capture/byte_stream.hpp"

namespace asepsis {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  Bytes window() const { return window_; }
  // Where in the (decompressed) capture the window begins.
  std::uint64_t offset() const { return offset_; }
  // Keeps alive what window() has shown since the last fill().
  const std::shared_ptr<const void>& owner() const { return owner_; }

  void consume(std::size_t size) {
    window_ = window_.subspan(size);
    offset_ += size;
  }

  // Whether the window has `size` bytes, after fetching more if it must: then
  // window and owner are new.
  bool fill(std::size_t size) { return window_.size() >= size || fetch(size); }

  // How many bytes view() can show: all, or none where only the window can be seen.
  virtual std::uint64_t viewable() const { return 0; }
  // Bytes from `offset` on, `size` of them or as many as can be read, apart from the
  // window. Any thread may ask.
  struct View {
    Bytes bytes;
    std::shared_ptr<const void> owner;
  };
  virtual View view(std::uint64_t, std::size_t) const { return {}; }
  // The window goes on there. REQUIRES: it is viewable.
  void go_to(std::uint64_t offset) {
    window_ = {};
    offset_ = offset;
  }

  // Why the bytes ended before the end of the file, for the end of a sentence;
  // else "".
  virtual const std::string& failure() const = 0;

  virtual std::uint64_t stored_bytes_read() const = 0;

 protected:
  virtual bool fetch(std::size_t size) = 0;

  Bytes window_;
  std::shared_ptr<const void> owner_;
  std::uint64_t offset_ = 0;
};

// `size` bytes of an open file from its byte `begin` on; nothing if it cannot be opened
// once more.
std::unique_ptr<ByteSource> file_source(int descriptor, std::uint64_t begin, std::uint64_t size);

// What a stream gives.
std::unique_ptr<ByteSource> stream_source(std::unique_ptr<ByteStream> stream);

// All of `bytes` at once.
std::unique_ptr<ByteSource> memory_source(std::vector<std::uint8_t> bytes);

}  // namespace asepsis
