#include "app/reading.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/text.hpp"
#include "capture/capture_identity.hpp"
#include "capture/filter.hpp"
#include "capture/input.hpp"
#include "capture/magic.hpp"
#include "net/decoded.hpp"
#include "net/pair_hash.hpp"
#include "sensor/log_reader.hpp"

namespace asepsis {
namespace {

// Packets that workers share out at once: enough that they seldom meet. How many
// such batches may be on the way bounds memory, not correctness.
constexpr std::size_t kSharedPackets = 8'192;
constexpr std::size_t kMostBatches = 24;
constexpr std::size_t kReadAhead = 2;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

// The capture, read by one thread at a time.
class Source {
 public:
  Source(CaptureFile file, const ReadingOptions& options)
      : file_(std::move(file)), options_(options) {}

  // The next packets that pass the filter; false at the end or on a failure.
  bool next(PacketBatch& batch, std::size_t limit = kPacketsAtOnce) {
    while (!failure_ && !(options_.stop != nullptr && *options_.stop) && file_.next(batch, limit)) {
      for (const Packet& packet : batch.packets) {
        if (identity_.complete()) break;
        identity_.add(packet);
      }
      seen_ += batch.packets.size();
      if (!options_.filter.empty() && !apply_filter(batch)) return false;
      if (!batch.packets.empty()) return true;
    }
    return false;
  }

  bool filter_failed() const { return failure_.has_value(); }
  const Error& failure() const { return *failure_; }
  const CaptureFile& file() const { return file_; }
  const CaptureIdentity& identity() const { return identity_; }
  std::uint64_t filtered_out() const { return filtered_out_; }
  std::uint64_t packets() const { return seen_; }

 private:
  bool apply_filter(PacketBatch& batch) {
    const auto before = batch.packets.size();
    std::erase_if(batch.packets, [&](const Packet& packet) { return !passes(packet); });
    filtered_out_ += before - batch.packets.size();
    return !failure_;
  }

  bool passes(const Packet& packet) {
    if (failure_) return false;
    auto found = filters_.find(packet.link_type);
    if (found == filters_.end()) {
      auto filter = PacketFilter::compile(options_.filter, packet.link_type);
      if (!filter) {
        failure_ = filter.error();
        return false;
      }
      found = filters_.emplace(packet.link_type, *std::move(filter)).first;
    }
    return found->second.matches(packet);
  }

  CaptureFile file_;
  const ReadingOptions& options_;
  CaptureIdentity identity_;
  std::map<std::uint16_t, PacketFilter> filters_;
  std::optional<Error> failure_;
  std::uint64_t filtered_out_ = 0;
  std::uint64_t seen_ = 0;
};

class Progress {
 public:
  explicit Progress(const ReadingOptions& options) : options_(options) {}

  void maybe(const Source& source) {
    if (!options_.progress) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kProgressEvery) return;
    last_ = now;
    options_.progress(source.file().bytes_read(), source.file().bytes_total(), source.packets());
  }

 private:
  const ReadingOptions& options_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

using Workers = std::vector<std::unique_ptr<Worker>>;

void read_alone(Source& source, Worker& worker, Progress& progress) {
  PacketBatch batch;
  while (source.next(batch)) {
    for (const Packet& packet : batch.packets) worker.add(packet);
    progress.maybe(source);
  }
  worker.finish();
}

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
  SharedReading(Source& source, Workers& workers, Progress& progress)
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

