#include "export/eve.hpp"

#include <map>
#include <string>
#include <tuple>

#include "export/json_object.hpp"
#include "export/sensor_talks.hpp"

namespace asepsis {
namespace {

// As Suricata writes it: 2026-03-01T09:02:11.000250+0000.
std::string eve_time(std::string rfc3339) {
  if (rfc3339.ends_with('Z')) rfc3339.replace(rfc3339.size() - 1, 1, "+0000");
  return rfc3339;
}

// Its names of the transports are in capitals, but for ICMP of version 6.
std::string proto_of(const ToldTalk& talk) {
  if (talk.transport == "icmpv6") return "IPv6-ICMP";
  std::string name = talk.transport;
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return name;
}

std::string_view state_of(const ToldTalk& talk) {
  if (talk.state == "unanswered") return "new";
  return talk.state == "refused" ? "closed" : "established";
}

JsonObject event(std::string time, std::string_view type) {
  JsonObject out;
  return out.text("timestamp", eve_time(std::move(time))).text("event_type", type);
}

// Suricata counts frames, we count what IP carries.
std::uint64_t frame_bytes(std::uint64_t bytes, std::uint64_t packets, const ToldTalk& talk) {
  constexpr std::uint64_t kEthernet = 14;
  if (talk.client_ip.empty()) return bytes;
  const std::uint64_t ip_header = talk.client_ip.find(':') == std::string::npos ? 20 : 40;
  return bytes + packets * (kEthernet + ip_header);
}

void write_talk(std::ostream& out, const ToldTalk& talk, const std::vector<std::string>& ids) {
  const bool ports = talk.transport == "tcp" || talk.transport == "udp" || talk.transport == "sctp";
  JsonObject line = event(to_rfc3339(talk.last), "flow");
  line.text("src_ip", talk.client_ip);
  if (ports && !talk.client_ports.empty()) line.number("src_port", talk.client_ports.front());
  line.text("dest_ip", talk.server_ip);
  if (ports) line.number("dest_port", talk.port);
  line.text("proto", proto_of(talk)).text("app_proto", talk.application);
  if (!ids.empty()) line.text("community_id", ids.front());
  JsonObject ether;
  if (!talk.client_mac.empty()) ether.raw("src_macs", json_array({talk.client_mac}));
  if (!talk.server_mac.empty()) ether.raw("dest_macs", json_array({talk.server_mac}));
  if (ether.json() != "{}") line.object("ether", ether);
  line.object(
      "flow",
      JsonObject()
          .number("pkts_toserver", talk.client_packets)
          .number("pkts_toclient", talk.server_packets)
          .number("bytes_toserver", frame_bytes(talk.client_bytes, talk.client_packets, talk))
          .number("bytes_toclient", frame_bytes(talk.server_bytes, talk.server_packets, talk))
          .text("start", eve_time(to_rfc3339(talk.first)))
          .text("end", eve_time(to_rfc3339(talk.last)))
          .text("state", state_of(talk)));
  JsonObject ours;
  ours.text("client", talk.client).text("server", talk.server).text("security", talk.security);
  ours.text("state", talk.state).number("flows", talk.flows);
  if (ids.size() > 1) ours.raw("community_ids", json_array(ids));
  ours.text("source", talk.source).number("packet", talk.packet);
  out << line.object("asepsis", ours).json() << '\n';
}

void write_fact(std::ostream& out, const ToldFact& fact, std::string_view id) {
  JsonObject line = event(fact.first_seen, "asepsis_fact");
  line.text("src_ip", fact.ip).text("community_id", id);
  line.object("asepsis_fact", JsonObject()
                                  .text("device", fact.device)
                                  .text("site", fact.site)
                                  .text("mac", fact.mac)
                                  .text("ip", fact.ip)
                                  .number_if("vlan", fact.vlan)
                                  .text("claim", fact.claim)
                                  .text("value", fact.value)
                                  .number_if("port", fact.port)
                                  .text("state", fact.state)
                                  .text("protocol", fact.protocol)
                                  .text("equipment", fact.equipment)
                                  .text("first_seen", fact.first_seen)
                                  .text("last_seen", fact.last_seen)
                                  .number("count", fact.count)
                                  .text("source", fact.source)
                                  .number("packet", fact.packet));
  out << line.json() << '\n';
}

}  // namespace

Result<void> write_eve(std::ostream& out, Database& database) {
  // A fact of a service carries the id of the first conversation with it.
  std::map<std::tuple<std::string, std::string, std::uint16_t>, std::string> first_ids;
  const auto talks = each_talk(database, [&](const ToldTalk& talk) {
    const auto ids = talk.community_ids();
    if (!ids.empty()) first_ids.try_emplace({talk.source, talk.server_ip, talk.port}, ids.front());
    write_talk(out, talk, ids);
  });
  if (!talks) return talks;
  return each_fact(database, [&](const ToldFact& fact) {
    const auto found = first_ids.find({fact.source, fact.ip, fact.port});
    const bool of_service = fact.port != 0 && found != first_ids.end();
    write_fact(out, fact, of_service ? std::string_view(found->second) : std::string_view());
  });
}

}  // namespace asepsis
