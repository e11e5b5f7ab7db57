// Rows of what was heard, as deriving reads and orders them. Part of heard.

#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/heard.hpp"

namespace asepsis {

inline constexpr const char* kFactColumns =
    "id, source, endpoint, claim, value, protocol, equipment, port, refused, first_seen, "
    "last_seen, count";
inline constexpr const char* kTalkColumns =
    "id, source, client, server, client_packets, server_packets, client_hops, server_hops, "
    "protocol, port, state, security, application, client_ports, shape, first_seen, last_seen";

template <class Integer>
Integer integer(const SQLite::Statement& row, int column) {
  return static_cast<Integer>(row.getColumn(column).getInt64());
}

// Ids of what the rows are about: the reader turns them into places.
struct FactColumns {
  static std::int64_t source(const SQLite::Statement& row) { return integer<std::int64_t>(row, 1); }
  static std::int64_t endpoint(const SQLite::Statement& row) {
    return integer<std::int64_t>(row, 2);
  }
};
struct TalkColumns {
  static std::int64_t source(const SQLite::Statement& row) { return integer<std::int64_t>(row, 1); }
  static std::int64_t client(const SQLite::Statement& row) { return integer<std::int64_t>(row, 2); }
  static std::int64_t server(const SQLite::Statement& row) { return integer<std::int64_t>(row, 3); }
};

// REQUIRES: the columns are id, vlan, mac, ip.
inline HeardEndpoint read_endpoint(const SQLite::Statement& row) {
  return {.id = integer<std::int64_t>(row, 0),
          .vlan = integer<std::uint16_t>(row, 1),
          .mac = mac_from_text(row.getColumn(2).getText()).value_or(Mac{}),
          .ip = ip_from_text(row.getColumn(3).getText()).value_or(Ip{})};
}

// All but source and endpoint. REQUIRES: the columns are kFactColumns.
inline HeardFact read_fact(const SQLite::Statement& row, Texts& texts) {
  const auto text = [&](int column) { return texts.keep(row.getColumn(column).getText()); };
  return {.id = integer<std::int64_t>(row, 0),
          .first = integer<std::int64_t>(row, 9),
          .last = integer<std::int64_t>(row, 10),
          .count = integer<std::uint64_t>(row, 11),
          .claim = text(3),
          .value = text(4),
          .protocol = text(5),
          .equipment = text(6),
          .port = integer<std::uint16_t>(row, 7),
          .refused = integer<int>(row, 8) != 0};
}

// All but source, client and server. REQUIRES: the columns are kTalkColumns.
inline HeardTalk read_talk(const SQLite::Statement& row, Texts& texts) {
  const auto text = [&](int column) { return texts.keep(row.getColumn(column).getText()); };
  return {.id = integer<std::int64_t>(row, 0),
          .first = integer<std::int64_t>(row, 15),
          .last = integer<std::int64_t>(row, 16),
          .client_packets = integer<std::uint64_t>(row, 4),
          .server_packets = integer<std::uint64_t>(row, 5),
          .state = text(10),
          .security = text(11),
          .application = text(12),
          .client_ports = text(13),
          .shape = text(14),
          .port = integer<std::uint16_t>(row, 9),
          .client_hops = integer<std::uint8_t>(row, 6),
          .server_hops = integer<std::uint8_t>(row, 7),
          .protocol = integer<std::uint8_t>(row, 8)};
}

// What decides the order of facts and talks: nothing that depends on when, or
// in what order, they were stored.
inline auto order_of(const HeardFact& fact) {
  return std::tie(fact.endpoint, fact.claim, fact.value, fact.equipment, fact.port, fact.protocol,
                  fact.refused, fact.first, fact.source);
}
inline auto order_of(const HeardTalk& talk) {
  return std::tie(talk.first, talk.client, talk.server, talk.protocol, talk.port, talk.application,
                  talk.client_ports, talk.state, talk.security, talk.shape, talk.source);
}

template <class Rows>
void sort_heard(Rows& rows) {
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
}

}  // namespace asepsis
