// The part of the flow table that puts TCP's bytes in order (RFC 9293, 3.10):
// what is in turn is shown where it lies, what came early is held, within
// limits, and what will not come any more is declared lost.

#include <algorithm>

#include "flow/flow_table.hpp"

namespace asepsis {
namespace {

// a - b of sequence numbers, across the wrap.
std::int32_t distance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

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
      half.to_skip -= static_cast<std::uint64_t>(ahead);
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
  for (FlowHalf& side : flow.halves) drop_early(side);
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
  const std::uint64_t skipped = std::min(half.to_skip, missing);
  half.to_skip -= skipped;
  if (missing == skipped || !flow.wants_data) return from;
  counts_.lost_bytes += missing - skipped;
  listener_.on_loss(flow, from, missing - skipped);
  return from;
}

// Returns the sender's side as it is now: the listener may have turned the
// flow round.
Side FlowTable::show(Flow& flow, Side from, Bytes bytes) {
  FlowHalf& half = half_of(flow, from);
  if (half.to_skip >= bytes.size()) {
    half.to_skip -= bytes.size();
    return from;
  }
  bytes = bytes.subspan(half.to_skip);
  half.to_skip = 0;
  const bool was_a = flow.client_is_a;
  const std::uint64_t skip = listener_.on_data(flow, from, bytes);
  if (was_a != flow.client_is_a) from = other(from);
  half_of(flow, from).to_skip = skip;
  return from;
}

void FlowTable::keep_early(Flow& flow, Side from, std::uint32_t sequence, Bytes bytes) {
  ++counts_.early;
  const auto full = [&](const FlowHalf& half) {
    return early_bytes_ + bytes.size() > limits_.early_bytes ||
           (half.early && (half.early->bytes + bytes.size() > limits_.early_bytes_of_half ||
                           half.early->segments.size() >= limits_.early_segments));
  };
  // When there is no more room, waiting for what is missing ends.
  if (full(half_of(flow, from)) && half_of(flow, from).early) from = declare_lost(flow, from);
  FlowHalf& half = half_of(flow, from);
  if (!flow.wants_data) return;
  if (full(half) || distance(sequence, half.next_sequence) <= 0) {
    ++counts_.early_dropped;
    return;
  }
  if (!half.early) half.early = std::make_unique<EarlySegments>();
  auto& segments = half.early->segments;
  const auto after = std::ranges::find_if(
      segments, [&](const auto& segment) { return distance(segment.sequence, sequence) >= 0; });
  if (after != segments.end() && after->sequence == sequence &&
      after->bytes.size() >= bytes.size()) {
    ++counts_.retransmitted;
    return;
  }
  segments.insert(after, {sequence, {bytes.begin(), bytes.end()}});
  half.early->bytes += bytes.size();
  early_bytes_ += bytes.size();
}

// Shows what waited and is now in turn. The listener may turn the flow round
// or lose interest, so the segment is taken out before it is shown.
Side FlowTable::show_early(Flow& flow, Side from) {
  while (true) {
    FlowHalf& half = half_of(flow, from);
    if (!half.early) return from;
    auto& segments = half.early->segments;
    if (segments.empty() || !flow.wants_data) {
      drop_early(half);
      return from;
    }
    const std::int32_t ahead = distance(segments.front().sequence, half.next_sequence);
    if (ahead > 0) return from;
    const EarlySegments::Segment segment = std::move(segments.front());
    segments.erase(segments.begin());
    half.early->bytes -= segment.bytes.size();
    early_bytes_ -= segment.bytes.size();
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
  const std::uint32_t next = half.early->segments.front().sequence;
  const auto missing = static_cast<std::uint64_t>(std::max(distance(next, half.next_sequence), 0));
  half.next_sequence += static_cast<std::uint32_t>(missing);
  const std::uint64_t skipped = std::min(half.to_skip, missing);
  half.to_skip -= skipped;
  if (missing > skipped) {
    ++counts_.lost_gaps;
    counts_.lost_bytes += missing - skipped;
    listener_.on_loss(flow, from, missing - skipped);
  }
  return show_early(flow, from);
}

void FlowTable::drop_early(FlowHalf& half) {
  if (!half.early) return;
  early_bytes_ -= half.early->bytes;
  half.early.reset();
}

}  // namespace asepsis
