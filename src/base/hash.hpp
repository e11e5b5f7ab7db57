// A fast, well-mixed 64-bit hash for tables fed by traffic. Not for secrets
// and not kept on disk: a process may seed it.

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

inline std::uint64_t hash_bytes(Bytes bytes, std::uint64_t seed = 0) {
  std::uint64_t hash = hash_mix(seed, bytes.size());
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = hash_mix(hash, word);
    bytes = bytes.subspan(8);
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return hash_mix(hash, word);
}

}  // namespace asepsis
