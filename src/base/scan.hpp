// Finding bytes in text a block at a time. For parsers that look at every byte
// of what they let by.

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/cursor.hpp"

namespace asepsis {

namespace scan {

constexpr std::size_t kBlock = 16;

// Bit i stands for byte i of the block at `at`.
using Mask = std::uint32_t;

#if defined(__SSE2__)
inline __m128i load(const std::uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
inline Mask mask_of(__m128i truth) { return static_cast<Mask>(_mm_movemask_epi8(truth)); }

inline Mask equal(const std::uint8_t* at, std::uint8_t wanted) {
  return mask_of(_mm_cmpeq_epi8(load(at), _mm_set1_epi8(static_cast<char>(wanted))));
}
inline Mask controls(const std::uint8_t* at) {
  const __m128i block = load(at);
  return mask_of(_mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block));
}
#else
template <class Test>
Mask mask_of(const std::uint8_t* at, Test test) {
  Mask mask = 0;
  for (std::size_t i = 0; i < kBlock; ++i) mask |= static_cast<Mask>(test(at[i]) ? 1U : 0U) << i;
  return mask;
}
inline Mask equal(const std::uint8_t* at, std::uint8_t wanted) {
  return mask_of(at, [wanted](std::uint8_t byte) { return byte == wanted; });
}
inline Mask controls(const std::uint8_t* at) {
  return mask_of(at, [](std::uint8_t byte) { return byte < 0x20; });
}
#endif

// Calls `use` with each block's mask and where it begins, until it says false.
// The last bytes are looked at in a block that overlaps the one before, or in
// a copy if there are too few.
template <class Find, class Use>
void blocks(Bytes bytes, Find find, Use use) {
  std::size_t at = 0;
  for (; at + kBlock <= bytes.size(); at += kBlock)
    if (!use(find(bytes.data() + at), at)) return;
  const std::size_t left = bytes.size() - at;
  if (left == 0) return;
  if (bytes.size() >= kBlock) {
    use(find(bytes.data() + bytes.size() - kBlock) >> (kBlock - left), at);
    return;
  }
  std::uint8_t copy[kBlock] = {};
  std::memcpy(copy, bytes.data(), left);
  use(find(copy) & ((Mask{1} << left) - 1), at);
}

struct WantedOrControl {
  Mask wanted, control;
  WantedOrControl operator>>(std::size_t by) const { return {wanted >> by, control >> by}; }
  WantedOrControl operator&(Mask mask) const { return {wanted & mask, control & mask}; }
};

}  // namespace scan

// Where the first byte below 0x20 (a control character) is; the size if there is none.
inline std::size_t find_control(Bytes bytes) {
  std::size_t found = bytes.size();
  const auto find = [](const std::uint8_t* at) { return scan::controls(at); };
  scan::blocks(bytes, find, [&](scan::Mask hits, std::size_t at) {
    if (hits == 0) return true;
    found = at + static_cast<std::size_t>(std::countr_zero(hits));
    return false;
  });
  return found;
}

// Calls `use` with the place of each `wanted`, in order, until it says false.
template <class Use>
void for_each_byte(Bytes bytes, std::uint8_t wanted, Use use) {
  const auto find = [wanted](const std::uint8_t* at) { return scan::equal(at, wanted); };
  scan::blocks(bytes, find, [&](scan::Mask hits, std::size_t at) {
    for (; hits != 0; hits &= hits - 1)
      if (!use(at + static_cast<std::size_t>(std::countr_zero(hits)))) return false;
    return true;
  });
}

// Calls `use` with each block's bytes that are `wanted` and those below 0x20, and
// where it begins.
template <class Use>
void for_each_block(Bytes bytes, std::uint8_t wanted, Use use) {
  const auto find = [wanted](const std::uint8_t* at) {
    return scan::WantedOrControl{scan::equal(at, wanted), scan::controls(at)};
  };
  scan::blocks(bytes, find, [&](scan::WantedOrControl hits, std::size_t at) {
    use(hits, at);
    return true;
  });
}

// Where `wanted` (a byte or more) is next, from `from` on; the size if it is not there.
// Places are told apart by its first and its last byte, a block of them at a time.
inline std::size_t find_bytes(Bytes bytes, Bytes wanted, std::size_t from) {
  const std::size_t last = wanted.size() - 1;
  const std::uint8_t* const begin = bytes.data();
  for (; from + last + scan::kBlock <= bytes.size(); from += scan::kBlock) {
    scan::Mask hits = scan::equal(begin + from, wanted.front());
    if (hits != 0) hits &= scan::equal(begin + from + last, wanted.back());
    for (; hits != 0; hits &= hits - 1) {
      const std::size_t at = from + static_cast<std::size_t>(std::countr_zero(hits));
      if (std::memcmp(begin + at, wanted.data(), last) == 0) return at;
    }
  }
  const Bytes rest = bytes.subspan(std::min(from, bytes.size()));
  const auto found = std::ranges::search(rest, wanted);
  return bytes.size() - static_cast<std::size_t>(rest.end() - found.begin());
}

}  // namespace asepsis
