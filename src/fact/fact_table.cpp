#include "fact/fact_table.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace asepsis {
namespace {

std::uint64_t hash_of(const Endpoint& endpoint, std::uint64_t seed) {
  return hash_bytes(endpoint.ip.bytes, hash_bytes(endpoint.mac.bytes, seed ^ endpoint.vlan));
}

// Keys that hash alike step aside to the next number, so a lookup compares.
constexpr std::uint64_t kNextPlace = 0x9e3779b97f4a7c15U;

bool same(const FactRow& row, const Endpoint& about, const Fact& fact, std::string_view value,
          std::string_view equipment, std::uint16_t port, std::string_view protocol) {
  return row.claim == fact.claim && row.port == port && row.refused == fact.refused &&
         row.about == about && row.value == value && row.equipment == equipment &&
         row.protocol == protocol;
}

bool same(const ConversationRow& a, const ConversationRow& b) {
  return a.port == b.port && a.protocol == b.protocol && a.state == b.state &&
         a.security == b.security && a.client == b.client && a.server == b.server &&
         a.application == b.application;
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

FactRow* FactTable::find_or_add(const Endpoint& about, const Fact& fact, std::uint16_t port,
                                std::string_view protocol) {
  const std::string_view value = fact.value.substr(0, limits_.value_bytes);
  const std::string_view equipment = fact.equipment.substr(0, limits_.value_bytes);
  const std::uint64_t kind = static_cast<std::uint64_t>(fact.claim.index) << 32 |
                             static_cast<std::uint64_t>(port) << 8 | (fact.refused ? 1U : 0U);
  const std::uint64_t of_claim = hash_of(about, kind);
  std::uint64_t hash = hash_bytes(as_bytes(value), hash_bytes(as_bytes(equipment), of_claim));
  hash = hash_mix(hash, static_cast<std::uint64_t>(protocol.size()) << 8 |
                            static_cast<unsigned char>(protocol.empty() ? 0 : protocol.front()));
  while (true) {
    const auto found = fact_index_.find(hash);
    if (found == fact_index_.end()) break;
    FactRow& row = facts_[found->second];
    if (same(row, about, fact, value, equipment, port, protocol)) return &row;
    hash += kNextPlace;
  }
  std::uint32_t& values = values_[of_claim];
  if (facts_.size() >= limits_.facts || values >= limits_.values_of_claim) return nullptr;
  ++values;
  fact_index_.emplace(hash, static_cast<std::uint32_t>(facts_.size()));
  facts_.push_back({.about = about,
                    .claim = fact.claim,
                    .port = port,
                    .refused = fact.refused,
                    .protocol = protocol,
                    .value = std::string(value),
                    .equipment = std::string(equipment),
                    .seen = {}});
  return &facts_.back();
}

void FactTable::add(const Endpoint& about, const Fact& fact, std::uint16_t port,
                    std::string_view protocol, Time time, std::uint64_t packet) {
  const std::uint16_t its_port = fact.claim.row().scope == Scope::service ? port : std::uint16_t{0};
  FactRow* row = find_or_add(about, fact, its_port, protocol);
  if (row == nullptr) {
    ++dropped_facts_;
    return;
  }
  row->seen.add(time, packet);
  row->changed = true;
}

void FactTable::add(ConversationRow row) {
  std::uint64_t hash = hash_of(row.client, static_cast<std::uint64_t>(row.port) << 16 |
                                               static_cast<std::uint64_t>(row.protocol) << 8 |
                                               static_cast<std::uint64_t>(row.state));
  hash = hash_of(row.server, hash ^ static_cast<std::uint64_t>(row.security));
  hash = hash_bytes(as_bytes(row.application), hash);
  while (true) {
    const auto found = conversation_index_.find(hash);
    if (found == conversation_index_.end()) break;
    ConversationRow& known = conversations_[found->second];
    if (!same(known, row)) {
      hash += kNextPlace;
      continue;
    }
    known.client_bytes += row.client_bytes;
    known.server_bytes += row.server_bytes;
    known.client_packets += row.client_packets;
    known.server_packets += row.server_packets;
    known.client_hops = std::min(known.client_hops, row.client_hops);
    known.server_hops = std::min(known.server_hops, row.server_hops);
    known.seen.merge(row.seen);
    add_flows(known.flows, row.flows);
    known.changed = true;
    return;
  }
  if (conversations_.size() >= limits_.conversations) {
    ++dropped_conversations_;
    return;
  }
  conversation_index_.emplace(hash, static_cast<std::uint32_t>(conversations_.size()));
  conversations_.push_back(std::move(row));
}

void FactTable::merge(const FactTable& other) {
  for (const FactRow& row : other.facts_) {
    const Fact fact{.about = Side::client,
                    .claim = row.claim,
                    .value = row.value,
                    .equipment = row.equipment,
                    .refused = row.refused};
    FactRow* mine = find_or_add(row.about, fact, row.port, row.protocol);
    if (mine == nullptr) {
      dropped_facts_ += row.seen.count;
      continue;
    }
    mine->seen.merge(row.seen);
    mine->changed = true;
  }
  for (const ConversationRow& row : other.conversations_) add(row);
  dropped_facts_ += other.dropped_facts_;
  dropped_conversations_ += other.dropped_conversations_;
}

}  // namespace asepsis
