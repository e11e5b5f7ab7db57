#include "export/sensor_talks.hpp"

#include <algorithm>
#include <charconv>

#include "base/address.hpp"
#include "export/community_id.hpp"

namespace asepsis {
namespace {

std::vector<std::uint16_t> ports_of(std::string_view list) {
  std::vector<std::uint16_t> ports;
  while (!list.empty()) {
    const std::string_view digits = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), digits.size() + 1));
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    ports.push_back(port);
  }
  return ports;
}

template <class Number>
Number number(const SQLite::Statement& row, int column) {
  return static_cast<Number>(row.getColumn(column).getInt64());
}

std::string text(const SQLite::Statement& row, int column) {
  return row.getColumn(column).getString();  // "" for NULL
}

}  // namespace

std::vector<std::string> ToldTalk::community_ids() const {
  // The specification names ICMP flows by type and code, which we do not keep.
  constexpr std::uint8_t kIcmp = 1;
  constexpr std::uint8_t kIcmp6 = 58;
  const auto client_end = ip_from_text(client_ip);
  const auto server_end = ip_from_text(server_ip);
  std::vector<std::string> ids;
  if (!client_end || !server_end || ip_protocol == kIcmp || ip_protocol == kIcmp6) return ids;
  for (const std::uint16_t client_port : client_ports)
    ids.push_back(community_id(ip_protocol, *client_end, client_port, *server_end, port));
  return ids;
}

Result<void> each_talk(Database& database, const std::function<void(const ToldTalk&)>& visit) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement rows(
        database.sql(),
        "SELECT client, server, client_ip, server_ip, client_mac, server_mac, transport, "
        "application, security, state, source, ip_protocol, port, client_ports, client_bytes, "
        "server_bytes, client_packets, server_packets, flows, packet, first_ns, last_ns FROM talks "
        "ORDER BY first_ns, last_ns, client_ip, server_ip, client_mac, server_mac, ip_protocol, "
        "port, application, security, state, client_ports, packet, source");
    while (rows.executeStep()) {
      ToldTalk talk;
      std::string* const texts[] = {&talk.client,    &talk.server,      &talk.client_ip,
                                    &talk.server_ip, &talk.client_mac,  &talk.server_mac,
                                    &talk.transport, &talk.application, &talk.security,
                                    &talk.state,     &talk.source};
      int at = 0;
      for (std::string* const its : texts) *its = text(rows, at++);
      talk.ip_protocol = number<std::uint8_t>(rows, at++);
      talk.port = number<std::uint16_t>(rows, at++);
      talk.client_ports = ports_of(text(rows, at++));
      for (std::uint64_t* const its : {&talk.client_bytes, &talk.server_bytes, &talk.client_packets,
                                       &talk.server_packets, &talk.flows, &talk.packet})
        *its = number<std::uint64_t>(rows, at++);
      talk.first = time_from_nanoseconds(number<std::int64_t>(rows, at++));
      talk.last = time_from_nanoseconds(number<std::int64_t>(rows, at++));
      visit(talk);
    }
    return {};
  });
}

Result<void> each_fact(Database& database, const std::function<void(const ToldFact&)>& visit) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement rows(
        database.sql(),
        "SELECT device, site, mac, ip, claim, value, state, protocol, equipment, source, "
        "first_seen, last_seen, vlan, port, count, packet FROM facts "
        "ORDER BY first_seen, mac, ip, vlan, claim, value, port, protocol, equipment, state, "
        "last_seen, packet, source");
    while (rows.executeStep()) {
      ToldFact fact;
      std::string* const texts[] = {&fact.device, &fact.site,       &fact.mac,
                                    &fact.ip,     &fact.claim,      &fact.value,
                                    &fact.state,  &fact.protocol,   &fact.equipment,
                                    &fact.source, &fact.first_seen, &fact.last_seen};
      int at = 0;
      for (std::string* const its : texts) *its = text(rows, at++);
      fact.vlan = number<std::uint16_t>(rows, at++);
      fact.port = number<std::uint16_t>(rows, at++);
      fact.count = number<std::uint64_t>(rows, at++);
      fact.packet = number<std::uint64_t>(rows, at++);
      visit(fact);
    }
    return {};
  });
}

}  // namespace asepsis
