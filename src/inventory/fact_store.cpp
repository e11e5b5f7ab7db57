#include "inventory/fact_store.hpp"

#include <map>
#include <unordered_map>

#include "base/hash.hpp"
#include "inventory/derive.hpp"
#include "store/appender.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// SQLite's integers are signed; counters of ours that would not fit stop there.
Id number(std::uint64_t value) {
  constexpr std::uint64_t kMost = INT64_MAX;
  return static_cast<Id>(std::min(value, kMost));
}

struct EndpointHash {
  std::size_t operator()(const Endpoint& endpoint) const {
    return hash_bytes(endpoint.ip.bytes, hash_bytes(endpoint.mac.bytes, endpoint.vlan));
  }
};

class Writer {
 public:
  Writer(SQLite::Database& sql, Id site, Id source)
      : site_(site),
        source_(source),
        sql_(sql),
        add_endpoint_(sql,
                      "INSERT OR IGNORE INTO endpoint (site, vlan, mac, ip) VALUES (?, ?, ?, ?)"),
        find_endpoint_(sql,
                       "SELECT id FROM endpoint "
                       "WHERE site = ? AND vlan = ? AND mac = ? AND ip = ?"),
        add_fact_(sql,
                  "INSERT INTO fact (source, endpoint, claim, value, port, refused, protocol, "
                  "equipment, first_seen, last_seen, count, packet)",
                  12),
        add_talk_(sql,
                  "INSERT INTO talk (source, client, server, protocol, port, state, security, "
                  "application, client_bytes, server_bytes, client_packets, server_packets, "
                  "client_hops, server_hops, client_ports, shape, mark, client_least, "
                  "client_most, server_least, server_most, interval, regular, first_seen, "
                  "last_seen, count, packet)",
                  27) {}

  void add(const FactRow& row, const Seen& seen) {
    add_fact_.add(source_, endpoint(row.about), row.claim.name(), to_utf8(row.value), row.port,
                  row.refused, row.protocol, to_utf8(row.equipment),
                  nanoseconds_since_1970(seen.first), nanoseconds_since_1970(seen.last),
                  number(seen.count), number(seen.packet));
  }

  void add(const ConversationRow& row) {
    const Pace pace = pace_of(row);
    std::string ports;
    for (const auto& flow : row.flows)
      ports += (ports.empty() ? "" : ",") + std::to_string(flow.client_port);
    add_talk_.add(source_, endpoint(row.client), endpoint(row.server), row.protocol, row.port,
                  to_text(row.state), to_text(row.security), row.application,
                  number(row.client_bytes), number(row.server_bytes), number(row.client_packets),
                  number(row.server_packets), row.client_hops, row.server_hops, ports, row.shape,
                  row.marks_differ ? std::string_view() : std::string_view(row.mark),
                  row.client_turn.least, row.client_turn.most, row.server_turn.least,
                  row.server_turn.most, pace.interval, pace.regular,
                  nanoseconds_since_1970(row.seen.first), nanoseconds_since_1970(row.seen.last),
                  number(row.seen.count), number(row.seen.packet));
  }

  void flush() {
    add_fact_.flush();
    add_talk_.flush();
  }

 private:
  Id endpoint(const Endpoint& endpoint) {
    const auto known = endpoints_.find(endpoint);
    if (known != endpoints_.end()) return known->second;
    const std::string mac = endpoint.mac.empty() ? "" : asepsis::to_text(endpoint.mac);
    const std::string ip = endpoint.ip.empty() ? "" : asepsis::to_text(endpoint.ip);
    Id id = 0;
    if (run(add_endpoint_, site_, endpoint.vlan, mac, ip) > 0) {
      id = sql_.getLastInsertRowid();
    } else {
      bind_all(find_endpoint_, site_, endpoint.vlan, mac, ip);
      find_endpoint_.executeStep();
      id = find_endpoint_.getColumn(0).getInt64();
      find_endpoint_.reset();
    }
    return endpoints_.emplace(endpoint, id).first->second;
  }

  Id site_;
  Id source_;
  SQLite::Database& sql_;
  SQLite::Statement add_endpoint_, find_endpoint_;
  Appender add_fact_, add_talk_;
  std::unordered_map<Endpoint, Id, EndpointHash> endpoints_;
};

