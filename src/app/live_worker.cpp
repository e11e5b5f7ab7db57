#include "app/live_worker.hpp"

namespace asepsis {
namespace {

constexpr std::chrono::milliseconds kWait{50};

}  // namespace

LiveWorker::LiveWorker(std::unique_ptr<LiveSource> source, const LiveLimits& limits,
                       std::unique_ptr<PacketKeeper> keeper)
    : source_(std::move(source)),
      keeper_(std::move(keeper)),
      worker_(limits.worker),
      most_running_(limits.running),
      thread_([this] { work(); }) {}

Told LiveWorker::ask(bool with_running) {
  wanted_ = with_running ? Wanted::all : Wanted::heard;
  std::unique_lock lock(lock_);
  told_change_.wait(lock, [&] { return told_.has_value(); });
  Told told = *std::move(told_);
  told_.reset();
  told_change_.notify_all();
  return told;
}

void LiveWorker::work() {
  PacketBatch batch;
  if (keeper_) worker_.show_to(*keeper_);
  while (true) {
    const LiveSource::Next next = source_->next(batch, kWait);
    if (next == LiveSource::Next::end) break;
    for (const Packet& packet : batch.packets) worker_.add(packet);
    if (next == LiveSource::Next::silence)
      if (const auto now = source_->now()) worker_.advance_to(*now);
    if (shed_.exchange(false)) worker_.shed();
    const Wanted wanted = wanted_;
    if (wanted == Wanted::nothing) continue;
    wanted_ = Wanted::nothing;
    hand_over(tell(wanted == Wanted::all));
  }
  batch = {};
  worker_.finish();
  Told last = tell(false);
  last.ended_early = source_->ended_early();
  last.ended = true;
  hand_over(std::move(last));
}

Told LiveWorker::tell(bool with_running) {
  const auto began = std::chrono::steady_clock::now();
  Told told;
  told.heard = worker_.take_facts();
  if (with_running) told.running = worker_.running(most_running_);
  told.counts = worker_.counts();
  count_worker(worker_, told.counters);
  count_fragments(worker_.fragment_counts(), told.counters);
  source_->count(told.counters);
  if (keeper_) {
    keeper_->flush();
    keeper_->count(told.counters);
  }
  told.cost = std::chrono::steady_clock::now() - began;
  return told;
}

// What was told before and is being fetched must not be lost.
void LiveWorker::hand_over(Told told) {
  std::unique_lock lock(lock_);
  told_change_.wait(lock, [&] { return !told_.has_value(); });
  told_ = std::move(told);
  told_change_.notify_all();
}

}  // namespace asepsis
