// How the memory that a listener may use (--memory) is shared out. What a thing
// costs is what it was measured to cost with all that hangs on it, rounded up.

#pragma once

#include <cstddef>

#include "app/worker.hpp"
#include "fact/fact_table.hpp"

namespace asepsis {

struct LiveLimits {
  std::size_t memory = 0;      // of the whole process
  std::size_t ring_bytes = 0;  // of one worker and one interface
  WorkerLimits worker;
  std::size_t running = 0;  // conversations that a worker tells of while they go on
  FactLimits store;
  std::size_t cache_bytes = 0;  // of a connection to the database
};

inline constexpr std::size_t kLeastMemory = std::size_t{128} << 20;

// REQUIRES: at least kLeastMemory, one worker and one interface.
LiveLimits limits_for(std::size_t memory, std::size_t workers, std::size_t interfaces);

// From here on what is freed goes back to the system, whichever thread had it.
void give_memory_back();

// What this process holds now, in bytes; 0 if the kernel does not tell.
std::size_t memory_in_use();

}  // namespace asepsis
