#include "fact/fact_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/hash.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kAhead = 16;  // rows whose places in the tables are sent for

std::uint64_t seed() {
  static const std::uint64_t once = random_seed();
  return once;
}

std::uint64_t hash_of(const Endpoint& endpoint, std::uint64_t seed) {
  return hash_bytes(endpoint.ip.bytes, hash_bytes(endpoint.mac.bytes, seed ^ endpoint.vlan));
}

void add_flows(std::vector<ConversationRow::FirstFlow>& to,
               const std::vector<ConversationRow::FirstFlow>& from) {
  for (const auto& flow : from) {
    if (to.size() == ConversationRow::kMostFlows && to.back() < flow) continue;
    const auto at = std::ranges::lower_bound(to, flow);
    if (at != to.end() && *at == flow) continue;
    to.insert(at, flow);
    if (to.size() > ConversationRow::kMostFlows) to.pop_back();
  }
}

}  // namespace

void Seen::add(Time time, std::uint64_t number, std::uint64_t times) {
  if (count == 0 || time < first || (time == first && number < packet)) {
    first = time;
    packet = number;
  }
  last = count == 0 ? time : std::max(last, time);
  count += times;
}

void Seen::merge(const Seen& other) {
  const Time later = other.last;
  add(other.first, other.packet, other.count);
  last = std::max(last, later);
}

FactHash hash_of(const FactKey& key, std::uint64_t seed) {
  const std::uint64_t kind = static_cast<std::uint64_t>(key.claim.index) << 32 |
                             static_cast<std::uint64_t>(key.port) << 8 | (key.refused ? 1U : 0U);
  const std::uint64_t of_claim = hash_of(key.about, seed ^ kind);
  std::uint64_t whole = hash_bytes(as_bytes(key.value), of_claim);
  if (!key.equipment.empty()) whole = hash_bytes(as_bytes(key.equipment), whole);
  return {of_claim, hash_bytes(as_bytes(key.protocol), whole)};
}

std::uint64_t hash_of(const ConversationRow& row, std::uint64_t seed) {
  std::uint64_t hash = hash_of(row.client, seed ^ (static_cast<std::uint64_t>(row.port) << 16 |
                                                   static_cast<std::uint64_t>(row.protocol) << 8 |
                                                   static_cast<std::uint64_t>(row.state)));
  hash = hash_of(row.server, hash ^ static_cast<std::uint64_t>(row.security));
  hash = hash_bytes(as_bytes(row.application), hash);
  return row.shape.empty() ? hash : hash_bytes(as_bytes(row.shape), hash);
}

void merge(ConversationRow& known, const ConversationRow& row) {
  known.client_bytes += row.client_bytes;
  known.server_bytes += row.server_bytes;
  known.client_packets += row.client_packets;
  known.server_packets += row.server_packets;
  known.client_hops = std::min(known.client_hops, row.client_hops);
  known.server_hops = std::min(known.server_hops, row.server_hops);
  known.seen.merge(row.seen);
  known.client_turn.merge(row.client_turn);
  known.server_turn.merge(row.server_turn);
  known.marks_differ = known.marks_differ || row.marks_differ || known.mark != row.mark;
  add_flows(known.flows, row.flows);
}

void ConversationRow::Range::merge(const Range& other) {
  least = std::min(least, other.least);
  most = std::max(most, other.most);
}

Pace pace_of(const ConversationRow& row) {
  constexpr std::size_t kLeastRegular = 3;
  std::vector<std::int64_t> intervals;
  for (std::size_t i = 1; i < row.flows.size(); ++i)
    intervals.push_back((row.flows[i].time - row.flows[i - 1].time).count());
  if (intervals.empty()) return {};
  std::ranges::sort(intervals);
  const std::int64_t median = intervals[(intervals.size() - 1) / 2];
  const auto alike = std::ranges::count_if(
      intervals, [&](std::int64_t interval) { return std::abs(interval - median) <= median / 5; });
  const bool regular = median > 0 && intervals.size() >= kLeastRegular &&
                       static_cast<std::size_t>(alike) * 4 >= intervals.size() * 3;
  return {median, regular};
}

FactTable::FactTable(FactLimits limits) : limits_(limits) {}

