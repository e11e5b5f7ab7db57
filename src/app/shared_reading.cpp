#include "app/shared_reading.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "net/pair_hash.hpp"

namespace asepsis {
namespace {

// Packets that workers share out at once: enough that they seldom meet. How many
// such batches may be on the way bounds memory, not correctness.
constexpr std::size_t kSharedPackets = 8'192;
constexpr std::size_t kMostBatches = 24;
constexpr std::size_t kReadAhead = 2;

// Packets for all workers, and which are whose.
struct SharedBatch {
  // The packet's place, and whether this worker, of those that have a part in
  // it, counts it.
  struct Part {
    std::uint32_t place;
    bool counted;
  };
  PacketBatch batch;
  std::vector<Time> clocks;              // the latest time of the capture, at each packet
  std::vector<std::vector<Part>> parts;  // by worker
  std::atomic<std::size_t> unread = 0;   // workers that have not finished with it
};

class SharedReading {
 public:
  SharedReading(PacketSource& source, Workers& workers, Progress& progress)
      : source_(source), workers_(workers), progress_(progress), inboxes_(workers.size()) {}

  void run() {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { work(i); });
    work(0);
  }

 private:
  using Batch = std::unique_ptr<SharedBatch>;

  void work(std::size_t self) {
    while (true) {
      SharedBatch* const shared = take(self);
      if (shared == nullptr) {
        if (!wait_for_more(self)) break;
        continue;
      }
      // Reads ahead unless another does, so that nobody has to wait for it.
      if (const std::unique_lock reading(source_lock_, std::try_to_lock); reading)
        read_more(self, Need::later);
      for (const SharedBatch::Part& part : shared->parts[self])
        workers_[self]->add(shared->batch.packets[part.place], shared->clocks[part.place],
                            part.counted);
      if (--shared->unread == 0) give_back(*shared);
    }
    workers_[self]->finish();
  }

  bool wait_for_more(std::size_t self) {
    const std::scoped_lock reading(source_lock_);
    return read_more(self, Need::now);
  }

  SharedBatch* take(std::size_t self) {
    const std::scoped_lock lock(inbox_lock_);
    auto& inbox = inboxes_[self];
    if (inbox.empty()) return nullptr;
    SharedBatch* const next = inbox.front();
    inbox.pop_front();
    return next;
  }

  // What it holds is let go and its memory used again.
  void give_back(SharedBatch& shared) {
    shared.batch.bytes_owner.reset();
    const std::scoped_lock lock(inbox_lock_);
    free_.push_back(&shared);
    room_.notify_all();
  }

  enum class Need : std::uint8_t { now, later };

  // Reads and shares out one batch, unless enough waits for this worker (another
  // may have read meanwhile). Waits for room if there is nothing else to do.
  // False if there will be nothing more for it. REQUIRES: source_lock_ is held.
  bool read_more(std::size_t self, Need need) {
    SharedBatch* shared = nullptr;
    {
      std::unique_lock lock(inbox_lock_);
      const std::size_t enough = need == Need::now ? 1 : kReadAhead;
      const auto supplied = [&] { return inboxes_[self].size() >= enough; };
      const auto room = [&] { return !free_.empty() || batches_.size() < kMostBatches; };
      if (supplied() || (need == Need::later && !room())) return true;
      room_.wait(lock, [&] { return supplied() || room(); });
      if (supplied()) return true;
      shared = empty_batch();
    }
    if (ended_ || !source_.next(shared->batch, kSharedPackets)) {
      ended_ = true;
      give_back(*shared);
      return false;
    }
    share_out(*shared);
    if (self == 0) progress_.maybe(source_);
    const std::scoped_lock lock(inbox_lock_);
    for (auto& inbox : inboxes_) inbox.push_back(shared);
    return true;
  }

  // REQUIRES: inbox_lock_ is held, and there is room.
  SharedBatch* empty_batch() {
    if (free_.empty()) {
      batches_.push_back(std::make_unique<SharedBatch>());
      batches_.back()->parts.resize(workers_.size());
      return batches_.back().get();
    }
    SharedBatch* const shared = free_.back();
    free_.pop_back();
    return shared;
  }

  void share_out(SharedBatch& shared) {
    shared.clocks.clear();
    for (auto& parts : shared.parts) parts.clear();
    for (const Packet& packet : shared.batch.packets) {
      clock_ = std::max(clock_, packet.time);
      share_out(packet, static_cast<std::uint32_t>(shared.clocks.size()), shared);
      shared.clocks.push_back(clock_);
    }
    shared.unread = workers_.size();
  }

  // To the worker of each packet in it: a tunnel's ends are one's, what it
  // carries another's. A fragment is everybody's.
  static void share_out(const Packet& packet, std::uint32_t place, SharedBatch& shared) {
    const PairHashes pairs = pair_hashes(packet.link_type, packet.bytes, packet.length);
    const std::size_t workers = shared.parts.size();
    const std::size_t first = pairs.values[0] % workers;
    shared.parts[first].push_back({place, true});
    if (pairs.size == 1 && !pairs.fragment) return;
    for (std::size_t i = 0; i < workers; ++i) {
      const WorkerPlace worker{.self = i, .workers = workers};
      const auto owned = [&](std::uint64_t pair) { return worker.owns(pair); };
      if (i != first && (pairs.fragment || std::ranges::any_of(pairs.all(), owned)))
        shared.parts[i].push_back({place, false});
    }
  }

  PacketSource& source_;
  Workers& workers_;
  Progress& progress_;
  std::mutex source_lock_;
  bool ended_ = false;  // guarded by source_lock_
  Time clock_;          // the same
  std::mutex inbox_lock_;
  std::condition_variable room_;
  std::vector<std::deque<SharedBatch*>> inboxes_;  // guarded by inbox_lock_
  std::vector<Batch> batches_;                     // the same
  std::vector<SharedBatch*> free_;                 // the same
};

}  // namespace

void read_shared(PacketSource& source, Workers& workers, Progress& progress) {
  SharedReading(source, workers, progress).run();
}

}  // namespace asepsis
