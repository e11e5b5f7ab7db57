// The findings of who listens, kept up with the inventory, however many devices
// there are: listening never waits for a question of the estate.
//
// About what was derived again checks are asked at once. All of them, about all
// devices, are asked in the background: at the start (whatever happened since the
// last run), after everything was derived, and with other packs; those of the
// reach of the estate after any news. That takes a twentieth of the time of one
// processor, and what was found is stored in a part of each second. Until it is
// the view checks_asked says what is behind.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/estate_question.hpp"
#include "assess/pack_set.hpp"
#include "base/result.hpp"
#include "inventory/update.hpp"
#include "store/database.hpp"

namespace asepsis {

class LiveFindings {
 public:
  using Packs = std::shared_ptr<const PackSet>;
  using Clock = std::chrono::steady_clock;

  // `database` must outlive it and is its user's thread's alone.
  explicit LiveFindings(Database& database) : database_(database) {}

  // What was derived again.
  void note(const Updated& updated);
  // Asks about that and stores what was found for about so long. What fails is
  // logged once, and tried again a minute later.
  void work(const Packs& packs, Clock::duration most);
  // At the end. All: whatever waits, however long that takes; else what was derived
  // again last, and all of an estate of a few devices.
  void finish(const Packs& packs, bool all);

  // 0: findings are those of the inventory; 1: checks of the estate are behind; 2: so
  // are others. Safe to call from any thread.
  int behind() const { return behind_; }

 private:
  Result<void> go_on(const Packs& packs, Clock::time_point until);
  Result<void> ask_news(Clock::time_point until);
  Result<void> ask_estate();
  Result<void> take(Clock::time_point until);
  Result<void> store(const EstateQuestion::Answer& answer);
  Result<void> conclude();
  Result<void> go_to_end(const Packs& packs);
  void said(const Result<void>& outcome);

  Database& database_;
  Packs packs_;
  std::set<std::string> news_;  // ids of devices
  std::string last_asked_;      // of them
  std::unique_ptr<EstateQuestion> question_;
  std::set<std::string> newer_;                      // asked about since the question began
  bool all_behind_ = false, estate_behind_ = false;  // since it began
  Clock::time_point due_, try_again_;
  std::string failure_;  // that was logged
  std::atomic<int> behind_ = 0;
};

}  // namespace asepsis
