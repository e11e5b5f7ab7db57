#include "app/counters.hpp"

#include <array>

namespace asepsis {
namespace {

void count_protocols(const ProtocolCounts& counts, Counters& out) {
  for (std::size_t i = 0; i < protocols().size(); ++i) {
    const std::string name(protocols()[i]->name);
    out["malformed " + name] += counts.malformed[i];
    out["given up " + name] += counts.gave_up[i];
  }
}

}  // namespace

void count_worker(const Worker& worker, Counters& out) {
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

void count_fragments(const FragmentCounts& fragments, Counters& out) {
  out["fragments"] += fragments.pieces;
  out["datagrams reassembled"] += fragments.completed;
  out["datagrams with overlapping fragments"] += fragments.overlapping;
  out["datagrams never completed"] += fragments.timed_out;
  out["fragments dropped"] += fragments.dropped;
}

}  // namespace asepsis