Id id_of_site(SQLite::Database& sql, const std::string& name) {
  SQLite::Statement add(sql,
                        "INSERT INTO site (name) VALUES (?) "
                        "ON CONFLICT DO UPDATE SET name = name RETURNING id");
  add.bind(1, name);
  add.executeStep();
  return add.getColumn(0).getInt64();
}

// Whether the database holds as much of it already.
bool known_better(SQLite::Database& sql, Id site, const SourceInfo& source) {
  SQLite::Statement find(sql,
                         "SELECT packets, complete FROM source "
                         "WHERE site = ? AND identity = ? AND filter = ?");
  find.bind(1, site);
  find.bind(2, source.identity);
  find.bind(3, source.filter);
  if (!find.executeStep()) return false;
  const Id packets = find.getColumn(0).getInt64();
  const bool complete = find.getColumn(1).getInt() != 0;
  if (packets != number(source.packets)) return packets > number(source.packets);
  return complete || !source.complete;
}

void forget_source(SQLite::Database& sql, Id site, const SourceInfo& source) {
  empty_inventory(sql);
  for (const char* statement :
       {"DELETE FROM loss WHERE source IN", "DELETE FROM fact WHERE source IN",
        "DELETE FROM talk WHERE source IN", "DELETE FROM source WHERE id IN"}) {
    SQLite::Statement forget(
        sql, std::string(statement) +
                 " (SELECT id FROM source WHERE site = ? AND identity = ? AND filter = ?)");
    forget.bind(1, site);
    forget.bind(2, source.identity);
    forget.bind(3, source.filter);
    forget.exec();
  }
}

Id add_source(SQLite::Database& sql, Id site, const SourceInfo& source) {
  SQLite::Statement add(sql,
                        "INSERT INTO source (site, identity, filter, name, packets, bytes, "
                        "first_seen, last_seen, complete, ended_early) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  add.bind(1, site);
  add.bind(2, source.identity);
  add.bind(3, source.filter);
  add.bind(4, to_utf8(source.name));
  add.bind(5, number(source.packets));
  add.bind(6, number(source.bytes));
  add.bind(7, nanoseconds_since_1970(source.first));
  add.bind(8, nanoseconds_since_1970(source.last));
  add.bind(9, source.complete ? 1 : 0);
  add.bind(10, to_utf8(source.ended_early));
  add.executeStep();
  return add.getColumn(0).getInt64();
}

void store_losses(SQLite::Database& sql, Id source,
                  const std::map<std::string, std::uint64_t>& losses) {
  SQLite::Statement add(sql, "INSERT INTO loss (source, name, count) VALUES (?, ?, ?)");
  for (const auto& [name, count] : losses) {
    if (count == 0) continue;
    add.bind(1, source);
    add.bind(2, name);
    add.bind(3, number(count));
    add.exec();
    add.reset();
  }
}

}  // namespace

std::string_view to_text(ConversationState state) {
  switch (state) {
    case ConversationState::open: return "seen";
    case ConversationState::refused: return "refused";
    case ConversationState::unanswered: return "unanswered";
  }
  return {};
}

std::string_view to_text(Security security) {
  switch (security) {
    case Security::clear: return "clear";
    case Security::tls: return "tls";
    case Security::dtls: return "dtls";
    case Security::ssh: return "ssh";
    case Security::quic: return "quic";
    case Security::ipsec: return "ipsec";
    case Security::other: return "other";
  }
  return {};
}

Result<bool> store_source(Database& database, const SourceInfo& source, const FactTable& facts) {
  return guarded(database.path(), [&]() -> Result<bool> {
    SQLite::Database& sql = database.sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    const Id site = id_of_site(sql, source.site);
    if (known_better(sql, site, source)) {
      transaction.commit();
      return false;
    }
    forget_source(sql, site, source);
    const Id id = add_source(sql, site, source);
    store_losses(sql, id, source.losses);
    Writer writer(sql, site, id);
    for (std::size_t i = 0; i < facts.facts().size(); ++i)
      writer.add(facts.facts()[i], facts.sightings()[i]);
    for (const ConversationRow& row : facts.conversations()) writer.add(row);
    writer.flush();
    transaction.commit();
    return true;
  });
}

}  // namespace asepsis
