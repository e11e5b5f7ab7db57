#include "app/live_limits.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "store/database.hpp"

namespace asepsis {
namespace {

// The program itself, its knowledge, SQLite's caches (of three connections at
// most at once: writing, weighing, checking) and what the allocator keeps back.
constexpr std::size_t kProgram = std::size_t{64} << 20;

// A flow with its places, dialogue and a large parser, and its row while it is told.
constexpr std::size_t kFlow = 1'200;
// A fact of the store: known by heart, and once more while deriving.
constexpr std::size_t kFact = 500;
constexpr std::size_t kConversation = 1'500;
constexpr std::size_t kLeastCache = std::size_t{4} << 20;

}  // namespace

// Of what is left beside the program: an eighth each for the rings, what waits
// for earlier bytes and what was heard since the last round; five for the rest.
LiveLimits limits_for(std::size_t memory, std::size_t workers, std::size_t interfaces) {
  const std::size_t rest = memory - kProgram;
  const std::size_t of_worker = rest / 8 / workers;
  LiveLimits limits;
  limits.memory = memory;
  limits.ring_bytes = of_worker / interfaces;
  FlowLimits& flow = limits.worker.flow;
  flow.flows = std::min(flow.flows, 2 * of_worker / kFlow);
  flow.early_bytes = std::min(flow.early_bytes, of_worker / 2);
  limits.running = flow.flows / 2;
  limits.worker.fragment.bytes = std::min(limits.worker.fragment.bytes, of_worker / 2);
  limits.worker.fact.facts = of_worker / kFact;
  limits.worker.fact.conversations = of_worker / kConversation;
  limits.store.facts = std::min(limits.store.facts, rest / 8 / kFact * 2);
  limits.store.conversations = std::min(limits.store.conversations, rest / 8 / kConversation);
  limits.cache_bytes = std::clamp(memory / 20, kLeastCache, Database::kUsuallyKept);
  return limits;
}

// Tables that grow are then pages of their own, whatever was freed before
// (mallopt(3): else the threshold rises to 32 MiB), and threads do not keep
// back what another could use.
void give_memory_back() {
  constexpr int kOwnPages = 256 << 10;
  constexpr int kArenas = 2;
  ::mallopt(M_MMAP_THRESHOLD, kOwnPages);
  ::mallopt(M_TRIM_THRESHOLD, kOwnPages);
  ::mallopt(M_ARENA_MAX, kArenas);
}

std::size_t memory_in_use() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace asepsis
