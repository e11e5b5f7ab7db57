// Brings what live workers hear into the database every few seconds, and the
// inventory after it.
//
// Derived is what the news reach, which takes milliseconds on a database of any
// size, so that a device is named within five seconds of the packet that names
// it. What was merely seen again is derived bit by bit. Where the news reach
// further (a router that nobody knew, equipment that gateways spoke of before),
// everything is: how often follows from how long it takes, so that it stays a
// small part of the time, and the log says how long.

#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/live_worker.hpp"
#include "inventory/knowledge.hpp"
#include "inventory/live_store.hpp"
#include "inventory/update.hpp"
#include "store/database.hpp"

namespace asepsis {

using LiveWorkers = std::vector<std::unique_ptr<LiveWorker>>;

// How things stand, for who asks.
struct LiveStatus {
  WorkerCounts counts;
  Counters counters;
  std::size_t facts = 0, conversations = 0;  // of this source
  std::uint64_t running = 0;                 // conversations that go on
  std::uint64_t devices = 0;                 // in the database
  std::size_t memory = 0;                    // in use
  std::uint64_t sheds = 0;                   // times that it was too much
  std::uint64_t writes = 0, failed_writes = 0, derivations = 0, failed_derivations = 0;
  std::chrono::duration<double> write_cost{}, derive_cost{};  // of the last one
  Time written;                                               // when that was; our clock
  std::string ended_early;
};

class Recorder {
 public:
  // Both must outlive it. `source`: which one it is. `replay`: the run of a
  // capture that is played; none of an interface.
  Recorder(Database& database, LiveStore& store, std::shared_ptr<const Knowledge> knowledge,
           SourceInfo source, const LiveRun* replay);

  // Returns when all workers have ended and what they told is stored and
  // derived. Fails only with the last write (until then it tries again), or where
  // the database is not where it was any more.
  // `memory`: how much the process should use; 0: any amount.
  Result<void> run(LiveWorkers& workers, std::size_t memory);

  LiveStatus status() const;
  // Called after each round, from the thread of run().
  void on_round(std::function<void()> listener) { on_round_ = std::move(listener); }
  // Called after the inventory was derived, from the thread of run().
  void on_derived(std::function<void(const Updated&)> listener) {
    on_derived_ = std::move(listener);
  }
  // From now on the inventory is derived by this. Safe to call from any thread.
  void learn(std::shared_ptr<const Knowledge> knowledge);
  // Ends the pause between rounds. Safe to call from any thread.
  void hurry();

 private:
  using Clock = std::chrono::steady_clock;

  Result<void> conclude();
  Result<void> abandon();
  void say(const Result<void>& outcome);
  bool round(LiveWorkers& workers, bool with_running);
  void keep_to(std::size_t memory, LiveWorkers& workers);
  void pause(Clock::duration time);
  Result<void> write(bool with_running);
  Result<void> derive_if_due(bool ended);
  void publish();
  void mark();
  ListenerInfo as_listener() const;

  Database& database_;
  LiveStore& store_;
  SourceInfo source_;
  const LiveRun* replay_;
  std::vector<Told> told_;  // the last of each worker
  std::deque<ConversationRow> running_;
  // What had come in at the ends of the last rounds, the oldest first.
  struct Mark {
    Clock::time_point time;
    std::uint64_t packets = 0, bytes = 0, dropped = 0;
  };
  std::deque<Mark> marks_;
  Time began_ = std::chrono::system_clock::now();
  std::size_t memory_limit_ = 0;
  bool ended_ = false;
  std::function<void()> on_round_;
  bool fresh_ = false, changed_ = false;  // since the inventory was last derived
  bool more_ = false;                     // that was seen again waits to be derived
  std::function<void(const Updated&)> on_derived_;
  bool derive_failed_ = false;
  std::string failure_;  // that was told, and goes on
  std::chrono::duration<double> running_cost_{};
  Clock::time_point derived_, told_running_;
  std::mutex pause_lock_;
  std::condition_variable pause_end_;
  bool hurried_ = false;                        // guarded by pause_lock_
  std::shared_ptr<const Knowledge> knowledge_;  // never changed; replaced under pause_lock_
  bool learnt_ = false;                         // guarded by pause_lock_
  mutable std::mutex status_lock_;
  LiveStatus status_;  // guarded by status_lock_
  LiveStatus now_;     // run()'s own
};

}  // namespace asepsis
