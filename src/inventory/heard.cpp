#include "inventory/heard.hpp"

#include <map>
#include <unordered_map>

namespace asepsis {
namespace {

using Indices = std::unordered_map<std::int64_t, std::size_t>;

Indices load_endpoints(SQLite::Database& sql, Heard& heard) {
  SQLite::Statement rows(sql,
                         "SELECT id, vlan, mac, ip FROM endpoint WHERE site = ? "
                         "ORDER BY mac, ip, vlan");
  rows.bind(1, heard.site);
  Indices indices;
  while (rows.executeStep()) {
    const HeardEndpoint endpoint{
        .id = rows.getColumn(0).getInt64(),
        .vlan = static_cast<std::uint16_t>(rows.getColumn(1).getInt()),
        .mac = mac_from_text(rows.getColumn(2).getString()).value_or(Mac{}),
        .ip = ip_from_text(rows.getColumn(3).getString()).value_or(Ip{})};
    indices.emplace(endpoint.id, heard.endpoints.size());
    heard.endpoints.push_back(endpoint);
  }
  return indices;
}

void load_facts(SQLite::Database& sql, const Indices& indices, Heard& heard) {
  SQLite::Statement rows(
      sql,
      "SELECT f.id, f.endpoint, f.claim, f.value, f.protocol, f.equipment, f.port, f.refused, "
      "f.first_seen, f.last_seen, f.count FROM fact f JOIN source s ON s.id = f.source "
      "JOIN endpoint e ON e.id = f.endpoint WHERE s.site = ? ORDER BY f.claim, f.value, "
      "f.equipment, f.port, f.protocol, f.refused, e.mac, e.ip, e.vlan, f.first_seen, s.identity");
  rows.bind(1, heard.site);
  while (rows.executeStep()) {
    heard.facts.push_back({.id = rows.getColumn(0).getInt64(),
                           .endpoint = indices.at(rows.getColumn(1).getInt64()),
                           .claim = rows.getColumn(2).getString(),
                           .value = rows.getColumn(3).getString(),
                           .protocol = rows.getColumn(4).getString(),
                           .equipment = rows.getColumn(5).getString(),
                           .port = static_cast<std::uint16_t>(rows.getColumn(6).getInt()),
                           .refused = rows.getColumn(7).getInt() != 0,
                           .first = rows.getColumn(8).getInt64(),
                           .last = rows.getColumn(9).getInt64(),
                           .count = static_cast<std::uint64_t>(rows.getColumn(10).getInt64())});
  }
}

void load_talks(SQLite::Database& sql, const Indices& indices, Heard& heard) {
  SQLite::Statement rows(
      sql,
      "SELECT t.id, t.source, t.client, t.server, t.client_packets, t.server_packets, "
      "t.client_hops, t.server_hops, t.protocol, t.port, t.state, t.security, t.application, "
      "t.client_ports, t.first_seen, t.last_seen FROM talk t JOIN source s ON s.id = t.source "
      "WHERE s.site = ? ORDER BY t.first_seen, t.protocol, t.port, t.application, t.client_ports, "
      "s.identity");
  rows.bind(1, heard.site);
  while (rows.executeStep()) {
    heard.talks.push_back(
        {.id = rows.getColumn(0).getInt64(),
         .source = rows.getColumn(1).getInt64(),
         .client = indices.at(rows.getColumn(2).getInt64()),
         .server = indices.at(rows.getColumn(3).getInt64()),
         .client_packets = static_cast<std::uint64_t>(rows.getColumn(4).getInt64()),
         .server_packets = static_cast<std::uint64_t>(rows.getColumn(5).getInt64()),
         .client_hops = rows.getColumn(6).getInt(),
         .server_hops = rows.getColumn(7).getInt(),
         .protocol = rows.getColumn(8).getInt(),
         .port = static_cast<std::uint16_t>(rows.getColumn(9).getInt()),
         .state = rows.getColumn(10).getString(),
         .security = rows.getColumn(11).getString(),
         .application = rows.getColumn(12).getString(),
         .client_ports = rows.getColumn(13).getString(),
         .first = rows.getColumn(14).getInt64(),
         .last = rows.getColumn(15).getInt64()});
  }
}

}  // namespace

std::vector<Heard> load_heard(SQLite::Database& sql) {
  std::vector<Heard> all;
  SQLite::Statement sites(sql, "SELECT id, name FROM site ORDER BY name");
  while (sites.executeStep()) {
    Heard heard;
    heard.site = sites.getColumn(0).getInt64();
    heard.site_name = sites.getColumn(1).getString();
    const Indices indices = load_endpoints(sql, heard);
    load_facts(sql, indices, heard);
    load_talks(sql, indices, heard);
    all.push_back(std::move(heard));
  }
  return all;
}

}  // namespace asepsis
