#include "sensor/log_conversations.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "net/decoded.hpp"
#include "sensor/log_hooks.hpp"
#include "sensor/log_values.hpp"

namespace asepsis {
namespace {

struct ProtocolName {
  std::string_view name;
  std::uint8_t number;
};

constexpr ProtocolName kProtocols[] = {
    {"tcp", ip_protocol::kTcp},
    {"udp", ip_protocol::kUdp},
    {"icmp", ip_protocol::kIcmp},
    {"icmp6", ip_protocol::kIcmp6},
    {"ipv6-icmp", ip_protocol::kIcmp6},
    {"icmpv6", ip_protocol::kIcmp6},
    {"sctp", ip_protocol::kSctp},
    {"gre", ip_protocol::kGre},
    {"igmp", ip_protocol::kIgmp},
    {"esp", 50},
    {"ah", 51},
    {"vrrp", 112},
};

// Zeek calls ICMP of both families by one name.
std::optional<std::uint8_t> protocol_of(std::string_view name, const Ip& ip) {
  const auto* const found = std::ranges::find_if(
      kProtocols, [&](const ProtocolName& row) { return same_letters(row.name, name); });
  if (found == std::end(kProtocols)) return std::nullopt;
  if (found->number == ip_protocol::kIcmp && !ip.is_v4()) return ip_protocol::kIcmp6;
  return found->number;
}

// A count of packets or bytes. What no conversation reaches is a lie; kept, it
// would overflow sums.
std::uint64_t count_in(const Record& record, std::string_view name) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  const std::uint64_t count = number_in(record, name).value_or(0);
  return count <= kMost ? count : 0;
}

bool has_ports(std::uint8_t protocol) {
  return protocol == ip_protocol::kTcp || protocol == ip_protocol::kUdp ||
         protocol == ip_protocol::kSctp;
}

// The row with its two ends, and nothing yet of what passed between them.
std::optional<ConversationRow> between(const LogTeller& teller, std::string_view protocol) {
  const Endpoint& client = teller.end(About::client);
  const Endpoint& server = teller.end(About::server);
  if (client.ip.empty() || server.ip.empty()) return std::nullopt;
  const auto number = protocol_of(protocol, client.ip);
  if (!number) return std::nullopt;
  ConversationRow row{.client = client, .server = server, .protocol = *number};
  if (has_ports(*number)) row.port = teller.port(About::server);
  return row;
}

void set_times(ConversationRow& row, Time first, Time last, const LogTeller& teller) {
  const bool ports = has_ports(row.protocol);
  row.flows = {{first, ports ? teller.port(About::client) : std::uint16_t{0}}};
  row.seen = {.first = first, .last = std::max(first, last), .count = 1, .packet = teller.line()};
}

// We count what IP carries: without the IP header, and without the frame's.
std::uint64_t carried(std::uint64_t bytes, std::uint64_t packets, std::uint64_t header) {
  const std::uint64_t headers = packets * header;
  return headers > bytes ? 0 : bytes - headers;
}

std::uint64_t ip_header(const ConversationRow& row) { return row.client.ip.is_v4() ? 20 : 40; }

// The names that Zeek gives one connection, inner ones last: "ssl,http".
void set_application(ConversationRow& row, std::string_view names) {
  for (std::string_view rest = names; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const Application application = application_of(name);
    if (application.name.empty()) continue;
    const bool carrier = application.security != Security::clear;
    if (carrier) row.security = application.security;
    if (!carrier || row.application.empty()) row.application = application.name;
  }
}

ConversationState zeek_state(const Record& record, const ConversationRow& row) {
  if (record["conn_state"] == "REJ") return ConversationState::refused;
  return row.server_packets == 0 ? ConversationState::unanswered : ConversationState::open;
}

// A server that answered a SYN with nothing but RST and ACK (0x14).
ConversationState suricata_state(const Record& record, const ConversationRow& row) {
  if (row.server_packets == 0) return ConversationState::unanswered;
  const bool reset = record["tcp.tcp_flags_tc"] == "14" || record["tcp.tcp_flags_tc"] == "04";
  return reset ? ConversationState::refused : ConversationState::open;
}

}  // namespace

std::optional<ConversationRow> zeek_conversation(const Record& record, const LogTeller& teller) {
  auto row = between(teller, record["proto"]);
  if (!row) return std::nullopt;
  const auto number = [&](std::string_view name) { return count_in(record, name); };
  row->client_packets = number("orig_pkts");
  row->server_packets = number("resp_pkts");
  const std::uint64_t header = ip_header(*row);
  row->client_bytes = carried(number("orig_ip_bytes"), row->client_packets, header);
  row->server_bytes = carried(number("resp_ip_bytes"), row->server_packets, header);
  row->state = zeek_state(record, *row);
  record.each("service", [&](std::string_view names) { set_application(*row, names); });
  const auto duration = time_from_text(record["duration"]);
  const auto lasted = duration ? duration->time_since_epoch() : Time::duration{};
  const auto room = kLatest - teller.time();
  set_times(*row, teller.time(), teller.time() + std::min(lasted, room), teller);
  return row;
}

std::optional<ConversationRow> suricata_conversation(const Record& record,
                                                     const LogTeller& teller) {
  constexpr std::uint64_t kEthernet = 14;
  auto row = between(teller, record["proto"]);
  if (!row) return std::nullopt;
  const auto number = [&](std::string_view name) { return count_in(record, name); };
  row->client_packets = number("flow.pkts_toserver");
  row->server_packets = number("flow.pkts_toclient");
  const std::uint64_t header = kEthernet + ip_header(*row);
  row->client_bytes = carried(number("flow.bytes_toserver"), row->client_packets, header);
  row->server_bytes = carried(number("flow.bytes_toclient"), row->server_packets, header);
  row->state = suricata_state(record, *row);
  set_application(*row, record["app_proto"]);
  const auto first = time_from_text(record["flow.start"]);
  const auto last = time_from_text(record["flow.end"]);
  set_times(*row, first.value_or(teller.time()), last.value_or(teller.time()), teller);
  return row;
}

namespace log_hook {

void zeek_conn(const Record& record, LogTeller& out) {
  if (auto row = zeek_conversation(record, out)) out.add(*std::move(row));
}

void suricata_flow(const Record& record, LogTeller& out) {
  if (auto row = suricata_conversation(record, out)) out.add(*std::move(row));
}

}  // namespace log_hook
}  // namespace asepsis
