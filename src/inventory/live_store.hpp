// What listening says, into the database bit by bit: every few seconds what is
// new or has changed, in one transaction. What was committed stays, and what is
// heard again after a restart goes on where it was: no row is written twice.
//
// A conversation that goes on is stored as it is so far and told anew as it
// grows; what it is may change on the way (unanswered, then open), so such a
// row may go again. Facts never go.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "base/result.hpp"
#include "fact/fact_table.hpp"
#include "inventory/fact_rows.hpp"
#include "inventory/fact_store.hpp"
#include "store/database.hpp"

namespace asepsis {

// How the listener that hears a source is doing; rates a second.
struct ListenerInfo {
  Time began, written;  // our clock
  bool ended = false;
  std::size_t workers = 0, memory = 0, memory_limit = 0;
  std::uint64_t running = 0;  // conversations that go on
  double packet_rate = 0, byte_rate = 0, drop_rate = 0;
  std::chrono::duration<double> write_cost{}, derive_cost{};
};

class LiveStore {
 public:
  // What it means to hear something that the source was known to say.
  enum class Again : std::uint8_t {
    adds,     // an interface: it was said once more
    repeats,  // a capture that is played from its beginning: it is what was stored
  };

  // `source`: which one it is; what it came to is told with write(). The
  // database must outlive the store and is this store's thread's alone.
  static Result<LiveStore> open(Database& database, SourceInfo source, Again again,
                                FactLimits limits = {});

  // What was heard since the last time.
  //
  // When there is not much room left, a conversation that nobody answered and
  // facts of who was never in one that was answered are dropped: so noise (a
  // scan, addresses that somebody makes up) leaves room for devices.
  void add(const FactTable& heard);
  // Who is in conversations that go on is no noise. To be told before add().
  void meet(const std::deque<ConversationRow>& running);

  struct Written {
    std::uint64_t fresh = 0;    // rows that were not there, or that went
    std::uint64_t changed = 0;  // rows that were seen again
  };
  // Stores what was added and what the source has come to; conversations only
  // with `running`: those that go on. After a failure everything is kept for
  // the next time.
  Result<Written> write(const SourceInfo& now, const std::deque<ConversationRow>* running);
  // Is stored with every write from now on.
  void describe(const ListenerInfo& listener) { listener_ = listener; }

  // Of a source that repeats and was heard to its end, after the last write:
  // what was stored before and has not been heard again was a conversation on
  // its way, and goes.
  Result<void> complete(const SourceInfo& now);

  std::size_t facts() const { return facts_.size(); }
  std::size_t conversations() const { return talks_.size() - free_talks_.size(); }
  std::uint64_t dropped_facts() const { return dropped_facts_; }
  std::uint64_t dropped_conversations() const { return dropped_conversations_; }

 private:
  struct KnownFact {
    RowId id = 0;  // 0: not stored yet
    Seen seen;
    std::uint64_t stored = 0;  // sightings that must be repeated before it is written again
    bool dirty = false;
  };
  struct KnownTalk {
    RowId id = 0;
    std::uint64_t hash = 0;
    ConversationRow row;       // of the flows that have ended; none of them: count is 0
    std::uint64_t stored = 0;  // as above, packets and flows
    std::uint64_t shown = 0;   // tells how it was last written from how it is
    std::unique_ptr<FirstFlows> first_flows;  // as they were stored before a restart
    bool dirty = false;
    bool runs = false;  // a flow of it has not ended
  };
  struct Fresh {
    std::uint32_t index;
    FactRow row;
  };
  // A talk as it was before this transaction.
  struct Before {
    std::uint32_t index;
    RowId id;
    std::uint64_t shown;
  };
  using Running = absl::flat_hash_map<std::uint32_t, ConversationRow>;

  LiveStore(Database& database, SourceInfo source, Again again, FactLimits limits);
  Result<void> recall();
  void recall_source();
  void recall_facts();
  void recall_talks();
  void recall_talk(RowId id, ConversationRow row, std::unique_ptr<FirstFlows> flows);
  // Grows with whatever is said of a conversation.
  static std::uint64_t sum_of(const ConversationRow& row) {
    return row.client_packets + row.server_packets + row.seen.count;
  }
  std::string_view literal(const std::string& text);

  void add_fact(const FactRow& row, const Seen& seen);
  void add_ended(const ConversationRow& row);
  std::uint32_t find_or_add_talk(const ConversationRow& row);
  void meet(const ConversationRow& row);
  bool met(const Endpoint& endpoint) const;
  Running gather(const std::deque<ConversationRow>& running);
  void write_source(const SourceInfo& now);
  void write_listener();
  void write_facts(FactRows& rows, Written& written);
  void write_talks(FactRows& rows, const Running& running, Written& written);
  void write_talk(FactRows& rows, std::uint32_t index, const ConversationRow& total,
                  Written& written);
  void touch_ends(RowId talk);
  void settle_facts();
  void settle_talks(const Running& running);
  void undo();

  static constexpr std::uint32_t kNone = 0xffff'ffff;

  Database* database_;
  SourceInfo source_;  // as stored; its counters are those of before this run
  std::optional<ListenerInfo> listener_;
  RowId site_ = 0, source_id_ = 0;
  Again again_;
  FactLimits limits_;
  std::uint64_t seed_;
  std::set<std::string, std::less<>> literals_;  // rows that were recalled view these
  std::unique_ptr<FactRows> rows_;

  std::vector<KnownFact> facts_;
  std::vector<Fresh> fresh_facts_;
  std::vector<std::uint32_t> dirty_facts_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> fact_index_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> values_;  // how many a claim has
  std::vector<KnownTalk> talks_;
  std::vector<std::uint32_t> free_talks_, dirty_talks_;
  std::vector<std::uint32_t> running_talks_;  // as of the last write
  absl::flat_hash_map<std::uint64_t, std::uint32_t> talk_index_;
  // Hashes of the MACs and IPs of those who were in a conversation with answers.
  absl::flat_hash_set<std::uint64_t> met_;
  std::vector<Before> written_talks_;  // in this transaction
  bool new_source_ = false;            // the same
  RowId last_fact_id_ = 0, last_talk_id_ = 0;
  std::uint64_t dropped_facts_ = 0, dropped_conversations_ = 0;
};

}  // namespace asepsis
