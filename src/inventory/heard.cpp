#include "inventory/heard.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace asepsis {
namespace {

// A row of the database, as a site and an index into one of its lists.
struct Place {
  std::size_t site = 0;
  std::size_t index = 0;
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
                    Place{site_of.at(rows.getColumn(1).getInt64()), sources.size()});
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
    endpoints.emplace(endpoint.id, Place{site, sites[site].endpoints.size()});
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

void load_facts(SQLite::Database& sql, const Places& sources, const Places& endpoints,
                std::vector<Heard>& sites) {
  SQLite::Statement rows(sql,
                         "SELECT id, source, endpoint, claim, value, protocol, equipment, port, "
                         "refused, first_seen, last_seen, count FROM fact");
  while (rows.executeStep()) {
    const Place source = sources.at(rows.getColumn(1).getInt64());
    const auto text = [&](int column) {
      return sites[source.site].texts.keep(rows.getColumn(column).getText());
    };
    sites[source.site].facts.push_back(
        {.id = rows.getColumn(0).getInt64(),
         .source = source.index,
         .endpoint = endpoints.at(rows.getColumn(2).getInt64()).index,
         .claim = text(3),
         .value = text(4),
         .protocol = text(5),
         .equipment = text(6),
         .port = static_cast<std::uint16_t>(rows.getColumn(7).getInt()),
         .refused = rows.getColumn(8).getInt() != 0,
         .first = rows.getColumn(9).getInt64(),
         .last = rows.getColumn(10).getInt64(),
         .count = static_cast<std::uint64_t>(rows.getColumn(11).getInt64())});
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
    const Place source = sources.at(rows.getColumn(1).getInt64());
    const auto text = [&](int column) {
      return sites[source.site].texts.keep(rows.getColumn(column).getText());
    };
    sites[source.site].talks.push_back(
        {.id = rows.getColumn(0).getInt64(),
         .source = source.index,
         .client = endpoints.at(rows.getColumn(2).getInt64()).index,
         .server = endpoints.at(rows.getColumn(3).getInt64()).index,
         .client_packets = static_cast<std::uint64_t>(rows.getColumn(4).getInt64()),
         .server_packets = static_cast<std::uint64_t>(rows.getColumn(5).getInt64()),
         .client_hops = rows.getColumn(6).getInt(),
         .server_hops = rows.getColumn(7).getInt(),
         .protocol = rows.getColumn(8).getInt(),
         .port = static_cast<std::uint16_t>(rows.getColumn(9).getInt()),
         .state = text(10),
         .security = text(11),
         .application = text(12),
         .client_ports = text(13),
         .shape = text(14),
         .first = rows.getColumn(15).getInt64(),
         .last = rows.getColumn(16).getInt64()});
  }
}

template <class Rows>
void sort(Rows& rows) {
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
}

}  // namespace

std::string_view Texts::keep(std::string_view text) {
  const auto found = texts_.find(text);
  return found != texts_.end() ? *found : *texts_.emplace(text).first;
}

std::vector<Heard> load_heard(SQLite::Database& sql) {
  std::vector<Heard> sites = load_sites(sql);
  const Places sources = load_sources(sql, sites);
  const Places endpoints = load_endpoints(sql, sites);
  load_facts(sql, sources, endpoints, sites);
  load_talks(sql, sources, endpoints, sites);
  for (Heard& heard : sites) {
    sort(heard.facts);
    sort(heard.talks);
  }
  return sites;
}

}  // namespace asepsis
