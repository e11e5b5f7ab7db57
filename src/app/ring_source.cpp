// Part of live_source: the rings of interfaces.

#include <poll.h>

#include <algorithm>
#include <map>

#include "app/live_source.hpp"

namespace asepsis {
namespace {

using std::chrono::milliseconds;

// So long after it was told to end a source takes what the kernel still holds
// back in blocks that are not full.
constexpr milliseconds kLastBlocks{150};

// So long a packet waits for older ones of an interface that is silent: as a
// block takes to be given to us, and some more.
constexpr milliseconds kHoldBack{150};

class RingSource final : public LiveSource {
 public:
  RingSource(std::vector<LiveRing> rings, std::map<std::uint16_t, PacketFilter> filters,
             LiveRun& run)
      : rings_(std::move(rings)), filters_(std::move(filters)), run_(run), newest_(rings_.size()) {}

  Next next(PacketBatch& batch, milliseconds wait) override {
    batch.packets.clear();
    batch.bytes_owner.reset();
    if (over()) return Next::end;
    if (!take(batch)) {
      await(wait);
      if (!take(batch)) return Next::silence;
    }
    heard(batch);
    return batch.packets.empty() ? Next::silence : Next::packets;
  }

  std::optional<Time> now() const override {
    if (last_ == Time()) return std::nullopt;
    return last_ + (std::chrono::steady_clock::now() - last_heard_);
  }

  void count(Counters& out) override {
    for (LiveRing& ring : rings_) {
      const RingCounts& counts = ring.counts();
      out["packets dropped by the kernel"] += counts.dropped;
      out["times the ring was full"] += counts.freezes;
      out["packets cut by the capture"] += counts.cut_packets;
      out["bytes cut by the capture"] += counts.cut_bytes;
      out["times of the network card that are wrong"] += counts.wrong_times;
      out["times an interface went down"] += counts.downs;
    }
    out["packets filtered out"] += filtered_out_;
  }

  std::string ended_early() const override {
    if (!std::ranges::all_of(rings_, &LiveRing::gone)) return {};
    return (rings_.size() == 1 ? rings_.front().interface().name + " is" : "all interfaces are") +
           " gone: start asepsis again when it is back";
  }

 private:
  // A block of which packets wait for those of other interfaces.
  struct Held {
    Time newest;
    std::shared_ptr<const void> owner;
  };

  bool over() {
    if (std::ranges::all_of(rings_, &LiveRing::gone)) return waiting_.empty();
    if (!run_.stop) return false;
    const auto now = std::chrono::steady_clock::now();
    if (!stops_) stops_ = now + kLastBlocks;
    return now >= *stops_;
  }

  bool take(PacketBatch& batch) {
    if (rings_.size() == 1) return rings_.front().take(batch.packets, batch.bytes_owner);
    // All that there is, and what time it was before: what the kernel gave us while
    // this thread did not run must not be passed over.
    const Time now = std::chrono::system_clock::now();
    for (std::size_t i = 0; i < rings_.size(); ++i) take_all_of(i);
    // Those of one block lie in the order in which they came.
    std::ranges::sort(waiting_, {}, [](const Packet& packet) {
      return std::pair(packet.time, packet.bytes.data());
    });
    give(batch, horizon(now));
    return !batch.packets.empty();
  }

  void take_all_of(std::size_t ring) {
    std::shared_ptr<const void> owner;
    for (std::size_t before = waiting_.size(); rings_[ring].take(waiting_, owner);
         before = waiting_.size()) {
      if (waiting_.size() == before) continue;
      newest_[ring] = std::max(newest_[ring], waiting_.back().time);
      held_.push_back({waiting_.back().time, std::move(owner)});
    }
  }

  // Each direction may come by an interface of its own, and a block of one is
  // given to us later than that of the other: what is older than this is whole.
  Time horizon(Time now) const {
    if (run_.stop || std::ranges::all_of(rings_, &LiveRing::gone)) return Time::max();
    // Of one interface packets come in order.
    const Time heard_of_all = *std::ranges::min_element(newest_);
    Time until = std::max(heard_of_all, now - kHoldBack);
    // Half of the blocks stay the kernel's, whatever waits.
    std::size_t most = 0;
    for (const LiveRing& ring : rings_) most += ring.blocks() / 2;
    if (held_.size() > most) until = std::max(until, held_[held_.size() - most - 1].newest);
    return until;
  }

  // What waits, up to that time, and what keeps its bytes.
  void give(PacketBatch& batch, Time until) {
    const auto end = std::ranges::upper_bound(waiting_, until, {}, &Packet::time);
    batch.packets.assign(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    auto owners = std::make_shared<std::vector<std::shared_ptr<const void>>>();
    for (const Held& held : held_) owners->push_back(held.owner);
    batch.bytes_owner = std::move(owners);
    std::erase_if(held_, [&](const Held& held) { return held.newest <= until; });
  }

  void heard(PacketBatch& batch) {
    std::uint64_t number = run_.next_number.fetch_add(batch.packets.size());
    for (Packet& packet : batch.packets) packet.number = number++;
    if (!batch.packets.empty()) {
      last_ = std::max(last_, batch.packets.back().time);
      last_heard_ = std::chrono::steady_clock::now();
    }
    if (filters_.empty()) return;
    filtered_out_ += std::erase_if(batch.packets, [&](const Packet& packet) {
      return !filters_.at(packet.link_type).matches(packet);
    });
  }

  void await(milliseconds wait) {
    std::vector<pollfd> asked;
    asked.reserve(rings_.size());
    for (const LiveRing& ring : rings_)
      asked.push_back({.fd = ring.gone() ? -1 : ring.descriptor(), .events = POLLIN, .revents = 0});
    if (::poll(asked.data(), asked.size(), static_cast<int>(wait.count())) <= 0) return;
    for (std::size_t i = 0; i < rings_.size(); ++i)
      if ((asked[i].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) rings_[i].notice_error();
  }

  std::vector<LiveRing> rings_;
  std::map<std::uint16_t, PacketFilter> filters_;  // by link type; none: all pass
  LiveRun& run_;
  std::vector<Packet> waiting_;  // of several interfaces, in the order of time
  std::vector<Held> held_;       // as they came
  std::vector<Time> newest_;     // of each interface
  std::optional<std::chrono::steady_clock::time_point> stops_;
  Time last_;
  std::chrono::steady_clock::time_point last_heard_;
  std::uint64_t filtered_out_ = 0;
};

}  // namespace

Result<std::unique_ptr<LiveSource>> ring_source(std::vector<LiveRing> rings,
                                                const std::string& filter, LiveRun& run) {
  std::map<std::uint16_t, PacketFilter> filters;
  for (const LiveRing& ring : rings) {
    if (filter.empty()) break;
    auto compiled = PacketFilter::compile(filter, ring.interface().link_type);
    if (!compiled) return std::unexpected(compiled.error());
    filters.emplace(ring.interface().link_type, *std::move(compiled));
  }
  return std::make_unique<RingSource>(std::move(rings), std::move(filters), run);
}

}  // namespace asepsis
