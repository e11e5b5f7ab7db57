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
#include "flow/flow_index.hpp"
#include "net/decoded.hpp"

namespace asepsis {

struct FlowLimits {
  std::size_t flows = 1'000'000;               // at once; then the least useful go first
  std::size_t early_bytes_of_half = 262'144;   // waiting for their turn, one direction, all told
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
  // The flow is over, and gone after the call; the listener takes its state back.
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

  // Ends every flow, and gives back what they took.
  void finish();

  // Shows `visit` every flow that has not ended, in no order.
  template <class Visit>
  void each(Visit visit) const {
    for (std::uint32_t index = 0; index < created_; ++index) {
      const Flow& flow = blocks_[index >> kBlockBits][index & kBlockMask];
      if (flow.in_use) visit(flow);
    }
  }

  // What few flows have; of those that have it.
  const FlowExtra& extra_of(const Flow& flow) const { return extras_.find(&flow)->second; }
  const FlowExtra::End& extra_of(const Flow& flow, Side side) const {
    return extra_of(flow).ends[end_of(flow, side)];
  }

  // Number of the packet being added, what the listener calls its evidence, and its
  // time. Of a flow that ends: of its first packet, and when it was last heard.
  std::uint64_t packet_number() const { return packet_number_; }
  Time packet_time() const { return packet_time_; }
  std::size_t size() const { return live_; }
  const FlowCounts& counts() const { return counts_; }

 private:
  static std::size_t end_of(const Flow& flow, Side side) {
    return (side == Side::client) == flow.client_is_a ? 0 : 1;
  }
  Flow& flow_at(std::uint32_t index) { return blocks_[index >> kBlockBits][index & kBlockMask]; }
  const Flow& flow_at(std::uint32_t index) const {
    return blocks_[index >> kBlockBits][index & kBlockMask];
  }
  FlowKey back_key(const Flow& flow) const;
  std::uint32_t hash_of_ends(FlowKey key) const;
  std::uint32_t find(const FlowKey& key, std::uint32_t hash) const;
  std::uint32_t find_ends(const FlowKey& key) const;
  std::uint32_t find_apart(const FlowKey& key) const;
  std::uint32_t join(const FlowKey& key, std::uint32_t hash, const Decoded& packet, bool from_a);
  std::uint32_t create(const FlowKey& key, std::uint32_t hash, const Decoded& packet, bool from_a);
  std::uint32_t make_room();
  void expect_apart(std::uint32_t index);
  void note_other_mac(Flow& flow, Side from, const Decoded& packet);
  FlowExtra& extra_for(Flow& flow);
  void release_extra(Flow& flow);
  void conclude(Flow& flow);
  void end(std::uint32_t index);
  bool evict_one();
  void schedule(std::uint32_t index, Time due);
  void unschedule(std::uint32_t index);
  std::chrono::seconds timeout_of(const Flow& flow) const;
  bool over(const Flow& flow, const Decoded& packet, bool from_a, Time time) const;
  bool silent_for_long(const Flow& flow, Time time) const;
  static bool reopens(const Flow& flow, const Decoded& packet, bool from_a);

  void refuse(const Decoded& packet);
  void add_tcp(std::uint32_t index, Side from, const Decoded& packet);
  Side show(Flow& flow, Side from, Bytes bytes);
  Side show_cut(Flow& flow, Side from, Bytes bytes, std::uint32_t length);
  void keep_early(Flow& flow, Side from, std::uint32_t sequence, Bytes bytes);
  Side show_early(Flow& flow, Side from);
  Side declare_lost(Flow& flow, Side from);
  EarlySegments& early_of(Flow& flow, Side side) {
    return *extras_.find(&flow)->second.ends[end_of(flow, side)].early;
  }
  bool early_full(Flow& flow, Side side, std::size_t bytes);
  void drop_early(Flow& flow, Side side);

  static constexpr std::uint32_t kBlockBits = 12;
  static constexpr std::uint32_t kBlockMask = (1U << kBlockBits) - 1;
  static constexpr std::uint32_t kWheelSeconds = 4096;

  FlowListener& listener_;
  FlowLimits limits_;
  std::chrono::seconds shortest_timeout_;
  FlowCounts counts_;
  std::uint64_t seed_;  // of all hashes
  std::vector<std::unique_ptr<Flow[]>> blocks_;
  FlowIndex by_key_;  // a flow that is apart by both its keys
  // Flows in a VLAN of which one side was heard, by their key without it: where
  // the other direction belongs that a mirror shows on another VLAN.
  FlowIndex by_ends_;
  absl::flat_hash_map<const Flow*, FlowExtra> extras_;
  std::size_t live_ = 0;
  std::size_t early_bytes_ = 0;
  std::uint32_t created_ = 0;         // flows ever made room for
  std::uint32_t free_ = 0;            // the first that is not in use; index + 1
  std::uint32_t hand_ = 0;            // where eviction looks next
  std::vector<std::uint32_t> wheel_;  // first flow due, a slot a second; index + 1
  std::int64_t wheel_second_ = 0;
  Time packet_time_;
  Time now_;  // the latest time seen
  std::uint64_t packet_number_ = 0;
};

}  // namespace asepsis
