// Which packets must meet: those with the same pair of addresses, in either
// direction. Packets, and the layers of tunnels each for itself, are shared out to
// workers by this hash.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/hash.hpp"
#include "net/decoded.hpp"

namespace asepsis {

// The same both ways round.
inline std::uint64_t hash_pair(std::uint64_t a, std::uint64_t b) {
  return hash_mix(std::min(a, b), std::max(a, b));
}

// An address of IPv4 is sixteen bytes here too, of which the first eight are alike.
inline std::uint64_t hash_ip(const Ip& ip) {
  std::uint64_t words[2];
  static_assert(sizeof words == sizeof ip.bytes);
  std::memcpy(words, ip.bytes.data(), sizeof words);
  return hash_mix(words[0], words[1]);
}

// Of a frame without addresses it is 0.
inline std::uint64_t pair_hash(const Decoded& packet) {
  if (packet.kind != Decoded::Kind::frame)
    return hash_pair(hash_ip(packet.src), hash_ip(packet.dst));
  if (packet.src_mac.empty() || packet.dst_mac.empty()) return 0;
  return hash_pair(hash_bytes(packet.src_mac.bytes), hash_bytes(packet.dst_mac.bytes));
}

}  // namespace asepsis
