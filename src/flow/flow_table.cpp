#include "flow/flow_table.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/hash.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kFirstSlots = 4096;
constexpr int kEvictionCandidates = 32;

std::uint64_t hash_of(const FlowKey& key) {
  const FlowKey::Words words = key.words();
  return hash_mix(hash_mix(words[0] ^ words[4], words[1]) ^ words[5], hash_mix(words[2], words[3]));
}

std::uint64_t hash_of_ends(FlowKey key) {
  key.vlan = key.outer_vlan = 0;
  return hash_of(key);
}

// Eight bytes of an address as they order it.
std::uint64_t rank(const Ip& ip, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, ip.bytes.data() + offset, sizeof value);
  return __builtin_bswap64(value);
}

// Below 0, 0 or above as a comes before b, is b, or comes after it.
int order_of(const Ip& a, const Ip& b) {
  for (const std::size_t offset : {0U, 8U}) {
    const std::uint64_t of_a = rank(a, offset);
    const std::uint64_t of_b = rank(b, offset);
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
  }
  return 0;
}

// A MAC in the place of an address.
Ip with_mac(const Mac& mac) {
  Ip ip;
  std::ranges::copy(mac.bytes, ip.bytes.begin() + 10);
  return ip;
}

// The key, and whether the sender is its end a.
bool make_key(const Decoded& packet, FlowKey& key) {
  const bool frame = packet.kind == Decoded::Kind::frame;
  const Ip src = frame ? with_mac(packet.src_mac) : packet.src;
  const Ip dst = frame ? with_mac(packet.dst_mac) : packet.dst;
  // ICMP has no ports: its type would split question and answer.
  const bool portless =
      packet.protocol == ip_protocol::kIcmp || packet.protocol == ip_protocol::kIcmp6;
  const std::uint16_t src_port = frame      ? packet.ethertype
                                 : portless ? std::uint16_t{0}
                                            : packet.src_port;
  const std::uint16_t dst_port = frame      ? packet.ethertype
                                 : portless ? std::uint16_t{0}
                                            : packet.dst_port;
  const int order = order_of(src, dst);
  const bool from_a = order < 0 || (order == 0 && src_port <= dst_port);
  key = FlowKey{.a = from_a ? src : dst,
                .b = from_a ? dst : src,
                .port_a = from_a ? src_port : dst_port,
                .port_b = from_a ? dst_port : src_port,
                .vlan = packet.vlan,
                .outer_vlan = packet.outer_vlan,
                .tunnel = packet.tunnel,
                .protocol = frame ? std::uint8_t{0} : packet.protocol,
                .frame = frame};
  return from_a;
}

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

void note_sender(FlowHalf& half, const Decoded& packet) {
  const auto ttl = std::max<std::uint8_t>(packet.ttl, 1);
  if (half.packets > 0 && packet.src_mac != half.mac) {
    const bool nearer = ttl > half.ttl;
    half.other_mac = nearer ? half.mac : packet.src_mac;
    half.other_ttl = nearer ? half.ttl : ttl;
  }
  if (ttl <= half.ttl) return;
  half.mac = packet.src_mac;
  half.ttl = ttl;
}

bool answered(const Flow& flow) { return flow.client().packets > 0 && flow.server().packets > 0; }

}  // namespace

FlowTable::FlowTable(FlowListener& listener, FlowLimits limits)
    : listener_(listener),
      limits_(limits),
      shortest_timeout_(
          std::min({limits.established, limits.half_open, limits.closed, limits.datagrams})),
      slots_(kFirstSlots),
      wheel_(kWheelSeconds, 0) {}

FlowTable::~FlowTable() = default;

void FlowTable::add(const Decoded& packet, Time time, std::uint64_t number) {
  assert(packet.kind != Decoded::Kind::fragment);
  packet_number_ = number;
  packet_time_ = time;
  advance_to(time);

  FlowKey key;
  const bool from_a = make_key(packet, key);
  const std::uint64_t hash = hash_of(key);
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
  note_sender(half, packet);
  ++half.packets;
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
  std::uint32_t index = find(key, hash_of(key));
  if (index == 0) index = find_apart(key);
  if (index == 0) return;
  Flow& flow = flow_at(index - 1);
  if (from_a == flow.client_is_a) flow.refused = true;
}

void FlowTable::finish() {
  for (std::uint32_t index = 0; index < created_; ++index)
    if (flow_at(index).in_use) end(index);
}

void FlowTable::shed(std::size_t flows) {
  while (flows-- > 0 && evict_one())
    ;
}

// Whether the packet does not belong to this flow but to one after it.
bool FlowTable::over(const Flow& flow, const Decoded& packet, bool from_a, Time time) const {
  // The clock decides, so that it does not matter whether it has been cleared
  // away yet. Where a capture goes back in time the clock stands still.
  const auto silent = std::max(time - flow.last, now_ - flow.heard);
  if (silent > shortest_timeout_ && silent > timeout_of(flow)) return true;
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

std::uint32_t FlowTable::find(const FlowKey& key, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].flow != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    const Flow& flow = flow_at(slots_[at].flow - 1);
    if (flow.key == key || (flow.apart && flow.back_key() == key)) return slots_[at].flow;
  }
  return 0;
}

