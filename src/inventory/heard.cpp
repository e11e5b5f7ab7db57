#include "inventory/heard.hpp"

#include <future>
#include <unordered_map>

#include "inventory/heard_rows.hpp"

namespace asepsis {
namespace {

// A row of the database, as a site and an index into one of its lists.
struct Place {
  std::size_t site = 0;
  std::uint32_t index = 0;
};
constexpr const char* kTwoThirds = "(SELECT max(id) * 2 / 3 FROM fact)";

using Places = std::unordered_map<std::int64_t, Place>;

std::vector<Heard> load_sites(SQLite::Database& sql) {
  std::vector<Heard> all;
  SQLite::Statement rows(sql, "SELECT id, name FROM site ORDER BY name");
  while (rows.executeStep()) {
    Heard heard;
    heard.site = rows.getColumn(0).getInt64();
    heard.site_name = rows.getColumn(1).getString();
    all.push_back(std::move(heard));
  }
  return all;
}

std::unordered_map<std::int64_t, std::size_t> index_by_id(const std::vector<Heard>& sites) {
  std::unordered_map<std::int64_t, std::size_t> indices;
  for (std::size_t i = 0; i < sites.size(); ++i) indices.emplace(sites[i].site, i);
  return indices;
}

// Sources by id; the index is their place by content.
Places load_sources(SQLite::Database& sql, const std::vector<Heard>& sites) {
  const auto site_of = index_by_id(sites);
  Places sources;
  SQLite::Statement rows(sql, "SELECT id, site FROM source ORDER BY identity, filter");
  while (rows.executeStep())
    sources.emplace(rows.getColumn(0).getInt64(),
                    Place{site_of.at(rows.getColumn(1).getInt64()),
                          static_cast<std::uint32_t>(sources.size())});
  return sources;
}

Places load_endpoints(SQLite::Database& sql, std::vector<Heard>& sites) {
  const auto site_of = index_by_id(sites);
  Places endpoints;
  SQLite::Statement rows(sql,
                         "SELECT id, vlan, mac, ip, site FROM endpoint ORDER BY mac, ip, vlan");
  while (rows.executeStep()) {
    const std::size_t site = site_of.at(rows.getColumn(4).getInt64());
    const HeardEndpoint endpoint = read_endpoint(rows);
    endpoints.emplace(endpoint.id,
                      Place{site, static_cast<std::uint32_t>(sites[site].endpoints.size())});
    sites[site].endpoints.push_back(endpoint);
  }
  return endpoints;
}

// For each site.
using Facts = std::vector<std::vector<HeardFact>>;

// `texts`: which of a site's hold what they say.
void load_facts(SQLite::Statement& rows, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites, Texts Heard::*texts, Facts& facts) {
  while (rows.executeStep()) {
    const Place source = sources.at(FactColumns::source(rows));
    HeardFact fact = read_fact(rows, sites[source.site].*texts);
    fact.source = source.index;
    fact.endpoint = endpoints.at(FactColumns::endpoint(rows)).index;
    facts[source.site].push_back(fact);
  }
  for (auto& of_site : facts) sort_heard(of_site);
}

void load_talks(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(sql, std::string("SELECT ") + kTalkColumns + " FROM talk");
  while (rows.executeStep()) {
    const Place source = sources.at(TalkColumns::source(rows));
    HeardTalk talk = read_talk(rows, sites[source.site].more_texts);
    talk.source = source.index;
    talk.client = endpoints.at(TalkColumns::client(rows)).index;
    talk.server = endpoints.at(TalkColumns::server(rows)).index;
    sites[source.site].talks.push_back(talk);
  }
}

std::size_t count_of(SQLite::Database& sql, const char* table) {
  return static_cast<std::size_t>(
      sql.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt64());
}

// The later ones follow, in the order of all.
void add_later(std::vector<HeardFact>& facts, std::vector<HeardFact>& later) {
  const auto middle = static_cast<std::ptrdiff_t>(facts.size());
  facts.insert(facts.end(), later.begin(), later.end());
  later = {};
  std::ranges::inplace_merge(facts, facts.begin() + middle, [](const auto& a, const auto& b) {
    return order_of(a) < order_of(b);
  });
}

}  // namespace

KeptText Texts::keep(std::string_view text) {
  const auto found = texts_.find(text);
  return KeptText(found != texts_.end() ? *found : *texts_.emplace(text).first);
}

std::vector<Heard> load_heard(Database& database) {
  SQLite::Database& sql = database.sql();
  std::vector<Heard> sites = load_sites(sql);
  const Places sources = load_sources(sql, sites);
  const Places endpoints = load_endpoints(sql, sites);
  // As many as there are of one site alone; more than that grow.
  if (sites.size() == 1) sites[0].talks.reserve(count_of(sql, "talk"));
  Facts facts(sites.size());
  Facts later(sites.size());
  if (sites.size() == 1) facts[0].reserve(count_of(sql, "fact"));
  // Talks, and a third of the facts, by a connection of its own, at the same time; what it throws
  // comes out of get().
  const auto load_rest = [&](SQLite::Database& from) {
    load_talks(from, sources, endpoints, sites);
    for (Heard& heard : sites) sort_heard(heard.talks);
    SQLite::Statement rows(
        from, std::string("SELECT ") + kFactColumns + " FROM fact WHERE id > " + kTwoThirds);
    load_facts(rows, sources, endpoints, sites, &Heard::more_texts, later);
  };
  auto beside = database.second_connection();
  auto rest = beside ? std::async(std::launch::async, [&] { load_rest(beside->sql()); })
                     : std::future<void>();
  SQLite::Statement rows(
      sql, std::string("SELECT ") + kFactColumns + " FROM fact WHERE id <= " + kTwoThirds);
  load_facts(rows, sources, endpoints, sites, &Heard::fact_texts, facts);
  if (rest.valid()) {
    rest.get();
  } else {
    load_rest(sql);
  }
  for (std::size_t i = 0; i < sites.size(); ++i) {
    add_later(facts[i], later[i]);
    sites[i].facts = std::move(facts[i]);
  }
  return sites;
}

}  // namespace asepsis
