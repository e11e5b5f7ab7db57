#include "base/text.hpp"
#include "proto/dns_message.hpp"
#include "sensor/log_hooks.hpp"
#include "sensor/log_values.hpp"

namespace asepsis::log_hook {
namespace {

std::string_view first_of(const Record& record, std::string_view a, std::string_view b) {
  return record.has(a) ? record[a] : record[b];
}

}  // namespace

void suricata_dhcp(const Record& record, LogTeller& out) {
  if (record["dhcp.dhcp_type"] != "ack") return;
  const Endpoint& leased = out.end(About::other);
  if (leased.ip.names_a_host() && !leased.mac.empty())
    out.say(leased, "address.dhcp"_claim, to_text(leased.ip));
  record.each("dhcp.routers", [&](std::string_view router) {
    const auto ip = ip_from_text(router);
    if (ip && ip->names_a_host())
      out.say(Endpoint{.ip = *ip}, "address.router"_claim, to_text(*ip));
  });
}

// Versions 1 to 3 of its records: an answer by itself, all of a message, or all
// of it with the questions apart.
void suricata_dns(const Record& record, LogTeller& out) {
  const std::string_view type = record["dns.type"];
  if (type != "answer" && type != "response") return;
  const std::string name = lowered(first_of(record, "dns.rrname", "dns.queries.rrname"));
  const std::string_view kind = first_of(record, "dns.rrtype", "dns.queries.rrtype");
  if (const auto reverse = address_in_reverse_name(name); reverse && kind == "PTR")
    return out.say(Endpoint{.ip = *reverse}, "name.dns"_claim,
                   lowered(first_of(record, "dns.grouped.PTR", "dns.answers.rdata")));
  const auto tell = [&](std::string_view column) {
    record.each(column, [&](std::string_view answer) {
      if (const auto ip = ip_from_text(answer))
        out.say(Endpoint{.ip = *ip}, "name.dns"_claim, name);
    });
  };
  if (record.has("dns.grouped.A") || record.has("dns.grouped.AAAA")) {
    tell("dns.grouped.A");
    tell("dns.grouped.AAAA");
  } else {
    tell(record.has("dns.answers.rdata") ? "dns.answers.rdata" : "dns.rdata");
  }
}

void suricata_ssh(const Record& record, LogTeller& out) {
  const auto banner = [&](const std::string& side) {
    const std::string_view software = record[side + ".software_version"];
    const std::string_view version = record[side + ".proto_version"];
    if (software.empty() || version.empty()) return std::string();
    return std::string("SSH-").append(version).append("-").append(software);
  };
  out.say(About::server, "ssh.banner"_claim, banner("ssh.server"));
  out.say(About::client, "ssh.client"_claim, banner("ssh.client"));
}

void suricata_snmp(const Record& record, LogTeller& out) {
  const bool answered = record["snmp.pdu_type"] == "response";
  snmp_community(record["snmp.version"], record["snmp.community"], answered, out);
}

void suricata_mqtt(const Record& record, LogTeller& out) {
  if (!record.has("mqtt.connect.protocol_version")) return;
  const bool name = is_true(record["mqtt.connect.flags.username"]);
  const bool password = is_true(record["mqtt.connect.flags.password"]);
  out.say(About::server, "mqtt.authentication"_claim,
          password ? "name and password"
          : name   ? "name only"
                   : "anonymous");
  if (password) out.say(About::server, "clear.credentials"_claim, "mqtt");
}

// The greeting is the answer that nobody asked for (RFC 959, 5.4).
void suricata_ftp(const Record& record, LogTeller& out) {
  const std::string_view command = record["ftp.command"];
  const std::string_view code = record["ftp.completion_code"];
  if (command.empty() && code == "220")
    out.say(About::server, "ftp.banner"_claim, record["ftp.reply"]);
  if (command == "SYST" && code == "215")
    out.say(About::server, "ftp.system"_claim, record["ftp.reply"]);
  if (command == "PASS") out.say(About::server, "clear.credentials"_claim, "ftp");
}

void suricata_rfb(const Record& record, LogTeller& out) {
  rfb_version(record["rfb.server_protocol_version.major"],
              record["rfb.server_protocol_version.minor"], out);
}

}  // namespace asepsis::log_hook
