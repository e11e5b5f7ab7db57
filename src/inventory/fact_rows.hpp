// The rows of the ground truth as the schema has them: written by who stores a
// source as a whole and by who stores it bit by bit. What SQLite throws passes.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/hash.hpp"
#include "fact/fact_table.hpp"
#include "inventory/fact_store.hpp"
#include "store/appender.hpp"
#include "store/statement.hpp"

namespace asepsis {

using RowId = std::int64_t;

// SQLite's integers are signed; counters of ours that would not fit stop there.
RowId to_integer(std::uint64_t value);

// What a talk keeps of its first flows.
struct FirstFlows {
  std::string client_ports;  // "50000,50002"
  Pace pace;
};
FirstFlows first_flows_of(const ConversationRow& row);

class FactRows {
 public:
  FactRows(SQLite::Database& sql, RowId site, RowId source);

  // As the row of that id, in the place of what it was; none: as a new row.
  void add(const FactRow& row, const Seen& seen, std::optional<RowId> id = {});
  void add(const ConversationRow& row, const FirstFlows& flows, std::optional<RowId> id = {});
  // What was added is in the tables after this.
  void flush();

 private:
  struct EndpointHash {
    std::size_t operator()(const Endpoint& endpoint) const {
      return hash_bytes(endpoint.ip.bytes, hash_bytes(endpoint.mac.bytes, endpoint.vlan));
    }
  };
  RowId endpoint(const Endpoint& endpoint);

  RowId site_;
  RowId source_;
  SQLite::Database& sql_;
  SQLite::Statement add_endpoint_, find_endpoint_;
  Appender add_fact_, add_talk_;
  std::unordered_map<Endpoint, RowId, EndpointHash> endpoints_;
};

RowId id_of_site(SQLite::Database& sql, const std::string& name);
RowId add_source(SQLite::Database& sql, RowId site, const SourceInfo& source);
void store_losses(SQLite::Database& sql, RowId source,
                  const std::map<std::string, std::uint64_t>& losses);

}  // namespace asepsis
