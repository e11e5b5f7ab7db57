#include "flow/flow.hpp"

#include <utility>

namespace asepsis {

void Flow::turn_round() {
  std::swap(halves[0], halves[1]);
  client_is_a = !client_is_a;
}

std::uint8_t hops_of(std::uint8_t ttl) {
  for (const int initial : {32, 64, 128, 255})
    if (ttl <= initial) return static_cast<std::uint8_t>(initial - ttl);
  return 0;
}

}  // namespace asepsis