  Source& source_;
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

void count_protocols(const ProtocolCounts& counts, std::map<std::string, std::uint64_t>& out) {
  for (std::size_t i = 0; i < protocols().size(); ++i) {
    const std::string name(protocols()[i]->name);
    out["malformed " + name] += counts.malformed[i];
    out["given up " + name] += counts.gave_up[i];
  }
}

void count_worker(Worker& worker, std::map<std::string, std::uint64_t>& out) {
  constexpr std::array<const char*, 5> kErrors{
      "", "frames of an unknown link type", "frames cut inside a header",
      "frames with a contradictory header", "frames nested too deeply"};
  for (std::size_t i = 1; i < kErrors.size(); ++i)
    out[kErrors[i]] += worker.counts().decode_errors[i];
  const FlowCounts& flows = worker.flow_counts();
  out["flows"] += flows.flows;
  out["flows begun before the capture"] += flows.mid_stream;
  out["flows evicted"] += flows.evicted;
  out["segments repeated"] += flows.retransmitted;
  out["segments overlapping"] += flows.overlapping;
  out["segments out of order"] += flows.early;
  out["segments out of order dropped"] += flows.early_dropped;
  out["stream gaps"] += flows.lost_gaps;
  out["stream bytes lost"] += flows.lost_bytes;
  out["facts dropped"] += worker.facts().dropped_facts();
  out["conversations dropped"] += worker.facts().dropped_conversations();
  count_protocols(worker.protocol_counts(), out);
}

// Every worker has had all fragments.
void count_fragments(const FragmentCounts& fragments, std::map<std::string, std::uint64_t>& out) {
  out["fragments"] = fragments.pieces;
  out["datagrams reassembled"] = fragments.completed;
  out["datagrams with overlapping fragments"] = fragments.overlapping;
  out["datagrams never completed"] = fragments.timed_out;
  out["fragments dropped"] = fragments.dropped;
}

Result<Reading> read_packets(Input input, const ReadingOptions& options) {
  auto file = CaptureFile::begin(std::move(input));
  if (!file) return std::unexpected(file.error());
  Source source(*std::move(file), options);
  Progress progress(options);
  Workers workers;
  const std::size_t count = std::max<std::size_t>(options.workers, 1);
  for (std::size_t i = 0; i < count; ++i)
    workers.push_back(
        std::make_unique<Worker>(options.limits, WorkerPlace{.self = i, .workers = count}));

  if (workers.size() == 1) {
    read_alone(source, *workers.front(), progress);
  } else {
    SharedReading(source, workers, progress).run();
  }
  if (source.filter_failed()) return std::unexpected(source.failure());

  Reading reading;
  for (const auto& worker : workers) {
    reading.counts.merge(worker->counts());
    count_worker(*worker, reading.counters);
  }
  count_fragments(workers.front()->fragment_counts(), reading.counters);
  reading.facts = std::move(workers.front()->facts());
  for (std::size_t i = 1; i < workers.size(); ++i)
    reading.facts.merge(std::move(workers[i]->facts()));
  reading.identity = source.identity().hex();
  reading.filtered_out = source.filtered_out();
  reading.losses = source.file().losses();
  reading.stopped = options.stop != nullptr && *options.stop;
  reading.counters["packets cut by the capture"] = reading.losses.cut_packets;
  reading.counters["bytes cut by the capture"] = reading.losses.cut_bytes;
  reading.counters["blocks skipped"] = reading.losses.skipped_blocks;
  reading.counters["blocks damaged"] = reading.losses.damaged_blocks;
  reading.counters["packets filtered out"] = reading.filtered_out;
  return reading;
}

// Fetches what there is of the first line, as far as it takes to know it; of a
// pipe no more than that.
Bytes head_of(ByteSource& source) {
  while (source.fill(1) && source.window().size() < kLogHead) {
    const std::string_view window = as_text(source.window());
    const bool text = window.front() == '#' || window.front() == '{';
    if (!text || window.find('\n') != std::string_view::npos) break;
    if (!source.fill(window.size() + 1)) break;
  }
  return source.window().first(std::min(source.window().size(), kLogHead));
}

// Zeek's log of certificates is read with the log of TLS beside it:
// x509.2026-11-22.log.gz with ssl.2026-11-22.log.gz.
std::optional<Input> companion_of(const std::filesystem::path& path) {
  constexpr std::string_view kCertificates = "x509";
  std::string name = path.filename().string();
  if (!name.starts_with(kCertificates)) return std::nullopt;
  const auto other = path.parent_path() / name.replace(0, kCertificates.size(), "ssl");
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(other, ignored)) return std::nullopt;
  auto input = open_input(other);
  if (!input || !begins_as_log(head_of(*input->source))) return std::nullopt;
  return *std::move(input);
}

Result<Reading> read_lines(Input input, std::optional<Input> companion,
                           const ReadingOptions& options) {
  if (!options.filter.empty())
    return fail(input.name + " is a log: --filter is for packets, read it without");
  LogOptions log{.limits = options.limits.fact, .stop = options.stop};
  log.progress = options.progress;
  auto read = read_log(std::move(input), log, std::move(companion));
  if (!read) return std::unexpected(read.error());
  Reading reading;
  reading.identity = std::move(read->identity);
  reading.facts = std::move(read->facts);
  reading.log = true;
  reading.counts.packets = read->lines;
  reading.counts.bytes = read->bytes;
  reading.counts.first = read->first;
  reading.counts.last = read->last;
  reading.losses.ended_early = std::move(read->ended_early);
  reading.stopped = read->stopped;
  reading.counters = std::move(read->counters);
  return reading;
}

}  // namespace

bool is_log(const std::filesystem::path& path) {
  const auto input = open_input(path);
  return input && begins_as_log(head_of(*input->source));
}

Result<Reading> read_source(const std::filesystem::path& path, const ReadingOptions& options) {
  auto input = open_input(path);
  if (!input) return std::unexpected(input.error());
  if (!begins_as_log(head_of(*input->source))) return read_packets(*std::move(input), options);
  return read_lines(*std::move(input), companion_of(path), options);
}

}  // namespace asepsis
