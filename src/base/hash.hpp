// A fast, well-mixed 64-bit hash for tables fed by traffic. Not for secrets, and kept on
// disk only where two things of one hash do no harm. Where somebody gains by them, it begins
// with a seed.

#pragma once

#include <cstdint>
#include <cstring>

#include "base/cursor.hpp"

namespace asepsis {

__extension__ using Uint128 = unsigned __int128;

constexpr std::uint64_t hash_mix(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a ^ 0x9e3779b97f4a7c15U) * (b ^ 0xd6e8feb86659fd93U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Another each time: nobody can make up things of one hash.
std::uint64_t random_seed();

namespace hashing {
template <class Word>
Word word_at(const std::uint8_t* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}
// Fewer than eight bytes as a number: no two texts of a size have the same.
inline std::uint64_t few(const std::uint8_t* at, std::size_t size) {
  if (size >= 4)
    return static_cast<std::uint64_t>(word_at<std::uint32_t>(at)) << 32 |
           word_at<std::uint32_t>(at + size - 4);
  if (size == 0) return 0;
  return static_cast<std::uint64_t>(at[0]) << 16 | static_cast<std::uint64_t>(at[size / 2]) << 8 |
         at[size - 1];
}
}  // namespace hashing

inline std::uint64_t hash_bytes(Bytes bytes, std::uint64_t seed = 0) {
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t hash = hash_mix(seed, left);
  if (left < 8) return hash_mix(hash, hashing::few(at, left));
  for (; left > 8; left -= 8, at += 8) hash = hash_mix(hash, hashing::word_at<std::uint64_t>(at));
  // The last eight, some of which may have been taken.
  return hash_mix(hash, hashing::word_at<std::uint64_t>(bytes.data() + bytes.size() - 8));
}

}  // namespace asepsis
