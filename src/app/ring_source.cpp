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

class RingSource final : public LiveSource {
 public:
  RingSource(std::vector<LiveRing> rings, std::map<std::uint16_t, PacketFilter> filters,
             LiveRun& run)
      : rings_(std::move(rings)), filters_(std::move(filters)), run_(run) {}

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
  using Owners = std::vector<std::shared_ptr<const void>>;

  bool over() {
    if (std::ranges::all_of(rings_, &LiveRing::gone)) return true;
    if (!run_.stop) return false;
    const auto now = std::chrono::steady_clock::now();
    if (!stops_) stops_ = now + kLastBlocks;
    return now >= *stops_;
  }

  // A block of each interface that has one, in the order of time.
  bool take(PacketBatch& batch) {
    Owners owners;
    for (LiveRing& ring : rings_) {
      std::shared_ptr<const void> owner;
      if (ring.take(batch.packets, owner)) owners.push_back(std::move(owner));
    }
    if (owners.empty()) return false;
    if (owners.size() == 1) {
      batch.bytes_owner = std::move(owners.front());
      return true;
    }
    // Those of one block lie in the order in which they came.
    std::ranges::sort(batch.packets, {}, [](const Packet& packet) {
      return std::pair(packet.time, packet.bytes.data());
    });
    batch.bytes_owner = std::make_shared<Owners>(std::move(owners));
    return true;
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
