// Part of live_source: a capture that is played at its pace.

#include <algorithm>
#include <thread>

#include "app/live_source.hpp"

namespace asepsis {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Of a capture that is played at a pace: few enough that they are due together.
constexpr std::size_t kPacedPackets = 64;

class ReplaySource final : public LiveSource {
 public:
  ReplaySource(CaptureFile file, const ReadingOptions& options, double speed, LiveRun& run)
      : source_(std::move(file), options), speed_(speed), run_(run) {}

  Next next(PacketBatch& batch, milliseconds wait) override {
    batch.packets.clear();
    batch.bytes_owner.reset();
    if (run_.stop) return Next::end;
    if (speed_ == 0) return source_.next(batch) ? Next::packets : Next::end;
    if (at_ == held_.packets.size()) {
      at_ = 0;
      if (!source_.next(held_, kPacedPackets)) return Next::end;
    }
    if (!begun_) begin(held_.packets.front().time);
    const Clock::time_point most = Clock::now() + wait;
    std::this_thread::sleep_until(std::min(due(held_.packets[at_].time), most));
    const Clock::time_point now = Clock::now();
    for (; at_ < held_.packets.size() && due(held_.packets[at_].time) <= now; ++at_)
      batch.packets.push_back(held_.packets[at_]);
    batch.bytes_owner = held_.bytes_owner;
    return batch.packets.empty() ? Next::silence : Next::packets;
  }

  std::optional<Time> now() const override { return std::nullopt; }

  void count(Counters& out) override {
    const CaptureLosses& losses = source_.file().losses();
    out["packets cut by the capture"] += losses.cut_packets;
    out["bytes cut by the capture"] += losses.cut_bytes;
    out["blocks skipped"] += losses.skipped_blocks;
    out["blocks damaged"] += losses.damaged_blocks;
    out["packets filtered out"] += source_.filtered_out();
  }

  std::string ended_early() const override {
    if (source_.filter_failed()) return source_.failure().message;
    return source_.file().losses().ended_early.value_or("");
  }

 private:
  void begin(Time first) {
    begun_ = true;
    first_ = first;
    began_ = Clock::now();
  }

  // What the capture holds of earlier than its first packet is due at once.
  Clock::time_point due(Time time) const {
    const std::chrono::duration<double> after = time - first_;
    const std::chrono::duration<double> later = std::max(after / speed_, after * 0);
    return began_ + std::chrono::duration_cast<Clock::duration>(later);
  }

  PacketSource source_;
  double speed_;
  LiveRun& run_;
  PacketBatch held_;
  std::size_t at_ = 0;  // the next packet of those held
  bool begun_ = false;
  Time first_;
  Clock::time_point began_;
};

}  // namespace

std::unique_ptr<LiveSource> replay_source(CaptureFile file, const ReadingOptions& options,
                                          double speed, LiveRun& run) {
  return std::make_unique<ReplaySource>(std::move(file), options, speed, run);
}

}  // namespace asepsis
