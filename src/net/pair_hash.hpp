// Which packets must meet: those with the same pair of addresses, in either
// direction, at whatever depth of tunnels. Packets are shared out to workers by
// these hashes.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "net/decoded.hpp"

namespace asepsis {

constexpr std::size_t kMostPairs = 8;  // a packet in as many tunnels as decode() enters

struct PairHashes {
  std::array<std::uint64_t, kMostPairs> values{};
  std::size_t size = 0;
  // What is inside is known only to who puts the datagram together.
  bool fragment = false;

  // Of all layers, the outermost first; never empty.
  std::span<const std::uint64_t> all() const { return std::span(values).first(size); }
};

// Of one layer.
std::uint64_t pair_hash(const Decoded& packet);

// Of every packet that decode() gives of this frame. Cheap where there is no
// tunnel: looks only as far as the ports.
PairHashes pair_hashes(std::uint16_t link_type, Bytes frame, std::uint32_t length);

}  // namespace asepsis
