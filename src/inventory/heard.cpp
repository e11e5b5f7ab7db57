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

void load_facts(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(sql, std::string("SELECT ") + kFactColumns + " FROM fact");
  while (rows.executeStep()) {
    const Place source = sources.at(FactColumns::source(rows));
    HeardFact fact = read_fact(rows, sites[source.site].fact_texts);
    fact.source = source.index;
    fact.endpoint = endpoints.at(FactColumns::endpoint(rows)).index;
    sites[source.site].facts.push_back(fact);
  }
}

void load_talks(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(sql, std::string("SELECT ") + kTalkColumns + " FROM talk");
  while (rows.executeStep()) {
    const Place source = sources.at(TalkColumns::source(rows));
    HeardTalk talk = read_talk(rows, sites[source.site].talk_texts);
    talk.source = source.index;
    talk.client = endpoints.at(TalkColumns::client(rows)).index;
    talk.server = endpoints.at(TalkColumns::server(rows)).index;
    sites[source.site].talks.push_back(talk);
  }
}

// As many as there are of one site alone; more than that grow.
void make_room(SQLite::Database& sql, std::vector<Heard>& sites) {
  if (sites.size() != 1) return;
  const auto count = [&](const char* query) {
    return static_cast<std::size_t>(sql.execAndGet(query).getInt64());
  };
  sites[0].facts.reserve(count("SELECT count(*) FROM fact"));
  sites[0].talks.reserve(count("SELECT count(*) FROM talk"));
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
  make_room(sql, sites);
  // Talks by a connection of its own, at the same time; what it throws comes out of get().
  auto beside = database.second_connection();
  const auto talks = [&](SQLite::Database& from) {
    load_talks(from, sources, endpoints, sites);
    for (Heard& heard : sites) sort_heard(heard.talks);
  };
  auto talking =
      beside ? std::async(std::launch::async, [&] { talks(beside->sql()); }) : std::future<void>();
  load_facts(sql, sources, endpoints, sites);
  for (Heard& heard : sites) sort_heard(heard.facts);
  if (talking.valid()) {
    talking.get();
  } else {
    talks(sql);
  }
  return sites;
}

}  // namespace asepsis