// A flow between the same ends in another VLAN of which only one side was heard.
std::uint32_t FlowTable::find_apart(const FlowKey& key) {
  const auto found = by_ends_.find(hash_of_ends(key));
  if (found == by_ends_.end()) return 0;
  const Flow& flow = flow_at(found->second - 1);
  FlowKey there = key;
  there.vlan = flow.key.vlan;
  there.outer_vlan = flow.key.outer_vlan;
  return flow.key == there && !answered(flow) ? found->second : 0;
}

// A mirror of ports shows each direction of a routed flow on the VLAN where it
// comes in. Of TCP the acknowledgement must fit: addresses may be used twice.
std::uint32_t FlowTable::join(const FlowKey& key, std::uint64_t hash, const Decoded& packet,
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
  flow.apart = true;
  flow.back_vlan = key.vlan;
  flow.back_outer_vlan = key.outer_vlan;
  half_of(flow, from).vlan = key.vlan;
  ++joined_;
  if ((live_ + joined_) * 4 > slots_.size() * 3) grow();
  insert_slot(hash, index - 1);
  return index;
}

std::uint32_t FlowTable::create(const FlowKey& key, std::uint64_t hash, const Decoded& packet,
                                bool from_a) {
  if (live_ >= limits_.flows) evict_one();
  std::uint32_t index = created_;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    if ((created_ & kBlockMask) == 0) blocks_.push_back(std::make_unique<Flow[]>(kBlockMask + 1));
    ++created_;
  }
  Flow& flow = flow_at(index);
  flow.key = key;
  flow.hash = hash;
  flow.first = flow.last = packet_time_;
  flow.heard = now_;
  flow.first_packet = packet_number_;
  flow.client_is_a = sender_is_client(packet) == from_a;
  const bool tcp = !key.frame && key.protocol == ip_protocol::kTcp;
  flow.oriented = tcp && (packet.tcp_flags & tcp_flag::kSyn) != 0;
  flow.in_use = true;
  half_of(flow, from_a == flow.client_is_a ? Side::server : Side::client).mac = packet.dst_mac;
  for (FlowHalf& half : flow.halves) half.vlan = key.vlan;
  if (key.vlan != 0 && !key.frame) by_ends_[hash_of_ends(key)] = index + 1;
  if (tcp && !flow.oriented) ++counts_.mid_stream;
  ++counts_.flows;
  ++live_;
  if ((live_ + joined_) * 4 > slots_.size() * 3) grow();
  insert_slot(hash, index);
  schedule(index, now_ + timeout_of(flow));
  return index;
}

void FlowTable::insert_slot(std::uint64_t hash, std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].flow != 0) at = (at + 1) & mask;
  slots_[at] = {hash, index + 1};
}

// Linear probing with what follows moved back: no tombstones.
void FlowTable::erase_slot(std::uint64_t hash, std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = hash & mask;
  while (slots_[hole].flow != index + 1 || slots_[hole].hash != hash) hole = (hole + 1) & mask;
  for (std::size_t at = (hole + 1) & mask; slots_[at].flow != 0; at = (at + 1) & mask) {
    const std::size_t home = slots_[at].hash & mask;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = {};
}

void FlowTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.flow != 0) insert_slot(slot.hash, slot.flow - 1);
}

void FlowTable::end(std::uint32_t index) {
  Flow& flow = flow_at(index);
  for (const Side side : {Side::client, Side::server}) {
    while (half_of(flow, side).early && flow.wants_data) declare_lost(flow, side);
    drop_early(half_of(flow, side));
  }
  listener_.on_end(flow);
  erase_slot(flow.hash, index);
  if (flow.apart) {
    erase_slot(hash_of(flow.back_key()), index);
    --joined_;
  }
  if (flow.key.vlan != 0 && !flow.key.frame) {
    const auto known = by_ends_.find(hash_of_ends(flow.key));
    if (known != by_ends_.end() && known->second == index + 1) by_ends_.erase(known);
  }
  unschedule(index);
  flow = Flow{};
  free_.push_back(index);
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
  const auto slot = static_cast<std::size_t>(second_of(due) + 1) % kWheelSeconds;
  Flow& flow = flow_at(index);
  flow.wheel_slot = static_cast<std::uint16_t>(slot);
  flow.wheel_previous = 0;
  flow.wheel_next = wheel_[slot];
  if (flow.wheel_next != 0) flow_at(flow.wheel_next - 1).wheel_previous = index + 1;
  wheel_[slot] = index + 1;
}

void FlowTable::unschedule(std::uint32_t index) {
  const Flow& flow = flow_at(index);
  if (flow.wheel_next != 0) flow_at(flow.wheel_next - 1).wheel_previous = flow.wheel_previous;
  if (flow.wheel_previous != 0) {
    flow_at(flow.wheel_previous - 1).wheel_next = flow.wheel_next;
  } else {
    wheel_[flow.wheel_slot] = flow.wheel_next;
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
