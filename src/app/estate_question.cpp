#include "app/estate_question.hpp"

#include <iterator>
#include <utility>

namespace asepsis {
namespace {

// So many findings wait to be taken; a check that finds more is one more.
constexpr std::size_t kMostWaiting = 20'000;

}  // namespace

EstateQuestion::EstateQuestion(Database connection, std::shared_ptr<const PackSet> packs,
                               Which which)
    : connection_(std::move(connection)),
      packs_(std::move(packs)),
      which_(which),
      began_(std::chrono::system_clock::now()),
      thread_([this] { work(); }) {}

EstateQuestion::~EstateQuestion() {
  const std::scoped_lock lock(lock_);
  unwanted_ = true;
  if (!ended_) connection_.interrupt();
  change_.notify_all();
}

void EstateQuestion::work() {
  const auto began = Clock::now();
  Result<void> outcome = run_checks_in_turn(
      connection_, *packs_, which_,
      [this](const Check& check, auto found) { return give(check, std::move(found)); });
  const std::scoped_lock lock(lock_);
  outcome_ = std::move(outcome);
  cost_ = Clock::now() - began - waited_;
  ended_ = true;
  change_.notify_all();
}

bool EstateQuestion::give(const Check& check, std::vector<Found> found) {
  const auto began = Clock::now();
  std::unique_lock lock(lock_);
  change_.wait(lock, [&] { return unwanted_ || answer_.found.size() < kMostWaiting; });
  waited_ += Clock::now() - began;
  answer_.checks.push_back(&check);
  std::ranges::move(found, std::back_inserter(answer_.found));
  change_.notify_all();
  return !unwanted_;
}

Result<EstateQuestion::Answer> EstateQuestion::take() {
  const std::scoped_lock lock(lock_);
  if (!outcome_) return std::unexpected(outcome_.error());
  change_.notify_all();
  return std::exchange(answer_, {});
}

void EstateQuestion::await() {
  std::unique_lock lock(lock_);
  change_.wait(lock, [&] { return ended_ || !answer_.checks.empty(); });
}

bool EstateQuestion::over() const {
  const std::scoped_lock lock(lock_);
  return ended_ && (!outcome_ || answer_.checks.empty());
}

}  // namespace asepsis
