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
constexpr std::size_t kSharedPackets = 2'048;
constexpr std::size_t kMostBatches = 16;
constexpr std::size_t kReadAhead = 2;

// Packets for all workers, and what they hold by worker.
struct SharedBatch {
  CapturePiece piece;                          // only its batch, where the capture has no pieces
  bool guessed = false;                        // where it begins is to be proven
  ArrivedBefore before;                        // of the capture
  Time clock;                                  // the latest time of its packets
  WorkerCounts counts;                         // of them
  std::vector<std::vector<Arrival>> arrivals;  // by worker, in order
  std::atomic<std::size_t> unread = 0;         // workers that have not finished with it
  // Guarded by SharedReading's lock:
  bool sorted = false;
  bool ready = false;  // so are those before it, and what was guessed is proven
};

// Decodes packets for those whose they are: a tunnel's ends are one worker's, what
// it carries another's. A fragment is everybody's, as nobody knows what is inside.
class Sorter final : private DecodeSink {
 public:
  explicit Sorter(SharedBatch& shared) : shared_(shared) {}

  void sort() {
    clear(shared_);
    for (const Packet& packet : shared_.piece.batch.packets) {
      shared_.clock = std::max(shared_.clock, packet.time);
      packet_ = &packet;
      shared_.counts.add(packet, decode(packet.link_type, packet.bytes, packet.length, *this));
    }
  }

  static void clear(SharedBatch& shared) {
    shared.clock = {};
    shared.counts = {};
    for (auto& arrivals : shared.arrivals) arrivals.clear();
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
  const Packet* packet_ = nullptr;
};

class SharedReading {
 public:
  SharedReading(PacketSource& source, Workers& workers, Progress& progress)
      : source_(source), workers_(workers), progress_(progress), inboxes_(workers.size()) {}

  void run() {
    source_.begin_pieces(kSharedPackets);
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { work(i); });
    work(0);
  }

 private:
  void work(std::size_t self) {
    while (SharedBatch* const shared = take(self)) {
      // Reads ahead unless another does, so that nobody has to wait for it.
      read_ahead(self);
      add_all(*workers_[self], shared->arrivals[self], shared->before);
      if (--shared->unread > 0) continue;
      workers_[self]->count(shared->counts);
      give_back(*shared);
    }
    workers_[self]->finish();
  }

  // Another processor had most packets in its cache: they are sent for ahead.
  static void add_all(Worker& worker, const std::vector<Arrival>& arrivals,
                      const ArrivedBefore& before) {
    constexpr std::size_t kAhead = 8;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      if (i + kAhead < arrivals.size())
        __builtin_prefetch(arrivals[i + kAhead].packet.payload.data());
      worker.add(arrivals[i], before);
    }
  }

  // The next batch for this worker, which reads and decodes batches for all while
  // there is none; null if there will be none.
  SharedBatch* take(std::size_t self) {
    std::unique_lock lock(lock_);
    auto& inbox = inboxes_[self];
    const auto ready = [&] { return !inbox.empty() && inbox.front()->ready; };
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
    if (ended_ || (free_.empty() && batches_.size() >= kMostBatches)) return false;
    return pieces_ || (!reading_ && guesses_ == 0);
  }

  // Reads one batch for all and decodes it, while others do the same: lets go of the
  // lock meanwhile. REQUIRES: may_read().
  void supply(std::size_t self, std::unique_lock<std::mutex>& lock) {
    SharedBatch& shared = empty_batch();
    if (self == 0 && !reading_) progress_.maybe(source_);
    pieces_ = pieces_ && source_.claim(shared.piece);
    shared.guessed = pieces_;
    // Behind the pieces the capture goes on once it is known where they end.
    const bool got = pieces_ || (!reading_ && guesses_ == 0 && read_next(shared, lock));
    if (!got) {
      free_.push_back(&shared);
      change_.notify_all();
      return;
    }
    guesses_ += shared.guessed ? 1 : 0;
    shared.sorted = shared.ready = false;
    shared.unread = workers_.size();
    for (auto& inbox : inboxes_) inbox.push_back(&shared);
    unready_.push_back(&shared);
    change_.notify_all();
    sort(shared, lock);
    make_ready(lock);
  }

  bool read_next(SharedBatch& shared, std::unique_lock<std::mutex>& lock) {
    reading_ = true;
    lock.unlock();
    shared.piece.packets_before = 0;
    const bool got = source_.next(shared.piece.batch, kSharedPackets);
    lock.lock();
    reading_ = false;
    ended_ = !got;
    return got;
  }

  void sort(SharedBatch& shared, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    if (shared.guessed) source_.read(shared.piece);
    Sorter(shared).sort();
    lock.lock();
    shared.sorted = true;
  }

  // In the order of the capture, by one worker at a time.
  void make_ready(std::unique_lock<std::mutex>& lock) {
    if (proving_) return;
    proving_ = true;
    while (!unready_.empty() && unready_.front()->sorted) {
      SharedBatch& shared = *unready_.front();
      if (!prove(shared)) {
        sort(shared, lock);
        continue;
      }
      unready_.pop_front();
      shared.before = {.clock = clock_, .packets = shared.piece.packets_before};
      clock_ = std::max(clock_, shared.clock);
      shared.ready = true;
    }
    proving_ = false;
    change_.notify_all();
  }

  // False if it is to be sorted again, as it began elsewhere.
  bool prove(SharedBatch& shared) {
    if (!shared.guessed) return true;
    const CapturePieces::Proof proof = source_.prove(shared.piece);
    if (proof == CapturePieces::Proof::wrong) return false;
    if (proof == CapturePieces::Proof::nothing) Sorter::clear(shared);
    --guesses_;
    return true;
  }

  // What it holds is let go and its memory used again.
  void give_back(SharedBatch& shared) {
    shared.piece.batch.bytes_owner.reset();
    const std::scoped_lock lock(lock_);
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

  PacketSource& source_;  // of who reads where there are no pieces; else under the lock
  Workers& workers_;
  Progress& progress_;
  std::mutex lock_;  // of all below
  std::condition_variable change_;
  bool pieces_ = true;       // there may be more
  std::size_t guesses_ = 0;  // pieces that are not proven
  bool reading_ = false;     // one of the workers, without the lock
  bool proving_ = false;     // likewise
  bool ended_ = false;
  Time clock_;                                     // the latest of all that is ready
  std::vector<std::deque<SharedBatch*>> inboxes_;  // in the order of the capture
  std::deque<SharedBatch*> unready_;               // likewise
  std::vector<std::unique_ptr<SharedBatch>> batches_;
  std::vector<SharedBatch*> free_;
};

}  // namespace

void read_shared(PacketSource& source, Workers& workers, Progress& progress) {
  SharedReading(source, workers, progress).run();
}

}  // namespace asepsis
