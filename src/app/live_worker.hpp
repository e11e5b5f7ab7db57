// A worker with a thread and a source of its own. Between batches it hands over
// what it has heard to whoever asks.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/counters.hpp"
#include "app/live_limits.hpp"
#include "app/live_source.hpp"
#include "app/packet_keeper.hpp"
#include "app/worker.hpp"

namespace asepsis {

// What a worker hands over.
struct Told {
  FactTable heard;                       // since the last time
  std::deque<ConversationRow> running;   // if asked for
  WorkerCounts counts;                   // in all
  Counters counters;                     // in all
  std::string ended_early;               // why the source did, if it did
  bool ended = false;                    // this is the last of it
  std::chrono::duration<double> cost{};  // how long the worker read no packets for this
};

class LiveWorker {
 public:
  // Begins at once. `keeper`: keeps packets; may be none.
  LiveWorker(std::unique_ptr<LiveSource> source, const LiveLimits& limits,
             std::unique_ptr<PacketKeeper> keeper);
  LiveWorker(const LiveWorker&) = delete;
  LiveWorker& operator=(const LiveWorker&) = delete;

  // Waits until it is told, a tenth of a second at most if nothing comes.
  // REQUIRES: it has not told that it ended.
  Told ask(bool with_running);
  // Lets go of what it would miss least, soon.
  void shed() { shed_ = true; }

 private:
  enum class Wanted : std::uint8_t { nothing, heard, all };

  void work();
  Told tell(bool with_running);
  void hand_over(Told told);

  std::unique_ptr<LiveSource> source_;
  std::unique_ptr<PacketKeeper> keeper_;
  Worker worker_;
  std::size_t most_running_;
  std::atomic<Wanted> wanted_ = Wanted::nothing;
  std::atomic<bool> shed_ = false;
  std::mutex lock_;
  std::condition_variable told_change_;
  std::optional<Told> told_;  // guarded by lock_
  std::jthread thread_;
};

}  // namespace asepsis