template <class Enter>
std::optional<std::uint32_t> FactTable::find_or_enter(const FactHash& hash, std::size_t room,
                                                      Enter enter) {
  if (const auto found = fact_index_.find(hash.whole); found != fact_index_.end())
    return found->second;
  std::uint32_t& values = values_[hash.of_claim];
  if (facts_.size() >= room || values >= limits_.values_of_claim) return std::nullopt;
  ++values;
  const auto index = static_cast<std::uint32_t>(facts_.size());
  fact_index_.emplace(hash.whole, index);
  enter();
  fact_hashes_.push_back(hash);
  sightings_.emplace_back();
  return index;
}

std::optional<std::uint32_t> FactTable::find_or_add(const Endpoint& about, const Fact& fact,
                                                    std::uint16_t port, std::string_view protocol,
                                                    bool noise) {
  const FactKey key{.about = about,
                    .claim = fact.claim,
                    .port = port,
                    .refused = fact.refused,
                    .protocol = protocol,
                    .value = fact.value.substr(0, limits_.value_bytes),
                    .equipment = fact.equipment.substr(0, limits_.value_bytes)};
  const std::size_t room = noise ? room_for_noise(limits_.facts) : limits_.facts;
  return find_or_enter(hash_of(key, seed()), room, [&] {
    facts_.push_back({.about = about,
                      .claim = key.claim,
                      .port = port,
                      .refused = key.refused,
                      .protocol = protocol,
                      .value = std::string(key.value),
                      .equipment = std::string(key.equipment)});
  });
}

std::optional<std::uint32_t> FactTable::add(const Endpoint& about, const Fact& fact,
                                            std::uint16_t port, std::string_view protocol,
                                            Time time, std::uint64_t packet, bool noise) {
  const std::uint16_t its_port = fact.claim.row().scope == Scope::service ? port : std::uint16_t{0};
  const auto row = find_or_add(about, fact, its_port, protocol, noise);
  if (row) {
    sightings_[*row].add(time, packet);
  } else {
    ++dropped_facts_;
  }
  return row;
}

template <class Enter>
void FactTable::add(std::uint64_t hash, const ConversationRow& row, Enter enter) {
  if (const auto found = conversation_index_.find(hash); found != conversation_index_.end())
    return asepsis::merge(conversations_[found->second], row);
  const std::size_t room =
      answered(row) ? limits_.conversations : room_for_noise(limits_.conversations);
  if (conversations_.size() >= room) {
    ++dropped_conversations_;
    return;
  }
  conversation_index_.emplace(hash, static_cast<std::uint32_t>(conversations_.size()));
  conversation_hashes_.push_back(hash);
  enter();
}

void FactTable::add(ConversationRow row) {
  add(hash_of(row, seed()), row, [&] { conversations_.push_back(std::move(row)); });
}

void FactTable::merge_facts(FactTable& other) {
  const std::vector<FactRow*> rows = facts_.adopt(other.facts_);
  fact_index_.reserve(fact_index_.size() + rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size()) {
      fact_index_.prefetch(other.fact_hashes_[i + kAhead].whole);
      values_.prefetch(other.fact_hashes_[i + kAhead].of_claim);
    }
    const auto mine =
        find_or_enter(other.fact_hashes_[i], limits_.facts, [&] { facts_.add(*rows[i]); });
    if (mine) {
      sightings_[*mine].merge(other.sightings_[i]);
    } else {
      dropped_facts_ += other.sightings_[i].count;
    }
  }
  dropped_facts_ += other.dropped_facts_;
}

void FactTable::merge_conversations(FactTable& other) {
  const std::vector<ConversationRow*> rows = conversations_.adopt(other.conversations_);
  conversation_index_.reserve(conversation_index_.size() + rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size())
      conversation_index_.prefetch(other.conversation_hashes_[i + kAhead]);
    add(other.conversation_hashes_[i], *rows[i], [&] { conversations_.add(*rows[i]); });
  }
  dropped_conversations_ += other.dropped_conversations_;
}

void FactTable::merge(FactTable&& other) {
  constexpr std::size_t kWorthAThread = 4'096;
  // They share nothing but what nobody changes.
  std::jthread beside;
  if (other.conversations_.size() < kWorthAThread) {
    merge_conversations(other);
  } else {
    beside = std::jthread([&] { merge_conversations(other); });
  }
  merge_facts(other);
  if (beside.joinable()) beside.join();
  other = FactTable(other.limits_);
}

FactTable FactTable::take() {
  FactTable taken(limits_);
  std::swap(*this, taken);
  return taken;
}

}  // namespace asepsis
