// What a worker has heard, each thing once: facts and conversations with how
// often and when. Merging two tables, in any order and any number of pieces,
// gives the same rows (earliest, latest, sum within one source).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "base/address.hpp"
#include "base/time.hpp"
#include "fact/fact.hpp"
#include "fact/row_table.hpp"

namespace asepsis {

// An address seen on a site. Any part may be missing: a frame without IP, a
// DNS answer without MAC.
struct Endpoint {
  Mac mac{};
  Ip ip{};
  std::uint16_t vlan = 0;

  auto operator<=>(const Endpoint&) const = default;
};

struct Seen {
  Time first, last;
  std::uint64_t count = 0;
  std::uint64_t packet = 0;  // number of the first sight within the source

  void add(Time time, std::uint64_t number, std::uint64_t times = 1);
  void merge(const Seen& other);
};

struct FactRow {
  Endpoint about;
  Claim claim;
  std::uint16_t port = 0;  // of the service, for claims of Scope::service
  bool refused = false;
  std::string_view protocol;  // a literal
  std::string value;
  std::string equipment;
};

enum class ConversationState : std::uint8_t {
  open,        // both sides spoke
  refused,     // the server said no: RST to SYN, ICMP unreachable
  unanswered,  // only the client was heard
};

struct ConversationRow {
  Endpoint client, server;
  std::uint8_t protocol = 0;  // IANA; 0 for frames that are not IP
  std::uint16_t port = 0;     // the server's; the EtherType for frames
  ConversationState state = ConversationState::open;
  Security security = Security::clear;
  std::string_view application{};  // a literal; empty if not recognised
  // What a conversation that is not recognised looks like
  // (proto/opening_shape.hpp): its kind, and how long the first turns are.
  std::string shape{};
  struct Range {
    Range() = default;
    explicit Range(std::uint16_t size) : least(size), most(size) {}
    void merge(const Range& other);
    std::uint16_t least = 0, most = 0;
  };
  Range client_turn{}, server_turn{};
  std::string mark{};         // what its first flow heard begins with
  bool marks_differ = false;  // and others do not
  std::uint64_t client_bytes = 0, server_bytes = 0;
  std::uint64_t client_packets = 0, server_packets = 0;
  std::uint8_t client_hops = 255, server_hops = 255;  // least seen; 255 if it sent nothing
  // Ports of the first flows by time (then by port), for the Community ID.
  struct FirstFlow {
    Time time;
    std::uint16_t client_port = 0;
    auto operator<=>(const FirstFlow&) const = default;
  };
  static constexpr std::size_t kMostFlows = 8;
  std::vector<FirstFlow> flows{};
  Seen seen{};  // count: flows
};

// Both sides were heard.
constexpr bool answered(const ConversationRow& row) {
  return row.client_packets > 0 && row.server_packets > 0;
}

// What another row of the same key says besides.
void merge(ConversationRow& known, const ConversationRow& row);

// What makes a fact the one it is; as FactRow, without a copy of its texts.
struct FactKey {
  const Endpoint& about;
  Claim claim;
  std::uint16_t port = 0;
  bool refused = false;
  std::string_view protocol, value, equipment;
};

// Facts of one endpoint and claim have the first in common.
struct FactHash {
  std::uint64_t of_claim = 0, whole = 0;
};
FactHash hash_of(const FactKey& key, std::uint64_t seed);
std::uint64_t hash_of(const ConversationRow& row, std::uint64_t seed);

// How long after one of the first flows the next one began: the median, in
// nanoseconds; 0 if there are too few. Regular: at least three of four times
// it was about as long.
struct Pace {
  std::int64_t interval = 0;
  bool regular = false;
};
Pace pace_of(const ConversationRow& row);

// Of room for so many rows, what is beyond this is not for noise: not for what
// comes from a conversation that nobody answered. A scan, or addresses that
// somebody makes up, so leave room for devices.
constexpr std::size_t room_for_noise(std::size_t rows) { return rows - rows / 4; }

struct FactLimits {
  std::size_t facts = 2'000'000;
  std::size_t values_of_claim = 256;  // different values of one claim of one endpoint
  std::size_t conversations = 1'000'000;
  std::size_t value_bytes = 256;
};

class FactTable {
 public:
  explicit FactTable(FactLimits limits = {});

  // `protocol` must be a literal. Index of the row in facts(), unless there
  // was no room for it.
  std::optional<std::uint32_t> add(const Endpoint& about, const Fact& fact, std::uint16_t port,
                                   std::string_view protocol, Time time, std::uint64_t packet,
                                   bool noise = false);
  // The fact of that row was seen so often besides.
  void add_sightings(std::uint32_t row, const Seen& seen) { sightings_[row].merge(seen); }
  void add(ConversationRow row);
  // `other` is empty then.
  void merge(FactTable&& other);
  // All that it holds; it is empty then, and indices of rows mean nothing any more.
  FactTable take();

  const RowTable<FactRow>& facts() const { return facts_; }
  // When each of facts() was seen, in the same order.
  const std::vector<Seen>& sightings() const { return sightings_; }
  const RowTable<ConversationRow>& conversations() const { return conversations_; }
  std::uint64_t dropped_facts() const { return dropped_facts_; }
  std::uint64_t dropped_conversations() const { return dropped_conversations_; }

 private:
  // Index of the row, or nothing if there is no room.
  std::optional<std::uint32_t> find_or_add(const Endpoint& about, const Fact& fact,
                                           std::uint16_t port, std::string_view protocol,
                                           bool noise);
  // The same of the row that has this hash; `enter` adds it to the rows if none has.
  template <class Enter>
  std::optional<std::uint32_t> find_or_enter(const FactHash& hash, std::size_t room, Enter enter);
  // As add(), with what adds it to the rows.
  template <class Enter>
  void add(std::uint64_t hash, const ConversationRow& row, Enter enter);
  void merge_facts(FactTable& other);
  void merge_conversations(FactTable& other);

  FactLimits limits_;
  RowTable<FactRow> facts_;
  std::vector<Seen> sightings_;
  RowTable<ConversationRow> conversations_;
  // A row is known by a 64-bit hash alone, so that meeting it again touches two
  // cache lines: with two million facts, two share a hash once in ten million runs.
  // All tables of a program have the same seed, so that what is joined is not hashed
  // anew; it keeps strangers from making up rows of one hash.
  std::vector<FactHash> fact_hashes_;  // as facts_
  std::vector<std::uint64_t> conversation_hashes_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> fact_index_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> conversation_index_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> values_;  // how many a claim has
  std::uint64_t dropped_facts_ = 0;
  std::uint64_t dropped_conversations_ = 0;
};

}  // namespace asepsis
