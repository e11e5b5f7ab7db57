#include "inventory/live_store.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "inventory/derivation.hpp"

namespace asepsis {
LiveStore::LiveStore(Database& database, SourceInfo source, Again again, FactLimits limits)
    : database_(&database),
      source_(std::move(source)),
      again_(again),
      limits_(limits),
      seed_(random_seed()) {}

Result<LiveStore> LiveStore::open(Database& database, SourceInfo source, Again again,
                                  FactLimits limits) {
  LiveStore store(database, std::move(source), again, limits);
  if (const auto recalled = store.recall(); !recalled) return std::unexpected(recalled.error());
  return store;
}

void LiveStore::meet(const std::deque<ConversationRow>& running) {
  for (const ConversationRow& row : running) meet(row);
}

void LiveStore::meet(const ConversationRow& row) {
  if (!answered(row) || met_.size() >= 4 * limits_.conversations) return;
  for (const Endpoint* endpoint : {&row.client, &row.server}) {
    if (!endpoint->mac.empty()) met_.insert(hash_bytes(endpoint->mac.bytes, seed_));
    if (!endpoint->ip.empty()) met_.insert(hash_bytes(endpoint->ip.bytes, seed_));
  }
}

// Who makes up addresses has one MAC that is met: the address counts, if there
// is one.
bool LiveStore::met(const Endpoint& endpoint) const {
  const bool ip = !endpoint.ip.empty();
  return met_.contains(ip ? hash_bytes(endpoint.ip.bytes, seed_)
                          : hash_bytes(endpoint.mac.bytes, seed_));
}

void LiveStore::add(const FactTable& heard) {
  for (const ConversationRow& row : heard.conversations()) meet(row);
  for (std::size_t i = 0; i < heard.facts().size(); ++i)
    add_fact(heard.facts()[i], heard.sightings()[i]);
  for (const ConversationRow& row : heard.conversations()) add_ended(row);
  dropped_facts_ += heard.dropped_facts();
  dropped_conversations_ += heard.dropped_conversations();
}

// Texts are compared as they are stored: what was recalled is known in that
// form alone.
void LiveStore::add_fact(const FactRow& row, const Seen& seen) {
  FactRow stored = row;
  stored.value = to_utf8(row.value);
  stored.equipment = to_utf8(row.equipment);
  const FactHash hash = hash_of({.about = stored.about,
                                 .claim = stored.claim,
                                 .port = stored.port,
                                 .refused = stored.refused,
                                 .protocol = stored.protocol,
                                 .value = stored.value,
                                 .equipment = stored.equipment},
                                seed_);
  const auto found = fact_index_.find(hash.whole);
  if (found == fact_index_.end()) {
    std::uint32_t& values = values_[hash.of_claim];
    const std::size_t room = met(row.about) ? limits_.facts : room_for_noise(limits_.facts);
    if (facts_.size() >= room || values >= limits_.values_of_claim) {
      dropped_facts_ += seen.count;
      return;
    }
    ++values;
    const auto index = static_cast<std::uint32_t>(facts_.size());
    fact_index_.emplace(hash.whole, index);
    facts_.push_back(KnownFact{.seen = seen});
    fresh_facts_.push_back({index, std::move(stored)});
    return;
  }
  KnownFact& known = facts_[found->second];
  known.seen.merge(seen);
  if (known.dirty) return;
  known.dirty = true;
  dirty_facts_.push_back(found->second);
}

std::uint32_t LiveStore::find_or_add_talk(const ConversationRow& row) {
  const std::uint64_t hash = hash_of(row, seed_);
  const auto found = talk_index_.find(hash);
  if (found != talk_index_.end()) return found->second;
  const std::size_t most = limits_.conversations;
  if (conversations() >= (answered(row) ? most : room_for_noise(most))) return kNone;
  auto index = static_cast<std::uint32_t>(talks_.size());
  if (free_talks_.empty()) {
    talks_.emplace_back();
  } else {
    index = free_talks_.back();
    free_talks_.pop_back();
    talks_[index] = {};
  }
  talks_[index].hash = hash;
  talk_index_.emplace(hash, index);
  return index;
}

void LiveStore::add_ended(const ConversationRow& row) {
  const std::uint32_t index = find_or_add_talk(row);
  if (index == kNone) {
    dropped_conversations_ += row.seen.count;
    return;
  }
  KnownTalk& known = talks_[index];
  if (known.row.seen.count == 0) {
    known.row = row;
  } else {
    merge(known.row, row);
  }
  if (known.dirty) return;
  known.dirty = true;
  dirty_talks_.push_back(index);
}

// What goes on, each conversation once.
LiveStore::Running LiveStore::gather(const std::deque<ConversationRow>& running) {
  Running gathered;
  for (const ConversationRow& row : running) {
    const std::uint32_t index = find_or_add_talk(row);
    if (index == kNone) continue;  // counted when it ends
    const auto [at, added] = gathered.try_emplace(index, row);
    if (!added) merge(at->second, row);
  }
  return gathered;
}

Result<LiveStore::Written> LiveStore::write(const SourceInfo& now,
                                            const std::deque<ConversationRow>* running) {
  const Running gathered = running != nullptr ? gather(*running) : Running();
  auto done = guarded(database_->path(), [&]() -> Result<Written> {
    SQLite::Database& sql = database_->sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    write_source(now);
    if (listener_ && source_id_ != 0) write_listener();
    if (!rows_) rows_ = std::make_unique<FactRows>(sql, site_, source_id_);
    last_fact_id_ = std::max(last_fact_id_, last_fact(sql));
    last_talk_id_ = std::max(last_talk_id_, last_talk(sql));
    Written written;
    write_facts(*rows_, written);
    if (running != nullptr) write_talks(*rows_, gathered, written);
    rows_->flush();
    transaction.commit();
    return written;
  });
  if (!done) {
    undo();
    return done;
  }
  settle_facts();
  if (running != nullptr) settle_talks(gathered);
  return done;
}

void LiveStore::write_source(const SourceInfo& now) {
  SQLite::Database& sql = database_->sql();
  SourceInfo total = now;
  if (again_ == Again::adds) {
    total.packets += source_.packets;
    total.bytes += source_.bytes;
    for (const auto& [name, count] : source_.losses) total.losses[name] += count;
    if (source_.packets > 0) {
      total.first = now.packets > 0 ? std::min(now.first, source_.first) : source_.first;
      total.last = std::max(now.last, source_.last);
    }
  } else if (source_.packets > now.packets) {
    return;  // more of it is stored
  }
  if (source_id_ == 0) {
    site_ = id_of_site(sql, source_.site);
    source_id_ = add_source(sql, site_, source_);
    new_source_ = true;
  }
  SQLite::Statement change(sql,
                           "UPDATE source SET packets = ?, bytes = ?, first_seen = ?, "
                           "last_seen = ?, complete = ?, ended_early = ? WHERE id = ?");
  run(change, to_integer(total.packets), to_integer(total.bytes),
      nanoseconds_since_1970(total.first), nanoseconds_since_1970(total.last),
      total.complete ? 1 : 0, to_utf8(total.ended_early), source_id_);
  SQLite::Statement forget(sql, "DELETE FROM loss WHERE source = ?");
  run(forget, source_id_);
  store_losses(sql, source_id_, total.losses);
}

void LiveStore::write_listener() {
  SQLite::Statement replace(
      database_->sql(),
      "INSERT OR REPLACE INTO listener (source, began, written, ended, workers, memory, "
      "memory_limit, running, packet_rate, byte_rate, drop_rate, write_seconds, derive_seconds) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const ListenerInfo& told = *listener_;
  run(replace, source_id_, nanoseconds_since_1970(told.began), nanoseconds_since_1970(told.written),
      told.ended ? 1 : 0, told.workers, told.memory, told.memory_limit, told.running,
      told.packet_rate, told.byte_rate, told.drop_rate, told.write_cost.count(),
      told.derive_cost.count());
}

void LiveStore::write_facts(FactRows& rows, Written& written) {
  for (const Fresh& fresh : fresh_facts_) {
    KnownFact& known = facts_[fresh.index];
    known.id = ++last_fact_id_;
    rows.add(fresh.row, known.seen, known.id);
    ++written.fresh;
  }
  rows.flush();
  SQLite::Statement change(database_->sql(),
                           "UPDATE fact SET first_seen = ?, last_seen = ?, count = ?, packet = ? "
                           "WHERE id = ?");
  SQLite::Statement touch(database_->sql(),
                          "INSERT OR IGNORE INTO changed_endpoint SELECT endpoint FROM fact WHERE "
                          "id = ?");
  for (const std::uint32_t index : dirty_facts_) {
    const KnownFact& known = facts_[index];
    if (known.seen.count < known.stored) continue;
    run(touch, known.id);
    run(change, nanoseconds_since_1970(known.seen.first), nanoseconds_since_1970(known.seen.last),
        to_integer(known.seen.count), to_integer(known.seen.packet), known.id);
    ++written.changed;
  }
}

void LiveStore::write_talks(FactRows& rows, const Running& running, Written& written) {
  for (const auto& [index, row] : running) {
    const KnownTalk& known = talks_[index];
    if (known.row.seen.count == 0) {
      write_talk(rows, index, row, written);
      continue;
    }
    ConversationRow total = known.row;
    merge(total, row);
    write_talk(rows, index, total, written);
  }
  SQLite::Statement forget(database_->sql(), "DELETE FROM talk WHERE id = ?");
  SQLite::Statement gone(database_->sql(), "INSERT OR IGNORE INTO gone_talk VALUES (?)");
  for (const std::uint32_t index : running_talks_) {
    const KnownTalk& known = talks_[index];
    if (running.contains(index) || known.stored > 0) continue;
    if (known.row.seen.count > 0) {
      write_talk(rows, index, known.row, written);
    } else if (known.id != 0) {
      touch_ends(known.id);
      run(gone, known.id);
      run(forget, known.id);
      ++written.fresh;
    }
  }
  for (const std::uint32_t index : dirty_talks_)
    if (!running.contains(index)) write_talk(rows, index, talks_[index].row, written);
}

// What is derived of them is no longer up to date.
void LiveStore::touch_ends(RowId talk) {
  SQLite::Statement touch(database_->sql(),
                          "INSERT OR IGNORE INTO changed_endpoint SELECT client FROM talk WHERE "
                          "id = ?1 UNION ALL SELECT server FROM talk WHERE id = ?1");
  run(touch, talk);
}

void LiveStore::write_talk(FactRows& rows, std::uint32_t index, const ConversationRow& total,
                           Written& written) {
  KnownTalk& known = talks_[index];
  // A row that stands for a second MAC grows in time only.
  const std::uint64_t shown =
      hash_mix(sum_of(total), static_cast<std::uint64_t>(nanoseconds_since_1970(total.seen.last)));
  if (shown == known.shown || sum_of(total) < known.stored) return;
  written_talks_.push_back({index, known.id, known.shown});
  if (known.id != 0) touch_ends(known.id);
  ++(known.id == 0 ? written.fresh : written.changed);
  if (known.id == 0) known.id = ++last_talk_id_;
  FirstFlows flows = first_flows_of(total);
  // The times of flows of before a restart are not known any more: they stay
  // what they were unless there are as many new ones.
  if (known.first_flows && flows.client_ports.size() < known.first_flows->client_ports.size())
    flows = *known.first_flows;
  rows.add(total, flows, known.id);
  known.shown = shown;
}

void LiveStore::settle_facts() {
  for (const std::uint32_t index : dirty_facts_) facts_[index].dirty = false;
  dirty_facts_.clear();
  fresh_facts_.clear();
  new_source_ = false;
}

// What was on its way and is no more is let go.
void LiveStore::settle_talks(const Running& running) {
  for (const std::uint32_t index : dirty_talks_) talks_[index].dirty = false;
  dirty_talks_.clear();
  written_talks_.clear();
  for (const std::uint32_t index : running_talks_) {
    const KnownTalk& known = talks_[index];
    if (running.contains(index) || known.row.seen.count > 0 || known.stored > 0) continue;
    talk_index_.erase(known.hash);
    free_talks_.push_back(index);
  }
  running_talks_.clear();
  for (const auto& [index, row] : running) running_talks_.push_back(index);
}

// The transaction came to nothing, and the ids that it gave with it.
void LiveStore::undo() {
  rows_.reset();
  for (const Before& before : written_talks_) {
    talks_[before.index].id = before.id;
    talks_[before.index].shown = before.shown;
  }
  written_talks_.clear();
  if (new_source_) source_id_ = 0;
  new_source_ = false;
}

}  // namespace asepsis
