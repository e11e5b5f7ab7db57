// Checks asked about all devices, in a thread and a connection of its own and of
// one moment, while somebody else writes. What they find is bounded as long as
// nobody takes it.

#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "assess/checking.hpp"
#include "assess/pack_set.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace asepsis {

class EstateQuestion {
 public:
  using Clock = std::chrono::steady_clock;

  // Begins at once. `connection`: reads, and is used by nobody else.
  EstateQuestion(Database connection, std::shared_ptr<const PackSet> packs, Which which);
  // Ends it, wherever it is.
  ~EstateQuestion();
  EstateQuestion(const EstateQuestion&) = delete;
  EstateQuestion& operator=(const EstateQuestion&) = delete;

  struct Answer {
    std::vector<const Check*> checks;  // of packs(), that were asked
    std::vector<Found> found;          // by all of them
  };
  // What was found since the last time; fails if a check did.
  Result<Answer> take();
  // Waits until there is something to take, or all was taken.
  void await();
  // All was taken.
  bool over() const;

  const PackSet& packs() const { return *packs_; }
  Which which() const { return which_; }
  Time began() const { return began_; }
  // Without waiting for who takes. REQUIRES: it is over.
  Clock::duration cost() const { return cost_; }

 private:
  void work();
  bool give(const Check& check, std::vector<Found> found);

  Database connection_;
  std::shared_ptr<const PackSet> packs_;
  Which which_;
  Time began_;
  mutable std::mutex lock_;
  std::condition_variable change_;
  Answer answer_;  // guarded by lock_, as is all below
  Result<void> outcome_;
  bool ended_ = false;  // nothing more comes
  bool unwanted_ = false;
  Clock::duration cost_{}, waited_{};
  std::jthread thread_;
};

}  // namespace asepsis
