// The flows of one worker: finds a packet's flow, puts TCP streams in order
// and shows their bytes once, first copy first, to a listener.
//
// In-order bytes are shown where they lie in the packet; only what comes
// early is copied, into bounded buffers. Bytes are declared lost when the
// other side acknowledges them, or when the buffer is full.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "base/side.hpp"
#include "flow/flow.hpp"
#include "net/decoded.hpp"

namespace asepsis {

struct FlowLimits {
  std::size_t flows = 1'000'000;               // at once; then the least useful go first
  std::size_t early_bytes_of_half = 262'144;   // waiting for their turn, one direction
  std::size_t early_bytes = 64 * 1024 * 1024;  // the same, all flows together
  std::size_t early_segments = 128;            // of one direction
  std::chrono::seconds established{3600};      // idle time-outs by state
  std::chrono::seconds half_open{60};
  std::chrono::seconds closed{10};
  std::chrono::seconds datagrams{120};
};

struct FlowCounts {
  std::uint64_t flows = 0, evicted = 0, mid_stream = 0;
  std::uint64_t retransmitted = 0, overlapping = 0, early = 0;
  std::uint64_t lost_gaps = 0, lost_bytes = 0, early_dropped = 0;
};

inline FlowHalf& half_of(Flow& flow, Side side) {
  return flow.halves[static_cast<std::size_t>(side)];
}

class FlowListener {
 public:
  // The next bytes of a stream, or one datagram. Returns how many bytes of the
  // stream after these need not be shown.
  virtual std::uint64_t on_data(Flow& flow, Side from, Bytes bytes) = 0;
  // `size` bytes of the stream were not captured.
  virtual void on_loss(Flow& flow, Side from, std::uint64_t size) = 0;
  // Both sides are done (TCP): no more bytes will be shown, what reading them
  // needed can go. on_end() follows some time later.
  virtual void on_closed(Flow& flow) = 0;
  // The flow is over; it and its state are gone after the call.
  virtual void on_end(Flow& flow) = 0;

 protected:
  ~FlowListener() = default;
};

class FlowTable {
 public:
  // `listener` must outlive the table.
  explicit FlowTable(FlowListener& listener, FlowLimits limits = {});
  ~FlowTable();
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  // REQUIRES: packet.kind is frame or datagram.
  void add(const Decoded& packet, Time time, std::uint64_t number);

  // Lets time pass: what has been idle for too long ends. Time does not run
  // backwards here: earlier ones change nothing.
  void advance_to(Time time);

  // Ends so many flows, those first that would be missed least.
  void shed(std::size_t flows);

  // Ends every flow.
  void finish();

  // Shows `visit` every flow that has not ended, in no order.
  template <class Visit>
  void each(Visit visit) const {
    for (std::uint32_t index = 0; index < created_; ++index) {
      const Flow& flow = blocks_[index >> kBlockBits][index & kBlockMask];
      if (flow.in_use) visit(flow);
    }
  }

  // Number of the packet being added: what the listener calls its evidence.
  std::uint64_t packet_number() const { return packet_number_; }
  Time packet_time() const { return packet_time_; }
  std::size_t size() const { return live_; }
  const FlowCounts& counts() const { return counts_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t flow = 0;  // index + 1; 0 is empty
  };

  Flow& flow_at(std::uint32_t index) { return blocks_[index >> kBlockBits][index & kBlockMask]; }
  std::uint32_t find(const FlowKey& key, std::uint64_t hash);
  std::uint32_t find_apart(const FlowKey& key);
  std::uint32_t join(const FlowKey& key, std::uint64_t hash, const Decoded& packet, bool from_a);
  std::uint32_t create(const FlowKey& key, std::uint64_t hash, const Decoded& packet, bool from_a);
  void insert_slot(std::uint64_t hash, std::uint32_t index);
  void erase_slot(std::uint64_t hash, std::uint32_t index);
  void grow();
  void end(std::uint32_t index);
  bool evict_one();
  void schedule(std::uint32_t index, Time due);
  void unschedule(std::uint32_t index);
  std::chrono::seconds timeout_of(const Flow& flow) const;
  bool over(const Flow& flow, const Decoded& packet, bool from_a, Time time) const;

  void refuse(const Decoded& packet);
  void add_tcp(std::uint32_t index, Side from, const Decoded& packet);
  Side show(Flow& flow, Side from, Bytes bytes);
  Side show_cut(Flow& flow, Side from, Bytes bytes, std::uint32_t length);
  void keep_early(Flow& flow, Side from, std::uint32_t sequence, Bytes bytes);
  Side show_early(Flow& flow, Side from);
  Side declare_lost(Flow& flow, Side from);
  void drop_early(FlowHalf& half);

  static constexpr std::uint32_t kBlockBits = 10;
  static constexpr std::uint32_t kBlockMask = (1U << kBlockBits) - 1;
  static constexpr std::size_t kWheelSeconds = 4096;

  FlowListener& listener_;
  FlowLimits limits_;
  std::chrono::seconds shortest_timeout_;
  FlowCounts counts_;
  std::vector<std::unique_ptr<Flow[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::vector<Slot> slots_;
  // Flows that began in a VLAN, by the hash of their key without it: where the
  // other direction belongs that a mirror shows on another VLAN.
  absl::flat_hash_map<std::uint64_t, std::uint32_t> by_ends_;  // index + 1
  std::size_t live_ = 0;
  std::size_t joined_ = 0;  // of those, with a second slot
  std::size_t early_bytes_ = 0;
  std::uint32_t created_ = 0;         // flows ever made room for
  std::uint32_t hand_ = 0;            // where eviction looks next
  std::vector<std::uint32_t> wheel_;  // first flow due, a slot a second; index + 1
  std::int64_t wheel_second_ = 0;
  Time packet_time_;
  Time now_;  // the latest time seen
  std::uint64_t packet_number_ = 0;
};

}  // namespace asepsis
