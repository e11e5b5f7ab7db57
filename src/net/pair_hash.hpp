// Which packets must meet: those with the same pair of addresses, in either
// direction. Packets, and the layers of tunnels each for itself, are shared out to
// workers by this hash.

#pragma once

#include <cstdint>

#include "net/decoded.hpp"

namespace asepsis {

// Of a frame without addresses it is 0.
std::uint64_t pair_hash(const Decoded& packet);

}  // namespace asepsis
