// What other sensors' formats are written from: the conversations and facts of
// a database, row by row, in an order that does not depend on when or in what
// order they were stored.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace asepsis {

// Of a conversation in one source; what is not known is empty or 0.
struct ToldTalk {
  std::string client, server;  // ids of devices
  std::string client_ip, server_ip, client_mac, server_mac;
  std::string transport, application, security, state, source;
  std::uint8_t ip_protocol = 0;
  std::uint16_t port = 0;
  std::vector<std::uint16_t> client_ports;  // of the first flows
  std::uint64_t client_bytes = 0, server_bytes = 0, client_packets = 0, server_packets = 0;
  std::uint64_t flows = 0, packet = 0;
  Time first, last;

  // Community IDs of the first flows, without those that were not kept.
  std::vector<std::string> community_ids() const;
};

struct ToldFact {
  std::string device, site, mac, ip, claim, value, state, protocol, equipment, source;
  std::string first_seen, last_seen;  // RFC 3339
  std::uint16_t vlan = 0, port = 0;
  std::uint64_t count = 0, packet = 0;
};

Result<void> each_talk(Database& database, const std::function<void(const ToldTalk&)>& visit);
Result<void> each_fact(Database& database, const std::function<void(const ToldFact&)>& visit);

}  // namespace asepsis
