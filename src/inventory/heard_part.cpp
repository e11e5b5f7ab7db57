#include "inventory/heard_part.hpp"

#include <algorithm>
#include <tuple>

#include "inventory/heard_rows.hpp"

namespace asepsis {
namespace {

std::string select_facts(const char* where) {
  return std::string("SELECT ") + kFactColumns + " FROM fact WHERE " + where;
}
std::string select_talks(const char* where) {
  return std::string("SELECT ") + kTalkColumns + " FROM talk WHERE " + where;
}

}  // namespace

HeardPart::HeardPart(SQLite::Database& sql, Id site)
    : site_(site),
      endpoint_(sql, "SELECT id, vlan, mac, ip FROM endpoint WHERE id = ?"),
      of_ip_(sql, "SELECT id FROM endpoint WHERE ip = ? AND +site = ?"),
      of_mac_(sql, "SELECT id FROM endpoint WHERE mac = ? AND site = ?"),
      facts_of_(sql, select_facts("endpoint = ?")),
      fact_(sql, select_facts("id = ?")),
      talks_from_(sql, select_talks("client = ?")),
      talks_to_(sql, select_talks("server = ?")),
      talk_(sql, select_talks("id = ?")) {
  SQLite::Statement name(sql, "SELECT name FROM site WHERE id = ?");
  name.bind(1, site);
  if (name.executeStep()) site_name_ = name.getColumn(0).getString();
  SQLite::Statement sources(sql, "SELECT id FROM source ORDER BY identity, filter");
  while (sources.executeStep())
    sources_.emplace(sources.getColumn(0).getInt64(), static_cast<std::uint32_t>(sources_.size()));
}

void HeardPart::add_whole(Id endpoint) {
  if (!whole_.insert(endpoint).second) return;
  facts_of_.bind(1, endpoint);
  while (facts_of_.executeStep()) take_fact(facts_of_);
  facts_of_.reset();
  for (SQLite::Statement* const talks : {&talks_from_, &talks_to_}) {
    talks->bind(1, endpoint);
    while (talks->executeStep()) take_talk(*talks);
    talks->reset();
  }
}

void HeardPart::add_fact(Id id) {
  if (fact_ids_.contains(id)) return;
  fact_.bind(1, id);
  if (fact_.executeStep()) take_fact(fact_);
  fact_.reset();
}

void HeardPart::add_talk(Id id) {
  if (talk_ids_.contains(id)) return;
  talk_.bind(1, id);
  if (talk_.executeStep()) take_talk(talk_);
  talk_.reset();
}

void HeardPart::take_fact(SQLite::Statement& row) {
  if (!fact_ids_.insert(integer<Id>(row, 0)).second) return;
  Fact& taken = facts_.emplace_back(read_fact(row, texts_), FactColumns::endpoint(row));
  taken.fact.source = sources_.at(FactColumns::source(row));
}

void HeardPart::take_talk(SQLite::Statement& row) {
  if (!talk_ids_.insert(integer<Id>(row, 0)).second) return;
  Talk& taken = talks_.emplace_back(read_talk(row, texts_), TalkColumns::client(row),
                                    TalkColumns::server(row));
  taken.talk.source = sources_.at(TalkColumns::source(row));
}

const HeardPart::Known& HeardPart::known(Id endpoint) {
  const auto found = endpoints_.find(endpoint);
  if (found != endpoints_.end()) return found->second;
  endpoint_.bind(1, endpoint);
  endpoint_.executeStep();
  Known known{.row = read_endpoint(endpoint_),
              .mac = endpoint_.getColumn(2).getString(),
              .ip = endpoint_.getColumn(3).getString()};
  endpoint_.reset();
  return endpoints_.emplace(endpoint, std::move(known)).first->second;
}

const HeardEndpoint& HeardPart::endpoint(Id id) { return known(id).row; }

std::vector<HeardPart::Id> HeardPart::ids(SQLite::Statement& rows) const {
  std::vector<Id> ids;
  rows.bind(2, site_);
  while (rows.executeStep()) ids.push_back(rows.getColumn(0).getInt64());
  rows.reset();
  return ids;
}

std::vector<HeardPart::Id> HeardPart::endpoints_of(const Ip& ip) {
  of_ip_.bind(1, to_text(ip));
  return ids(of_ip_);
}

std::vector<HeardPart::Id> HeardPart::endpoints_of(const Mac& mac) {
  of_mac_.bind(1, to_text(mac));
  return ids(of_mac_);
}

Heard HeardPart::heard() {
  std::vector<Id> needed;
  needed.reserve(facts_.size() + (2 * talks_.size()));
  for (const Fact& fact : facts_) needed.push_back(fact.endpoint);
  for (const Talk& talk : talks_) {
    needed.push_back(talk.client);
    needed.push_back(talk.server);
  }
  std::ranges::sort(needed);
  needed.erase(std::ranges::unique(needed).begin(), needed.end());
  for (const Id id : needed) known(id);
  std::ranges::sort(needed, {}, [&](Id id) {
    const Known& one = endpoints_.at(id);
    return std::tie(one.mac, one.ip, one.row.vlan);
  });
  Heard heard;
  heard.site = site_;
  heard.site_name = site_name_;
  std::unordered_map<Id, std::uint32_t> places;
  for (const Id id : needed) {
    places.emplace(id, static_cast<std::uint32_t>(heard.endpoints.size()));
    heard.endpoints.push_back(endpoints_.at(id).row);
  }
  for (const Fact& one : facts_) {
    heard.facts.push_back(one.fact);
    heard.facts.back().endpoint = places.at(one.endpoint);
  }
  for (const Talk& one : talks_) {
    heard.talks.push_back(one.talk);
    heard.talks.back().client = places.at(one.client);
    heard.talks.back().server = places.at(one.server);
  }
  sort_heard(heard.facts);
  sort_heard(heard.talks);
  return heard;
}

}  // namespace asepsis
