// Where a live worker's packets come from: the rings of interfaces, or a
// capture that is played at its pace. One worker's alone.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/counters.hpp"
#include "app/packet_source.hpp"
#include "base/result.hpp"
#include "capture/filter.hpp"
#include "capture/live_ring.hpp"

namespace asepsis {

class LiveSource {
 public:
  enum class Next : std::uint8_t { packets, silence, end };

  virtual ~LiveSource() = default;

  // Replaces `batch` by the next packets, after waiting so long for them at
  // most. The batch before must have been let go.
  virtual Next next(PacketBatch& batch, std::chrono::milliseconds wait) = 0;
  // What time it is for the packets while none comes, if it goes on.
  virtual std::optional<Time> now() const = 0;
  // Adds what was lost on the way here.
  virtual void count(Counters& counters) = 0;
  // Why it ended before its end, in a sentence; else "".
  virtual std::string ended_early() const = 0;
};

// What all sources of one run share.
struct LiveRun {
  std::atomic<bool> stop = false;              // asked to end
  std::atomic<std::uint64_t> next_number = 1;  // of a packet
};

// Several interfaces at once, one ring of each; `run` must outlive it.
// `filter`: as in PacketFilter. Fails if it cannot be compiled.
Result<std::unique_ptr<LiveSource>> ring_source(std::vector<LiveRing> rings,
                                                const std::string& filter, LiveRun& run);

// A capture, `speed` times as fast as it was recorded; 0: as fast as it can be
// read. `options` and `run` must outlive it.
std::unique_ptr<LiveSource> replay_source(CaptureFile file, const ReadingOptions& options,
                                          double speed, LiveRun& run);

}  // namespace asepsis
