#include "app/recorder.hpp"

#include <malloc.h>

#include <algorithm>

#include "app/log.hpp"
#include "inventory/update.hpp"

namespace asepsis {
namespace {

using std::chrono::duration;
using std::chrono::seconds;

constexpr seconds kRound{1};

// Work that takes so long is done again after this many times as long at the
// earliest: telling of what goes on stops a worker, deriving a processor.
constexpr int kRunningShare = 20;
constexpr int kDeriveShare = 9;
constexpr seconds kLeastBetweenDerivations{1};
// Without news, only counts and times are out of date.
constexpr seconds kWithoutNews{60};

std::string milliseconds_of(duration<double> time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

template <class Work>
duration<double> time_of(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - began;
}

}  // namespace

Recorder::Recorder(Database& database, LiveStore& store, std::shared_ptr<const Knowledge> knowledge,
                   SourceInfo source, const LiveRun* replay)
    : database_(database),
      store_(store),
      source_(std::move(source)),
      replay_(replay),
      knowledge_(std::move(knowledge)) {
  source_.complete = false;
}

Result<void> Recorder::run(LiveWorkers& workers, std::size_t memory) {
  told_.resize(workers.size());
  memory_limit_ = memory;
  while (true) {
    const auto began = Clock::now();
    const bool with_running = began - told_running_ >= running_cost_ * kRunningShare;
    if (!round(workers, with_running)) return conclude();
    if (database_.moved()) return abandon();
    const auto written = write(with_running);
    const auto derived = written ? derive_if_due(false) : Result<void>();
    now_.failed_writes += written ? 0 : 1;
    now_.failed_derivations += derived ? 0 : 1;
    say(written ? derived : written);
    keep_to(memory, workers);
    publish();
    pause(began + kRound - Clock::now());
  }
}

// What fails is tried again, and told once however often it does.
void Recorder::say(const Result<void>& outcome) {
  if (!outcome && failure_ != outcome.error().message) {
    failure_ = outcome.error().message;
    log_event(Level::error, failure_, {{"listening", "goes on, what is heard waits in memory"}});
  }
  if (!outcome || failure_.empty() || derive_failed_) return;
  failure_.clear();
  log_event(Level::info, "the database is written again");
}

// Nobody would find what is written from now on; what was heard so far is brought
// into the file wherever it is, as its log stays behind under the old name.
Result<void> Recorder::abandon() {
  say(write(false));
  if (database_.sql().tryExec("PRAGMA wal_checkpoint(TRUNCATE)") != SQLite::OK)
    log_event(Level::error, database_.sql().getErrorMsg(),
              {{"listening", "the moved file's log was left beside where it was"}});
  return fail(database_.path().string() +
              " was moved or removed while it was written: what was heard until then is in the "
              "moved file; start asepsis again for a new one");
}

Result<void> Recorder::conclude() {
  ended_ = true;
  source_.complete = replay_ == nullptr || !replay_->stop;
  if (const auto written = write(true); !written) return written;
  if (replay_ != nullptr && source_.complete)
    if (const auto completed = store_.complete(source_); !completed) return completed;
  changed_ = true;
  const auto derived = derive_if_due(true);
  publish();
  return derived;
}

// What the workers have to tell. False when none will tell more.
bool Recorder::round(LiveWorkers& workers, bool with_running) {
  bool any = false;
  if (with_running) {
    running_.clear();
    running_cost_ = {};
    told_running_ = Clock::now();
  }
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (told_[i].ended) continue;
    Told told = workers[i]->ask(with_running);
    store_.meet(told.running);
    store_.add(told.heard);
    told.heard = FactTable();
    std::ranges::move(told.running, std::back_inserter(running_));
    told.running.clear();
    running_cost_ = std::max(running_cost_, told.cost);
    any |= !told.ended;
    told_[i] = std::move(told);
  }
  if (!any) running_.clear();
  return any;
}

// Limits count things; what hangs on a flow may still be larger than usual.
void Recorder::keep_to(std::size_t memory, LiveWorkers& workers) {
  constexpr std::size_t kReserve = 8;
  const auto too_much = [&] { return memory > 0 && now_.memory > memory - memory / kReserve; };
  now_.memory = memory_in_use();
  if (!too_much()) return;
  ::malloc_trim(0);
  now_.memory = memory_in_use();
  if (!too_much()) return;
  if (now_.sheds++ == 0)
    log_event(Level::warning, "memory is short: the least useful conversations end early",
              {{"megabytes", std::to_string(now_.memory >> 20)}});
  for (const auto& worker : workers) worker->shed();
}

void Recorder::mark() {
  constexpr std::size_t kMarks = 5;
  const auto dropped = now_.counters.find("packets dropped by the kernel");
  marks_.push_back({Clock::now(), now_.counts.packets, now_.counts.bytes,
                    dropped == now_.counters.end() ? 0 : dropped->second});
  if (marks_.size() > kMarks) marks_.pop_front();
}

ListenerInfo Recorder::as_listener() const {
  ListenerInfo told{.began = began_,
                    .written = std::chrono::system_clock::now(),
                    .ended = ended_,
                    .workers = told_.size(),
                    .memory = now_.memory,
                    .memory_limit = memory_limit_,
                    .running = running_.size(),
                    .write_cost = now_.write_cost,
                    .derive_cost = now_.derive_cost};
  const Mark& first = marks_.front();
  const Mark& last = marks_.back();
  const duration<double> time = last.time - first.time;
  if (time <= duration<double>::zero() || ended_) return told;
  told.packet_rate = static_cast<double>(last.packets - first.packets) / time.count();
  told.byte_rate = static_cast<double>(last.bytes - first.bytes) / time.count();
  told.drop_rate = static_cast<double>(last.dropped - first.dropped) / time.count();
  return told;
}

Result<void> Recorder::write(bool with_running) {
  now_.counts = {};
  now_.counters.clear();
  for (const Told& told : told_) {
    now_.counts.merge(told.counts);
    for (const auto& [name, count] : told.counters) now_.counters[name] += count;
    if (!told.ended_early.empty()) now_.ended_early = told.ended_early;
  }
  now_.counters["times memory was short"] = now_.sheds;
  now_.counters["facts dropped"] += store_.dropped_facts();
  now_.counters["conversations dropped"] += store_.dropped_conversations();
  source_.packets = now_.counts.packets;
  source_.bytes = now_.counts.bytes;
  source_.first = now_.counts.first;
  source_.last = now_.counts.last;
  source_.losses = now_.counters;
  source_.ended_early = now_.ended_early;
  mark();
  store_.describe(as_listener());
  Result<LiveStore::Written> written;
  now_.write_cost =
      time_of([&] { written = store_.write(source_, with_running ? &running_ : nullptr); });
  if (!written) return std::unexpected(written.error());
  ++now_.writes;
  now_.written = std::chrono::system_clock::now();
  fresh_ |= written->fresh > 0;
  changed_ |= written->fresh + written->changed > 0;
  return {};
}

Result<void> Recorder::derive_if_due(bool ended) {
  std::shared_ptr<const Knowledge> knowledge;
  {
    const std::scoped_lock lock(pause_lock_);
    knowledge = knowledge_;
    fresh_ |= learnt_;
    changed_ |= learnt_;
    learnt_ = false;
  }
  const auto since = Clock::now() - derived_;
  const duration<double> share = now_.derive_cost * kDeriveShare;
  const duration<double> least =
      std::max<duration<double>>(share, fresh_ || more_ ? kLeastBetweenDerivations : kWithoutNews);
  if (!changed_ || (!ended && since < least)) return {};
  Result<Updated> derived;
  now_.derive_cost = time_of([&] {
    derived = update_inventory(database_, *knowledge, ended ? Since::all : Since::some);
    if (derived && on_derived_) on_derived_(*derived);
  });
  derived_ = Clock::now();
  derive_failed_ = !derived;
  if (!derived) return std::unexpected(derived.error());
  fresh_ = false;
  changed_ = more_ = derived->more;
  ++now_.derivations;
  if (now_.derive_cost > seconds(1))
    log_event(Level::info, "deriving the inventory takes long, and is done less often",
              {{"milliseconds", milliseconds_of(now_.derive_cost)},
               {"of", derived->whole ? "everything" : "a part"}});
  return guarded(database_.path(), [&]() -> Result<void> {
    now_.devices = static_cast<std::uint64_t>(
        database_.sql().execAndGet("SELECT count(*) FROM device").getInt64());
    return {};
  });
}

void Recorder::publish() {
  now_.facts = store_.facts();
  now_.conversations = store_.conversations();
  now_.running = running_.size();
  {
    const std::scoped_lock lock(status_lock_);
    status_ = now_;
  }
  if (on_round_) on_round_();
}

LiveStatus Recorder::status() const {
  const std::scoped_lock lock(status_lock_);
  return status_;
}

void Recorder::pause(Clock::duration time) {
  std::unique_lock lock(pause_lock_);
  pause_end_.wait_for(lock, time, [&] { return hurried_; });
}

void Recorder::learn(std::shared_ptr<const Knowledge> knowledge) {
  const std::scoped_lock lock(pause_lock_);
  knowledge_ = std::move(knowledge);
  learnt_ = true;
}

void Recorder::hurry() {
  const std::scoped_lock lock(pause_lock_);
  hurried_ = true;
  pause_end_.notify_all();
}

}  // namespace asepsis
