// A bounds-checked reader over bytes that somebody else owns.
//
// Reading past the end neither throws nor reads: the cursor fails, and a
// failed cursor stays empty and answers zero for ever after. So a parser
// reads a whole header in a straight line and asks ok() once, before it
// believes any of the values; and `while (!in.done())` always ends.
//
// Everything here is constexpr: a parser run inside a static_assert is a
// proof that it has no undefined behaviour on that input.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace asepsis {

using Bytes = std::span<const std::uint8_t>;

class Cursor {
 public:
  constexpr explicit Cursor(Bytes bytes) : rest_(bytes) {}

  constexpr bool ok() const { return ok_; }
  constexpr bool done() const { return rest_.empty(); }
  constexpr Bytes rest() const { return rest_; }

  constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  constexpr std::uint16_t be16() { return static_cast<std::uint16_t>(big_endian(2)); }
  constexpr std::uint32_t be24() { return static_cast<std::uint32_t>(big_endian(3)); }
  constexpr std::uint32_t be32() { return static_cast<std::uint32_t>(big_endian(4)); }
  constexpr std::uint64_t be64() { return big_endian(8); }
  constexpr std::uint16_t le16() { return static_cast<std::uint16_t>(little_endian(2)); }
  constexpr std::uint32_t le32() { return static_cast<std::uint32_t>(little_endian(4)); }
  constexpr std::uint64_t le64() { return little_endian(8); }

  // The next n bytes, as a view of the same memory.
  constexpr Bytes take(std::size_t n) {
    if (n > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const Bytes head = rest_.first(n);
    rest_ = rest_.subspan(n);
    return head;
  }

  constexpr void skip(std::size_t n) { take(n); }

  // A cursor that cannot leave the next n bytes: one item, one record.
  constexpr Cursor sub(std::size_t n) {
    Cursor inner(take(n));
    inner.ok_ = ok_;
    return inner;
  }

  // The bytes before `mark`, stepping over it; all that is left if none comes.
  constexpr Bytes take_until(std::uint8_t mark) {
    const auto found = std::ranges::find(rest_, mark);
    const Bytes head = take(static_cast<std::size_t>(found - rest_.begin()));
    if (!done()) skip(1);
    return head;
  }

 private:
  constexpr std::uint64_t big_endian(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }

  constexpr std::uint64_t little_endian(std::size_t size) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const std::uint64_t byte : take(size)) {
      value |= byte << shift;
      shift += 8;
    }
    return value;
  }

  Bytes rest_;
  bool ok_ = true;
};

}  // namespace asepsis
