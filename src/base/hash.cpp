#include "base/hash.hpp"

#include <random>

namespace asepsis {

std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace asepsis
