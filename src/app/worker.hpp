// One worker: packets of its share in, facts out. It owns its flows and its
// fact table; workers share nothing and are merged at the end.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "app/related_flows.hpp"
#include "base/hash.hpp"
#include "base/pool.hpp"
#include "capture/capture_file.hpp"
#include "fact/fact_table.hpp"
#include "flow/flow_table.hpp"
#include "flow/fragments.hpp"
#include "net/decoded.hpp"
#include "proto/dialogue.hpp"

namespace asepsis {

struct WorkerLimits {
  FlowLimits flow;
  FragmentLimits fragment;
  FactLimits fact;
};

// Which of how many workers: a packet belongs to one by its pair of addresses.
struct WorkerPlace {
  std::size_t self = 0;
  std::size_t workers = 1;
  bool owns(std::uint64_t pair) const { return pair % workers == self; }
};

struct WorkerCounts {
  std::uint64_t packets = 0, bytes = 0;
  std::array<std::uint64_t, 5> decode_errors{};          // by DecodeError
  std::map<std::uint16_t, std::uint64_t> unknown_links;  // packets by link type not read
  Time first, last;
  void add(const Packet& packet, DecodeError error);
  void merge(const WorkerCounts& other);
};

// A packet of a capture, or a layer of it, decoded: one of some that follow others.
struct Arrival {
  Decoded packet;
  Time time;
  Time clock;                // the latest time of them so far
  std::uint64_t number = 0;  // after those before them
};

// What came before them.
struct ArrivedBefore {
  Time clock;
  std::uint64_t packets = 0;
};

// Is told of each packet what it holds, as it is added.
class PacketWitness {
 public:
  virtual ~PacketWitness() = default;
  // Layers from the outside inwards; the reference ends with the call.
  virtual void layer(const Decoded& packet) = 0;
  // All that the innermost layer says was understood as this protocol (its name
  // in the table), and nothing else was ever said on its flow.
  virtual void speech(std::string_view protocol) = 0;
  virtual void end(const Packet& packet, DecodeError error) = 0;
};

class Worker final : private DecodeSink, private FlowListener, private FactSink {
 public:
  explicit Worker(const WorkerLimits& limits = {}, WorkerPlace place = {});

  // It must outlive the worker. Only what add(Packet) takes is shown.
  void show_to(PacketWitness& witness) { witness_ = &witness; }

  // Decodes the packet, counts it, and takes what it holds. For who has all of them.
  void add(const Packet& packet);
  // Of packets that are shared out: one that another may have decoded. It is this
  // worker's own, or a fragment, which is everybody's.
  void add(const Arrival& arrival, const ArrivedBefore& before);
  // Counts packets that were decoded for others too.
  void count(const WorkerCounts& counts) { counts_.merge(counts); }
  // Lets time pass without a packet: what has been idle for too long ends.
  void advance_to(Time clock) { flows_.advance_to(clock); }
  // Ends all flows: what they said is then all in facts().
  void finish();

  // What was heard since the last time, of conversations those that have ended.
  FactTable take_facts();
  // The conversations that have not ended, as they would be if they ended now:
  // so many at most, those first in which both sides were heard.
  std::deque<ConversationRow> running(std::size_t most) const;
  // Ends some flows, as memory is short.
  void shed();

  FactTable& facts() { return facts_; }
  const FactTable& facts() const { return facts_; }
  const WorkerCounts& counts() const { return counts_; }
  const ProtocolCounts& protocol_counts() const { return protocol_counts_; }
  const FlowCounts& flow_counts() const { return flows_.counts(); }
  const FragmentCounts& fragment_counts() const { return fragments_.counts(); }

 private:
  void on_decoded(const Decoded& packet) override;
  void add_incomplete(const Decoded& piece, Time time, std::uint64_t number);
  Dialogue& begin_dialogue(Flow& flow);
  template <class Visit>
  void for_each_view(const Flow& flow, const ConversationRow& row, Visit visit) const;
  std::uint64_t on_data(Flow& flow, Side from, Bytes bytes) override;
  void on_loss(Flow& flow, Side from, std::uint64_t size) override;
  void on_closed(Flow& flow) override;
  void on_end(Flow& flow) override;
  bool relate(Flow& flow);
  void bear_witness(const Dialogue& dialogue, ProtocolIndex before, std::uint64_t malformed);
  void add_sayings();
  void add_unknown(const Flow& flow, const ConversationRow& row);
  void on_fact(const Fact& fact) override;
  void on_application(std::string_view name, Security security) override;
  void on_rider(std::string_view protocol) override { rider_ = protocol; }
  void on_related_flow(std::string_view application, Side listener, std::uint16_t port) override;
  std::optional<Time> time() const override { return flows_.packet_time(); }
  bool said_before(std::uint64_t key) override;
  void said_all() override;

  WorkerPlace place_;
  WorkerCounts counts_;
  FactTable facts_;
  ProtocolCounts protocol_counts_;
  DatagramParsers datagram_parsers_;
  FragmentTable fragments_;
  Pool<Dialogue> dialogues_;
  FlowTable flows_;
  RelatedFlows related_;
  // What a repeated message says: the rows of its facts, and when it came again.
  struct Saying {
    std::vector<std::uint32_t> rows;
    Seen again;
  };
  static constexpr std::size_t kMostSayings = 65'536;
  absl::flat_hash_map<std::uint64_t, Saying> sayings_;
  std::uint64_t sayings_seed_ = random_seed();
  std::vector<std::uint32_t>* remembering_ = nullptr;  // of a saying, while it is said
  unsigned inner_sayings_ = 0;                         // begun within it
  PacketWitness* witness_ = nullptr;
  Time time_;                     // of the packet being added
  std::uint64_t number_ = 0;      // its number
  Flow* speaking_ = nullptr;      // the flow whose parser is being fed
  Dialogue* dialogue_ = nullptr;  // its dialogue
  std::string_view rider_;        // what speaks inside its protocol
};

}  // namespace asepsis
