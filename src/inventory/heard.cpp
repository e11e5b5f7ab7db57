#include "inventory/heard.hpp"

#include <algorithm>
#include <future>
#include <tuple>
#include <unordered_map>

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
                         "SELECT id, site, vlan, mac, ip FROM endpoint ORDER BY mac, ip, vlan");
  while (rows.executeStep()) {
    const std::size_t site = site_of.at(rows.getColumn(1).getInt64());
    const HeardEndpoint endpoint{.id = rows.getColumn(0).getInt64(),
                                 .vlan = static_cast<std::uint16_t>(rows.getColumn(2).getInt()),
                                 .mac = mac_from_text(rows.getColumn(3).getText()).value_or(Mac{}),
                                 .ip = ip_from_text(rows.getColumn(4).getText()).value_or(Ip{})};
    endpoints.emplace(endpoint.id,
                      Place{site, static_cast<std::uint32_t>(sites[site].endpoints.size())});
    sites[site].endpoints.push_back(endpoint);
  }
  return endpoints;
}

// What decides the order of facts and talks: nothing that depends on when, or
// in what order, they were stored.
auto order_of(const HeardFact& fact) {
  return std::tie(fact.endpoint, fact.claim, fact.value, fact.equipment, fact.port, fact.protocol,
                  fact.refused, fact.first, fact.source);
}
auto order_of(const HeardTalk& talk) {
  return std::tie(talk.first, talk.client, talk.server, talk.protocol, talk.port, talk.application,
                  talk.client_ports, talk.state, talk.security, talk.shape, talk.source);
}

template <class Integer>
Integer integer(const SQLite::Statement& row, int column) {
  return static_cast<Integer>(row.getColumn(column).getInt64());
}

void load_facts(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(sql,
                         "SELECT id, source, endpoint, claim, value, protocol, equipment, port, "
                         "refused, first_seen, last_seen, count FROM fact");
  while (rows.executeStep()) {
    const Place source = sources.at(integer<std::int64_t>(rows, 1));
    const auto text = [&](int column) {
      return sites[source.site].fact_texts.keep(rows.getColumn(column).getText());
    };
    sites[source.site].facts.push_back(
        {.id = integer<std::int64_t>(rows, 0),
         .first = integer<std::int64_t>(rows, 9),
         .last = integer<std::int64_t>(rows, 10),
         .count = integer<std::uint64_t>(rows, 11),
         .claim = text(3),
         .value = text(4),
         .protocol = text(5),
         .equipment = text(6),
         .source = source.index,
         .endpoint = endpoints.at(integer<std::int64_t>(rows, 2)).index,
         .port = integer<std::uint16_t>(rows, 7),
         .refused = integer<int>(rows, 8) != 0});
  }
}

void load_talks(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(
      sql,
      "SELECT id, source, client, server, client_packets, server_packets, client_hops, "
      "server_hops, protocol, port, state, security, application, client_ports, shape, "
      "first_seen, last_seen FROM talk");
  while (rows.executeStep()) {
    const Place source = sources.at(integer<std::int64_t>(rows, 1));
    const auto text = [&](int column) {
      return sites[source.site].talk_texts.keep(rows.getColumn(column).getText());
    };
    sites[source.site].talks.push_back(
        {.id = integer<std::int64_t>(rows, 0),
         .first = integer<std::int64_t>(rows, 15),
         .last = integer<std::int64_t>(rows, 16),
         .client_packets = integer<std::uint64_t>(rows, 4),
         .server_packets = integer<std::uint64_t>(rows, 5),
         .state = text(10),
         .security = text(11),
         .application = text(12),
         .client_ports = text(13),
         .shape = text(14),
         .source = source.index,
         .client = endpoints.at(integer<std::int64_t>(rows, 2)).index,
         .server = endpoints.at(integer<std::int64_t>(rows, 3)).index,
         .port = integer<std::uint16_t>(rows, 9),
         .client_hops = integer<std::uint8_t>(rows, 6),
         .server_hops = integer<std::uint8_t>(rows, 7),
         .protocol = integer<std::uint8_t>(rows, 8)});
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

template <class Rows>
void sort(Rows& rows) {
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
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
    for (Heard& heard : sites) sort(heard.talks);
  };
  auto talking =
      beside ? std::async(std::launch::async, [&] { talks(beside->sql()); }) : std::future<void>();
  load_facts(sql, sources, endpoints, sites);
  for (Heard& heard : sites) sort(heard.facts);
  if (talking.valid()) {
    talking.get();
  } else {
    talks(sql);
  }
  return sites;
}

}  // namespace asepsis
