#include "flow/flow_table.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

#include "base/hash.hpp"
#include "flow/flow_key.hpp"

namespace asepsis {
namespace {

// `seed`: so that nobody can make up flows of one hash.
std::uint32_t hash_with(std::uint64_t seed, const FlowKey& key) {
  const FlowKey::Words words = key.words();
  return static_cast<std::uint32_t>(hash_mix(
      hash_mix(words[0] ^ words[4] ^ seed, words[1]) ^ words[5], hash_mix(words[2], words[3])));
}

constexpr int kEvictionCandidates = 32;
// Of a flow that is the first due in its second: which second.
constexpr std::uint32_t kFirstDue = 1U << 31;

// Whether the sender of a flow's first packet is its client.
bool sender_is_client(const Decoded& packet) {
  if (packet.kind == Decoded::Kind::frame) return true;
  if (packet.protocol == ip_protocol::kTcp && (packet.tcp_flags & tcp_flag::kSyn) != 0)
    return (packet.tcp_flags & tcp_flag::kAck) == 0;
  if (packet.dst.multicast()) return true;
  const bool src_known = packet.src_port < 1024;
  const bool dst_known = packet.dst_port < 1024;
  if (src_known != dst_known) return dst_known;
  if (packet.protocol == ip_protocol::kTcp) return packet.dst_port <= packet.src_port;
  return true;
}

std::int64_t second_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::uint8_t ttl_of(const Decoded& packet) { return std::max<std::uint8_t>(packet.ttl, 1); }

bool answered(const Flow& flow) { return flow.client().packets > 0 && flow.server().packets > 0; }

}  // namespace

FlowTable::FlowTable(FlowListener& listener, FlowLimits limits)
    : listener_(listener),
      limits_(limits),
      shortest_timeout_(
          std::min({limits.established, limits.half_open, limits.closed, limits.datagrams})),
      seed_(random_seed()),
      wheel_(kWheelSeconds, 0) {}

FlowTable::~FlowTable() = default;

void FlowTable::add(const Decoded& packet, Time time, std::uint64_t number) {
  assert(packet.kind != Decoded::Kind::fragment);
  packet_number_ = number;
  packet_time_ = time;
  advance_to(time);

  FlowKey key;
  const bool from_a = make_key(packet, key);
  const std::uint32_t hash = hash_with(seed_, key);
  std::uint32_t index = find(key, hash);
  if (index != 0 && over(flow_at(index - 1), packet, from_a, time)) {
    end(index - 1);
    index = 0;
  }
  if (index == 0 && !by_ends_.empty()) index = join(key, hash, packet, from_a);
  if (index == 0) index = create(key, hash, packet, from_a) + 1;

  Flow& flow = flow_at(index - 1);
  const Side from = from_a == flow.client_is_a ? Side::client : Side::server;
  FlowHalf& half = half_of(flow, from);
  if (half.packets > 0 && packet.src_mac != half.mac) note_other_mac(flow, from, packet);
  if (ttl_of(packet) > half.ttl) {
    half.mac = packet.src_mac;
    half.ttl = ttl_of(packet);
  }
  if (++half.packets == 1 && key.vlan != 0 && answered(flow))
    by_ends_.erase(hash_of_ends(flow.key), index);
  half.bytes += packet.payload_length;
  flow.last = std::max(flow.last, time);
  flow.heard = now_;

  if (packet.protocol == ip_protocol::kTcp && !flow.key.frame) {
    add_tcp(index - 1, from, packet);
    return;
  }
  if (const auto refused = refused_packet(packet)) refuse(*refused);
  if (flow.wants_data && !packet.payload.empty()) listener_.on_data(flow, from, packet.payload);
}

// Only what a client asks for is refused: who sends an answer too late back
// offers no service.
void FlowTable::refuse(const Decoded& packet) {
  FlowKey key;
  const bool from_a = make_key(packet, key);
  std::uint32_t index = find(key, hash_with(seed_, key));
  if (index == 0) index = find_apart(key);
  if (index == 0) return;
  Flow& flow = flow_at(index - 1);
  if (from_a == flow.client_is_a) flow.refused = true;
}

void FlowTable::finish() {
  by_key_ = {};
  by_ends_ = {};
  std::ranges::fill(wheel_, 0);
  for (auto& block : blocks_) {
    for (Flow& flow : std::span(block.get(), kBlockMask + 1))
      if (flow.in_use) conclude(flow);
    block.reset();
  }
  blocks_.clear();
  extras_.clear();
  created_ = free_ = hand_ = 0;
  live_ = 0;
}

void FlowTable::shed(std::size_t flows) {
  while (flows-- > 0 && evict_one())
    ;
}

// Whether the packet does not belong to this flow but to one after it.
bool FlowTable::over(const Flow& flow, const Decoded& packet, bool from_a, Time time) const {
  if (silent_for_long(flow, time)) return true;
  return (packet.tcp_flags & tcp_flag::kSyn) != 0 && reopens(flow, packet, from_a);
}

inline bool FlowTable::silent_for_long(const Flow& flow, Time time) const {
  // The clock decides, so that it does not matter whether it has been cleared
  // away yet. Where a capture goes back in time the clock stands still.
  const auto silent = std::max(time - flow.last, now_ - flow.heard);
  return silent > shortest_timeout_ && silent > timeout_of(flow);
}

// REQUIRES: it has SYN.
bool FlowTable::reopens(const Flow& flow, const Decoded& packet, bool from_a) {
  if (flow.key.frame || packet.protocol != ip_protocol::kTcp) return false;
  const auto opening = static_cast<std::uint8_t>(
      packet.tcp_flags & (tcp_flag::kSyn | tcp_flag::kAck | tcp_flag::kRst));
  const FlowHalf& half = flow.halves[from_a == flow.client_is_a ? 0 : 1];
  // The SYN that ended in a reset was repeated and is answered after all: the
  // server had taken it for one of an older connection (RFC 9293, 3.5.2;
  // RFC 5961, 4.2).
  if (opening == (tcp_flag::kSyn | tcp_flag::kAck))
    return flow.closed && (half.tcp_flags & tcp_flag::kSyn) == 0;
  if (opening != tcp_flag::kSyn) return false;
  const bool repeated = half.synchronised && half.next_sequence == packet.tcp_seq + 1;
  // A second SYN with another number opens a new connection on the old ports,
  // unless the first has not been answered yet.
  return !repeated && (flow.closed || answered(flow));
}

std::uint32_t FlowTable::hash_of_ends(FlowKey key) const {
  key.vlan = key.outer_vlan = 0;
  return hash_with(seed_, key);
}

// As packets of the second VLAN say it. REQUIRES: flow.apart.
FlowKey FlowTable::back_key(const Flow& flow) const {
  FlowKey back = flow.key;
  back.vlan = extra_of(flow).back_vlan;
  back.outer_vlan = extra_of(flow).back_outer_vlan;
  return back;
}

std::uint32_t FlowTable::find(const FlowKey& key, std::uint32_t hash) const {
  return by_key_.find(hash, [&](std::uint32_t found) {
    const Flow& flow = flow_at(found - 1);
    return flow.key == key || (flow.apart && back_key(flow) == key);
  });
}

// The last flow that began between these ends in a VLAN, if only one side of it was heard.
std::uint32_t FlowTable::find_ends(const FlowKey& key) const {
  return by_ends_.find(hash_of_ends(key), [&](std::uint32_t found) {
    FlowKey there = flow_at(found - 1).key;
    there.vlan = key.vlan;
    there.outer_vlan = key.outer_vlan;
    return there == key;
  });
}

// A flow between the same ends in another VLAN of which only one side was heard.
std::uint32_t FlowTable::find_apart(const FlowKey& key) const {
  if (key.frame) return 0;
  const std::uint32_t index = find_ends(key);
  return index != 0 && !answered(flow_at(index - 1)) ? index : 0;
}

// A mirror of ports shows each direction of a routed flow on the VLAN where it
// comes in. Of TCP the acknowledgement must fit: addresses may be used twice.
std::uint32_t FlowTable::join(const FlowKey& key, std::uint32_t hash, const Decoded& packet,
                              bool from_a) {
  constexpr std::uint32_t kMostAhead = 1U << 24;
  const std::uint32_t index = find_apart(key);
  if (index == 0 || packet.dst.multicast()) return 0;
  Flow& flow = flow_at(index - 1);
  const Side from = from_a == flow.client_is_a ? Side::client : Side::server;
  if (half_of(flow, from).packets > 0 || over(flow, packet, from_a, packet_time_)) return 0;
  const FlowHalf& asked = half_of(flow, other(from));
  const bool acknowledges = (packet.tcp_flags & tcp_flag::kAck) != 0;
  const std::uint32_t ahead = asked.next_sequence - packet.tcp_ack + kMostAhead;
  if (key.protocol == ip_protocol::kTcp && (!acknowledges || ahead > 2 * kMostAhead)) return 0;
  by_ends_.erase(hash_of_ends(key), index);
  flow.apart = true;
  FlowExtra& extra = extra_for(flow);
  extra.back_vlan = key.vlan;
  extra.back_outer_vlan = key.outer_vlan;
  half_of(flow, from).vlan = key.vlan & 0xfffU;
  by_key_.insert(hash, index);
  return index;
}

// The place of a flow that is to begin.
std::uint32_t FlowTable::make_room() {
  if (live_ >= limits_.flows) evict_one();
  ++live_;
  if (free_ != 0) {
    const std::uint32_t index = free_ - 1;
    free_ = std::exchange(flow_at(index).wheel_next, 0);
    return index;
  }
  if ((created_ & kBlockMask) == 0) blocks_.push_back(std::make_unique<Flow[]>(kBlockMask + 1));
  return created_++;
}

std::uint32_t FlowTable::create(const FlowKey& key, std::uint32_t hash, const Decoded& packet,
                                bool from_a) {
  const std::uint32_t index = make_room();
  Flow& flow = flow_at(index);
  flow.key = key;
  flow.first = flow.last = packet_time_;
  flow.heard = now_;
  flow.first_packet = packet_number_ & kMost48;
  flow.client_is_a = sender_is_client(packet) == from_a;
  const bool tcp = !key.frame && key.protocol == ip_protocol::kTcp;
  flow.oriented = tcp && (packet.tcp_flags & tcp_flag::kSyn) != 0;
  flow.in_use = true;
  half_of(flow, from_a == flow.client_is_a ? Side::server : Side::client).mac = packet.dst_mac;
  for (FlowHalf& half : flow.halves) half.vlan = key.vlan & 0xfffU;
  if (key.vlan != 0 && !key.frame) expect_apart(index);
  if (tcp && !flow.oriented) ++counts_.mid_stream;
  ++counts_.flows;
  by_key_.insert(hash, index + 1);
  schedule(index, now_ + timeout_of(flow));
  return index;
}

// Its answer may come on another VLAN; that of an earlier one no more.
void FlowTable::expect_apart(std::uint32_t index) {
  const FlowKey& key = flow_at(index).key;
  const std::uint32_t hash = hash_of_ends(key);
  if (const std::uint32_t earlier = find_ends(key); earlier != 0) by_ends_.erase(hash, earlier);
  by_ends_.insert(hash, index + 1);
}

// REQUIRES: it sent from another MAC than before.
void FlowTable::note_other_mac(Flow& flow, Side from, const Decoded& packet) {
  FlowHalf& half = half_of(flow, from);
  const bool nearer = ttl_of(packet) > half.ttl;
  FlowExtra::End& end = extra_for(flow).ends[end_of(flow, from)];
  end.other_mac = nearer ? half.mac : packet.src_mac;
  end.other_ttl = nearer ? half.ttl : ttl_of(packet);
  half.second_mac = true;
}

FlowExtra& FlowTable::extra_for(Flow& flow) {
  flow.extra = true;
  return extras_[&flow];
}

// Unless it is needed.
void FlowTable::release_extra(Flow& flow) {
  bool needed = flow.apart;
  for (const FlowHalf& half : flow.halves) needed |= half.early || half.second_mac;
  if (needed) return;
  extras_.erase(&flow);
  flow.extra = false;
}

// Shows what is still to be shown of a flow that ends.
// What is left is said as of when the flow was last heard, whoever was heard since.
void FlowTable::conclude(Flow& flow) {
  const Time time = std::exchange(packet_time_, flow.last);
  const std::uint64_t number = std::exchange(packet_number_, std::uint64_t{flow.first_packet});
  for (const Side side : {Side::client, Side::server}) {
    while (half_of(flow, side).early && flow.wants_data) declare_lost(flow, side);
    drop_early(flow, side);
  }
  listener_.on_end(flow);
  packet_time_ = time;
  packet_number_ = number;
}

void FlowTable::end(std::uint32_t index) {
  Flow& flow = flow_at(index);
  conclude(flow);
  by_key_.erase(hash_with(seed_, flow.key), index + 1);
  if (flow.apart) by_key_.erase(hash_with(seed_, back_key(flow)), index + 1);
  if (flow.key.vlan != 0 && !flow.key.frame && !answered(flow))
    by_ends_.erase(hash_of_ends(flow.key), index + 1);
  if (flow.extra) extras_.erase(&flow);
  unschedule(index);
  flow = Flow{};
  flow.wheel_next = std::exchange(free_, index + 1);
  --live_;
}

// Looks at a few flows from where it last stopped and ends the one we would
// miss least: unanswered before answered, then the one silent for longest.
bool FlowTable::evict_one() {
  std::uint32_t victim = created_;
  for (std::uint32_t looked = 0, found = 0; looked < created_ && found < kEvictionCandidates;
       ++looked) {
    hand_ = (hand_ + 1) % created_;
    const Flow& flow = flow_at(hand_);
    if (!flow.in_use) continue;
    ++found;
    if (victim == created_) {
      victim = hand_;
      continue;
    }
    const Flow& best = flow_at(victim);
    const bool better = answered(flow) != answered(best) ? !answered(flow) : flow.last < best.last;
    if (better) victim = hand_;
  }
  if (victim == created_) return false;
  ++counts_.evicted;
  end(victim);
  return true;
}

std::chrono::seconds FlowTable::timeout_of(const Flow& flow) const {
  if (flow.key.frame || flow.key.protocol != ip_protocol::kTcp) return limits_.datagrams;
  if (flow.closed) return limits_.closed;
  return answered(flow) ? limits_.established : limits_.half_open;
}

void FlowTable::schedule(std::uint32_t index, Time due) {
  const auto slot = static_cast<std::uint32_t>(second_of(due) + 1) % kWheelSeconds;
  Flow& flow = flow_at(index);
  flow.wheel_previous = kFirstDue | slot;
  flow.wheel_next = wheel_[slot];
  if (flow.wheel_next != 0) flow_at(flow.wheel_next - 1).wheel_previous = index + 1;
  wheel_[slot] = index + 1;
}

void FlowTable::unschedule(std::uint32_t index) {
  const Flow& flow = flow_at(index);
  if (flow.wheel_next != 0) flow_at(flow.wheel_next - 1).wheel_previous = flow.wheel_previous;
  if ((flow.wheel_previous & kFirstDue) == 0) {
    flow_at(flow.wheel_previous - 1).wheel_next = flow.wheel_next;
  } else {
    wheel_[flow.wheel_previous & ~kFirstDue] = flow.wheel_next;
  }
}

// A flow is looked at when it would have ended had it stayed silent since it
// was last looked at.
void FlowTable::advance_to(Time time) {
  if (time <= now_) return;
  now_ = time;
  const std::int64_t second = second_of(time);
  if (second <= wheel_second_) return;
  if (second - wheel_second_ > static_cast<std::int64_t>(kWheelSeconds))
    wheel_second_ = second - static_cast<std::int64_t>(kWheelSeconds);
  while (wheel_second_ < second) {
    ++wheel_second_;
    const auto slot = static_cast<std::size_t>(wheel_second_) % kWheelSeconds;
    for (std::uint32_t due = wheel_[slot]; due != 0;) {
      const std::uint32_t index = due - 1;
      due = flow_at(index).wheel_next;
      const Time ends = flow_at(index).heard + timeout_of(flow_at(index));
      if (ends < now_) {
        end(index);
      } else {
        unschedule(index);
        schedule(index, ends);
      }
    }
  }
}

}  // namespace asepsis
