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

// Packets that workers share out at once: few enough to stay in a processor's cache
// from being read to being decoded. How many such batches may be on the way bounds
// memory, not correctness.
constexpr std::size_t kSharedPackets = 1'024;
constexpr std::size_t kMostBatches = 64;
constexpr std::size_t kReadAhead = 2;

// Packets for all workers, and what they hold by worker.
struct SharedBatch {
  PacketBatch batch;
  Time clock;  // the latest time of the capture, before them and then with them
  std::vector<std::vector<Arrival>> arrivals;  // by worker, in order
  bool decoded = false;                        // guarded by SharedReading's lock
  std::atomic<std::size_t> unread = 0;         // workers that have not finished with it
};

// Decodes packets for those whose they are: a tunnel's ends are one worker's, what
// it carries another's. A fragment is everybody's, as nobody knows what is inside.
class Sorter final : private DecodeSink {
 public:
  Sorter(SharedBatch& shared, Worker& counting) : shared_(shared), counting_(counting) {}

  void sort() {
    for (auto& arrivals : shared_.arrivals) arrivals.clear();
    for (const Packet& packet : shared_.batch.packets) {
      shared_.clock = std::max(shared_.clock, packet.time);
      packet_ = &packet;
      counting_.count(packet, decode(packet.link_type, packet.bytes, packet.length, *this));
    }
  }

 private:
  void on_decoded(const Decoded& packet) override {
    if (packet.kind == Decoded::Kind::fragment) {
      for (auto& arrivals : shared_.arrivals) arrive(packet, arrivals);
    } else {
      arrive(packet, shared_.arrivals[pair_hash(packet) % shared_.arrivals.size()]);
    }
  }

  void arrive(const Decoded& packet, std::vector<Arrival>& arrivals) {
    arrivals.emplace_back(packet, packet_->time, shared_.clock, packet_->number);
  }

  SharedBatch& shared_;
  Worker& counting_;
  const Packet* packet_ = nullptr;
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
  void work(std::size_t self) {
    while (SharedBatch* const shared = take(self)) {
      // Reads ahead unless another does, so that nobody has to wait for it.
      read_ahead(self);
      for (const Arrival& arrival : shared->arrivals[self]) workers_[self]->add(arrival);
      if (--shared->unread == 0) give_back(*shared);
    }
    workers_[self]->finish();
  }

  // The next batch for this worker, which reads and decodes batches for all while
  // there is none; null if there will be none.
  SharedBatch* take(std::size_t self) {
    std::unique_lock lock(lock_);
    auto& inbox = inboxes_[self];
    const auto ready = [&] { return !inbox.empty() && inbox.front()->decoded; };
    const auto over = [&] { return ended_ && inbox.empty(); };
    while (true) {
      change_.wait(lock, [&] { return ready() || over() || may_read(); });
      if (over()) return nullptr;
      if (ready()) break;
      supply(self, lock);
    }
    SharedBatch* const next = inbox.front();
    inbox.pop_front();
    return next;
  }

  void read_ahead(std::size_t self) {
    std::unique_lock lock(lock_);
    if (inboxes_[self].size() < kReadAhead && may_read()) supply(self, lock);
  }

  // REQUIRES: lock_ is held, here and below.
  bool may_read() const {
    return !reading_ && !ended_ && (!free_.empty() || batches_.size() < kMostBatches);
  }

  // Reads one batch for all, then decodes it while another may read the next: lets
  // go of the lock meanwhile. REQUIRES: may_read().
  void supply(std::size_t self, std::unique_lock<std::mutex>& lock) {
    reading_ = true;
    SharedBatch& shared = empty_batch();
    lock.unlock();
    const bool got = source_.next(shared.batch, kSharedPackets);
    if (self == 0) progress_.maybe(source_);
    shared.clock = clock_;
    if (got)
      for (const Packet& packet : shared.batch.packets) clock_ = std::max(clock_, packet.time);
    lock.lock();
    reading_ = false;
    ended_ = !got;
    if (got) {
      shared.unread = workers_.size();
      for (auto& inbox : inboxes_) inbox.push_back(&shared);
    } else {
      free_.push_back(&shared);
    }
    change_.notify_all();
    if (!got) return;
    lock.unlock();
    Sorter(shared, *workers_[self]).sort();
    lock.lock();
    shared.decoded = true;
    change_.notify_all();
  }

  // What it holds is let go and its memory used again.
  void give_back(SharedBatch& shared) {
    shared.batch.bytes_owner.reset();
    const std::scoped_lock lock(lock_);
    shared.decoded = false;
    free_.push_back(&shared);
    change_.notify_all();
  }

  SharedBatch& empty_batch() {
    if (free_.empty()) {
      batches_.push_back(std::make_unique<SharedBatch>());
      batches_.back()->arrivals.resize(workers_.size());
      return *batches_.back();
    }
    SharedBatch* const shared = free_.back();
    free_.pop_back();
    return *shared;
  }

  PacketSource& source_;  // as the next two, of the worker that reads
  Workers& workers_;
  Progress& progress_;
  Time clock_;
  std::mutex lock_;  // of all below
  std::condition_variable change_;
  bool reading_ = false;  // one of the workers, without the lock
  bool ended_ = false;
  std::vector<std::deque<SharedBatch*>> inboxes_;  // in the order of the capture
  std::vector<std::unique_ptr<SharedBatch>> batches_;
  std::vector<SharedBatch*> free_;
};

}  // namespace

void read_shared(PacketSource& source, Workers& workers, Progress& progress) {
  SharedReading(source, workers, progress).run();
}

}  // namespace asepsis
