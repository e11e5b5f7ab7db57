// The part of the flow table that puts TCP's bytes in order (RFC 9293, 3.10):
// what is in turn is shown where it lies, what came early is held, within
// limits, and what will not come any more is declared lost.

#include <algorithm>

#include "flow/flow_table.hpp"

namespace asepsis {
namespace {

// a - b of sequence numbers, across the wrap.
std::int32_t distance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

// How many of so many bytes need not be shown; they are over then.
std::uint64_t take_skipped(FlowHalf& half, std::uint64_t bytes) {
  const std::uint64_t to_skip = half.to_skip;
  const std::uint64_t skipped = std::min(to_skip, bytes);
  half.to_skip = (to_skip - skipped) & kMost48;
  return skipped;
}

}  // namespace

void FlowTable::add_tcp(std::uint32_t index, Side from, const Decoded& packet) {
  Flow& flow = flow_at(index);
  FlowHalf& half = half_of(flow, from);
  half.tcp_flags = static_cast<std::uint8_t>(half.tcp_flags | packet.tcp_flags);
  std::uint32_t sequence = packet.tcp_seq;

  if ((packet.tcp_flags & tcp_flag::kSyn) != 0) {
    ++sequence;
    // A client that tries again may choose another number.
    if (half.bytes == packet.payload_length) half.next_sequence = sequence;
    half.synchronised = true;
  } else if (!half.synchronised && packet.payload_length > 0) {
    // A single byte in the middle of a connection is a keep-alive (RFC 9293,
    // 3.8.4): one sent before, or made up.
    half.next_sequence = sequence + (packet.payload_length == 1 ? 1 : 0);
    half.synchronised = true;
  }

  // What the other side acknowledges it has had, so we shall not see it.
  const Side peer = other(from);
  if ((packet.tcp_flags & tcp_flag::kAck) != 0 && half_of(flow, peer).early)
    while (half_of(flow, peer).early &&
           distance(packet.tcp_ack, half_of(flow, peer).next_sequence) > 0)
      declare_lost(flow, peer);

  if (packet.payload_length > 0 && flow.wants_data) {
    const std::int32_t ahead = distance(sequence, half.next_sequence);
    if (ahead == 0) {
      from = show_cut(flow, from, packet.payload, packet.payload_length);
    } else if (ahead > 0 && static_cast<std::uint64_t>(ahead) <= half.to_skip) {
      half.next_sequence = sequence;
      take_skipped(half, static_cast<std::uint64_t>(ahead));
      from = show_cut(flow, from, packet.payload, packet.payload_length);
    } else if (ahead > 0) {
      keep_early(flow, from, sequence, packet.payload);
    } else if (static_cast<std::uint32_t>(-ahead) < packet.payload_length) {
      ++counts_.overlapping;
      const auto known = std::min(static_cast<std::size_t>(-ahead), packet.payload.size());
      const std::uint32_t length = packet.payload_length - static_cast<std::uint32_t>(-ahead);
      from = show_cut(flow, from, packet.payload.subspan(known), length);
    } else {
      ++counts_.retransmitted;
    }
    if (half_of(flow, from).early) show_early(flow, from);
  }

  const bool reset = (packet.tcp_flags & tcp_flag::kRst) != 0;
  const bool finished = (flow.client().tcp_flags & flow.server().tcp_flags & tcp_flag::kFin) != 0;
  const bool waiting = flow.client().early || flow.server().early;
  if (flow.closed || !(reset || (finished && !waiting))) return;
  flow.closed = true;
  flow.wants_data = false;
  for (const Side side : {Side::client, Side::server}) drop_early(flow, side);
  listener_.on_closed(flow);
  unschedule(index);
  schedule(index, now_ + limits_.closed);
}

// In-order bytes, of which the capture may have cut the end off.
Side FlowTable::show_cut(Flow& flow, Side from, Bytes bytes, std::uint32_t length) {
  half_of(flow, from).next_sequence += length;
  from = show(flow, from, bytes);
  if (length <= bytes.size()) return from;
  FlowHalf& half = half_of(flow, from);
  const std::uint64_t missing = length - bytes.size();
  const std::uint64_t skipped = take_skipped(half, missing);
  if (missing == skipped || !flow.wants_data) return from;
  counts_.lost_bytes += missing - skipped;
  listener_.on_loss(flow, from, missing - skipped);
  return from;
}

// Returns the sender's side as it is now: the listener may have turned the
// flow round.
Side FlowTable::show(Flow& flow, Side from, Bytes bytes) {
  const std::uint64_t skipped = take_skipped(half_of(flow, from), bytes.size());
  if (skipped == bytes.size()) return from;
  bytes = bytes.subspan(skipped);
  const bool was_a = flow.client_is_a;
  const std::uint64_t skip = listener_.on_data(flow, from, bytes);
  if (was_a != flow.client_is_a) from = other(from);
  half_of(flow, from).to_skip = std::min(skip, kMost48) & kMost48;
  return from;
}

// Whether a segment of so many bytes cannot wait too.
bool FlowTable::early_full(Flow& flow, Side side, std::size_t bytes) {
  const std::size_t more = bytes + EarlySegments::Segment::kOverhead;
  if (early_bytes_ + more > limits_.early_bytes) return true;
  if (!half_of(flow, side).early) return false;
  const EarlySegments& early = early_of(flow, side);
  return early.cost + more > limits_.early_bytes_of_half ||
         early.segments.size() >= limits_.early_segments;
}

void FlowTable::keep_early(Flow& flow, Side from, std::uint32_t sequence, Bytes bytes) {
  ++counts_.early;
  // When there is no more room, waiting for what is missing ends.
  if (half_of(flow, from).early && early_full(flow, from, bytes.size()))
    from = declare_lost(flow, from);
  FlowHalf& half = half_of(flow, from);
  if (!flow.wants_data) return;
  if (early_full(flow, from, bytes.size()) || distance(sequence, half.next_sequence) <= 0) {
    ++counts_.early_dropped;
    return;
  }
  if (!half.early) {
    extra_for(flow).ends[end_of(flow, from)].early = std::make_unique<EarlySegments>();
    half.early = true;
  }
  EarlySegments& early = early_of(flow, from);
  auto& segments = early.segments;
  const auto after = std::ranges::find_if(
      segments, [&](const auto& segment) { return distance(segment.sequence, sequence) >= 0; });
  if (after != segments.end() && after->sequence == sequence &&
      after->bytes.size() >= bytes.size()) {
    ++counts_.retransmitted;
    return;
  }
  segments.insert(after, {sequence, {bytes.begin(), bytes.end()}});
  const std::size_t cost = bytes.size() + EarlySegments::Segment::kOverhead;
  early.cost += cost;
  early_bytes_ += cost;
}

// Shows what waited and is now in turn. The listener may turn the flow round
// or lose interest, so the segment is taken out before it is shown.
Side FlowTable::show_early(Flow& flow, Side from) {
  while (true) {
    FlowHalf& half = half_of(flow, from);
    if (!half.early) return from;
    EarlySegments& early = early_of(flow, from);
    if (early.segments.empty() || !flow.wants_data) {
      drop_early(flow, from);
      return from;
    }
    const std::int32_t ahead = distance(early.segments.front().sequence, half.next_sequence);
    if (ahead > 0) return from;
    const EarlySegments::Segment segment = std::move(early.segments.front());
    early.segments.erase(early.segments.begin());
    early.cost -= segment.cost();
    early_bytes_ -= segment.cost();
    const auto known = static_cast<std::size_t>(-ahead);
    if (known >= segment.bytes.size()) continue;
    if (known > 0) ++counts_.overlapping;
    const Bytes fresh = Bytes(segment.bytes).subspan(known);
    half.next_sequence += static_cast<std::uint32_t>(fresh.size());
    from = show(flow, from, fresh);
  }
}

// The bytes before the first early segment will not come.
Side FlowTable::declare_lost(Flow& flow, Side from) {
  FlowHalf& half = half_of(flow, from);
  const std::uint32_t next = early_of(flow, from).segments.front().sequence;
  const auto missing = static_cast<std::uint64_t>(std::max(distance(next, half.next_sequence), 0));
  half.next_sequence += static_cast<std::uint32_t>(missing);
  const std::uint64_t skipped = take_skipped(half, missing);
  if (missing > skipped) {
    ++counts_.lost_gaps;
    counts_.lost_bytes += missing - skipped;
    listener_.on_loss(flow, from, missing - skipped);
  }
  return show_early(flow, from);
}

void FlowTable::drop_early(Flow& flow, Side side) {
  FlowHalf& half = half_of(flow, side);
  if (!half.early) return;
  early_bytes_ -= early_of(flow, side).cost;
  extra_for(flow).ends[end_of(flow, side)].early.reset();
  half.early = false;
  release_extra(flow);
}

}  // namespace asepsis
