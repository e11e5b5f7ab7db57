#include "app/live_findings.hpp"

#include <algorithm>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "app/log.hpp"
#include "assess/checking.hpp"
#include "assess/finding_store.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

using std::chrono::seconds;

// More news than these cost more than asking about all devices.
constexpr std::size_t kMostNews = 1'000;

// Devices that are asked about at once: what is shared costs less, but nothing is
// stored meanwhile.
constexpr std::size_t kPortion = 20;

// Of so many devices everything is asked in a fraction of a second.
constexpr std::int64_t kFew = 1'000;

// The estate is asked again after so long at the earliest, and so many times as
// long as it takes.
constexpr seconds kBetween{10};
constexpr int kShare = 20;

constexpr seconds kAfterFailure{60};

}  // namespace

void LiveFindings::note(const Updated& updated) {
  estate_behind_ |= updated.whole || !updated.devices.empty();
  all_behind_ |= updated.whole;
  news_.insert(updated.devices.begin(), updated.devices.end());
  if (news_.size() <= kMostNews && !updated.whole) return;
  all_behind_ = true;
  news_.clear();
}

void LiveFindings::work(const Packs& packs, Clock::duration most) {
  const auto now = Clock::now();
  if (now >= try_again_) said(go_on(packs, now + most));
  const bool all = all_behind_ || (question_ && question_->which() == Which::all);
  behind_ = all || !news_.empty() ? 2 : estate_behind_ || question_ ? 1 : 0;
}

Result<void> LiveFindings::go_on(const Packs& packs, Clock::time_point until) {
  if (packs != packs_) {
    packs_ = packs;
    estate_behind_ = all_behind_ = true;
    due_ = {};
    question_.reset();
  }
  if (const auto asked = ask_news(until); !asked) return asked;
  if (const auto taken = take(until); !taken) return taken;
  return ask_estate();
}

// Round and round, so that each has its turn however many come.
Result<void> LiveFindings::ask_news(Clock::time_point until) {
  while (!news_.empty()) {
    std::vector<std::string> devices;
    auto at = news_.upper_bound(last_asked_);
    for (; devices.size() < std::min(kPortion, news_.size()); ++at) {
      if (at == news_.end()) at = news_.begin();
      devices.push_back(*at);
    }
    const auto found = run_checks_of(database_, *packs_, devices);
    if (!found) return std::unexpected(found.error());
    const auto stored = store_findings_of(database_, *packs_, *found, devices, clock_time());
    if (!stored) return std::unexpected(stored.error());
    for (const std::string& device : devices) news_.erase(device);
    if (question_) newer_.insert(devices.begin(), devices.end());
    last_asked_ = devices.back();
    if (Clock::now() >= until) break;
  }
  return {};
}

Result<void> LiveFindings::ask_estate() {
  if (question_ || !estate_behind_ || Clock::now() < due_) return {};
  auto connection = database_.second_connection();
  if (!connection) return fail(escaped(database_.path().native()) + " cannot be read");
  if (all_behind_)
    if (const auto begun = begin_asking(database_, clock_time()); !begun) return begun;
  question_ = std::make_unique<EstateQuestion>(*std::move(connection), packs_,
                                               all_behind_ ? Which::all : Which::of_estate);
  estate_behind_ = all_behind_ = false;
  newer_.clear();
  return {};
}

Result<void> LiveFindings::take(Clock::time_point until) {
  while (question_ && Clock::now() < until) {
    auto answer = question_->take();
    const auto stored = answer ? store(*answer) : std::unexpected(answer.error());
    if (!stored) {
      all_behind_ |= question_->which() == Which::all;
      estate_behind_ = true;
      question_.reset();
      return stored;
    }
    if (!question_->over()) break;
    return conclude();
  }
  return {};
}

Result<void> LiveFindings::store(const EstateQuestion::Answer& answer) {
  if (answer.checks.empty()) return {};
  const auto stored = store_findings_of_checks(database_, question_->packs(), answer.checks,
                                               answer.found, newer_, clock_time());
  return stored ? Result<void>() : std::unexpected(stored.error());
}

Result<void> LiveFindings::conclude() {
  const auto question = std::move(question_);
  const Clock::duration least = all_behind_ ? Clock::duration() : kBetween;
  due_ = Clock::now() + std::max<Clock::duration>(least, question->cost() * kShare);
  if (question->which() == Which::of_estate && all_behind_) return {};
  return end_asking(database_, question->began(), {.whole = all_behind_, .estate = estate_behind_});
}

void LiveFindings::finish(const Packs& packs, bool all) {
  try_again_ = {};
  const auto devices =
      run_query(database_, "SELECT count(*) <= " + std::to_string(kFew) + " FROM device");
  all = all || (devices && devices->cells[0][0] == "1");
  said(all ? go_to_end(packs) : ask_news(Clock::time_point::max()));
}

Result<void> LiveFindings::go_to_end(const Packs& packs) {
  do {
    if (question_) question_->await();
    due_ = {};
    if (const auto gone = go_on(packs, Clock::time_point::max()); !gone) return gone;
  } while (question_);
  return {};
}

void LiveFindings::said(const Result<void>& outcome) {
  if (outcome) {
    if (!failure_.empty()) log_event(Level::info, "findings are kept up again");
    failure_.clear();
    return;
  }
  try_again_ = Clock::now() + kAfterFailure;
  if (failure_ == outcome.error().message) return;
  failure_ = outcome.error().message;
  log_event(Level::error, "findings are behind: " + failure_);
}

}  // namespace asepsis
