// Appends numbers and text to bytes: the opposite of base/cursor.hpp.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/cursor.hpp"

namespace asepsis::bench {

class ByteWriter {
 public:
  ByteWriter& u8(std::uint64_t value) { return big_endian(value, 1); }
  ByteWriter& be16(std::uint64_t value) { return big_endian(value, 2); }
  ByteWriter& be32(std::uint64_t value) { return big_endian(value, 4); }
  ByteWriter& le16(std::uint64_t value) { return little_endian(value, 2); }
  ByteWriter& le32(std::uint64_t value) { return little_endian(value, 4); }

  ByteWriter& text(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }

  // `text` in a field of `size` bytes, as many spaces as it takes behind it.
  ByteWriter& padded(std::string_view text, std::size_t size) {
    this->text(text.substr(0, size));
    bytes_.insert(bytes_.end(), size - std::min(size, text.size()), ' ');
    return *this;
  }

  ByteWriter& append(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  std::size_t size() const { return bytes_.size(); }
  Bytes bytes() const { return bytes_; }
  std::vector<std::uint8_t> release() { return std::move(bytes_); }
  void clear() { bytes_.clear(); }

 private:
  ByteWriter& big_endian(std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }

  ByteWriter& little_endian(std::uint64_t value, int size) {
    for (int shift = 0; shift < 8 * size; shift += 8)
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace asepsis::bench
