#include "inventory/fact_rows.hpp"

#include <algorithm>

namespace asepsis {
namespace {

// So many endpoints are known by heart; then it begins anew.
constexpr std::size_t kMostEndpoints = 200'000;

}  // namespace

RowId to_integer(std::uint64_t value) {
  constexpr std::uint64_t kMost = INT64_MAX;
  return static_cast<RowId>(std::min(value, kMost));
}

FirstFlows first_flows_of(const ConversationRow& row) {
  FirstFlows flows{.client_ports = {}, .pace = pace_of(row)};
  for (const auto& flow : row.flows)
    flows.client_ports +=
        (flows.client_ports.empty() ? "" : ",") + std::to_string(flow.client_port);
  return flows;
}

FactRows::FactRows(SQLite::Database& sql, RowId site, RowId source)
    : site_(site),
      source_(source),
      sql_(sql),
      add_endpoint_(sql,
                    "INSERT OR IGNORE INTO endpoint (site, vlan, mac, ip) VALUES (?, ?, ?, ?)"),
      find_endpoint_(sql,
                     "SELECT id FROM endpoint "
                     "WHERE site = ? AND vlan = ? AND mac = ? AND ip = ?"),
      add_fact_(sql,
                "INSERT OR REPLACE INTO fact (id, source, endpoint, claim, value, port, refused, "
                "protocol, equipment, first_seen, last_seen, count, packet)",
                13),
      add_talk_(sql,
                "INSERT OR REPLACE INTO talk (id, source, client, server, protocol, port, state, "
                "security, application, client_bytes, server_bytes, client_packets, "
                "server_packets, client_hops, server_hops, client_ports, shape, mark, "
                "client_least, client_most, server_least, server_most, interval, regular, "
                "first_seen, last_seen, count, packet)",
                28) {}

void FactRows::add(const FactRow& row, const Seen& seen, std::optional<RowId> id) {
  add_fact_.add(id, source_, endpoint(row.about), row.claim.name(), to_utf8(row.value), row.port,
                row.refused, row.protocol, to_utf8(row.equipment),
                nanoseconds_since_1970(seen.first), nanoseconds_since_1970(seen.last),
                to_integer(seen.count), to_integer(seen.packet));
}

void FactRows::add(const ConversationRow& row, const FirstFlows& flows, std::optional<RowId> id) {
  add_talk_.add(id, source_, endpoint(row.client), endpoint(row.server), row.protocol, row.port,
                to_text(row.state), to_text(row.security), row.application,
                to_integer(row.client_bytes), to_integer(row.server_bytes),
                to_integer(row.client_packets), to_integer(row.server_packets), row.client_hops,
                row.server_hops, flows.client_ports, row.shape,
                row.marks_differ ? std::string_view() : std::string_view(row.mark),
                row.client_turn.least, row.client_turn.most, row.server_turn.least,
                row.server_turn.most, flows.pace.interval, flows.pace.regular,
                nanoseconds_since_1970(row.seen.first), nanoseconds_since_1970(row.seen.last),
                to_integer(row.seen.count), to_integer(row.seen.packet));
}

void FactRows::flush() {
  add_fact_.flush();
  add_talk_.flush();
}

RowId FactRows::endpoint(const Endpoint& endpoint) {
  const auto known = endpoints_.find(endpoint);
  if (known != endpoints_.end()) return known->second;
  const std::string mac = endpoint.mac.empty() ? "" : asepsis::to_text(endpoint.mac);
  const std::string ip = endpoint.ip.empty() ? "" : asepsis::to_text(endpoint.ip);
  RowId id = 0;
  if (run(add_endpoint_, site_, endpoint.vlan, mac, ip) > 0) {
    id = sql_.getLastInsertRowid();
  } else {
    bind_all(find_endpoint_, site_, endpoint.vlan, mac, ip);
    find_endpoint_.executeStep();
    id = find_endpoint_.getColumn(0).getInt64();
    find_endpoint_.reset();
  }
  if (endpoints_.size() >= kMostEndpoints) endpoints_.clear();
  return endpoints_.emplace(endpoint, id).first->second;
}

RowId id_of_site(SQLite::Database& sql, const std::string& name) {
  SQLite::Statement add(sql,
                        "INSERT INTO site (name) VALUES (?) "
                        "ON CONFLICT DO UPDATE SET name = name RETURNING id");
  add.bind(1, name);
  add.executeStep();
  return add.getColumn(0).getInt64();
}

RowId add_source(SQLite::Database& sql, RowId site, const SourceInfo& source) {
  SQLite::Statement add(sql,
                        "INSERT INTO source (site, identity, filter, name, packets, bytes, "
                        "first_seen, last_seen, complete, ended_early) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  add.bind(1, site);
  add.bind(2, source.identity);
  add.bind(3, source.filter);
  add.bind(4, to_utf8(source.name));
  add.bind(5, to_integer(source.packets));
  add.bind(6, to_integer(source.bytes));
  add.bind(7, nanoseconds_since_1970(source.first));
  add.bind(8, nanoseconds_since_1970(source.last));
  add.bind(9, source.complete ? 1 : 0);
  add.bind(10, to_utf8(source.ended_early));
  add.executeStep();
  return add.getColumn(0).getInt64();
}

void store_losses(SQLite::Database& sql, RowId source,
                  const std::map<std::string, std::uint64_t>& losses) {
  SQLite::Statement add(sql, "INSERT INTO loss (source, name, count) VALUES (?, ?, ?)");
  for (const auto& [name, count] : losses) {
    if (count == 0) continue;
    add.bind(1, source);
    add.bind(2, name);
    add.bind(3, to_integer(count));
    add.exec();
    add.reset();
  }
}

}  // namespace asepsis
