#include <algorithm>

#include "base/text.hpp"
#include "proto/credentials.hpp"
#include "proto/dns_message.hpp"
#include "proto/tls_names.hpp"
#include "sensor/log_hooks.hpp"
#include "sensor/log_values.hpp"

namespace asepsis::log_hook {
namespace {

bool any_is(const Record& record, std::string_view name, std::string_view wanted) {
  bool found = false;
  record.each(name, [&](std::string_view value) { found = found || value == wanted; });
  return found;
}

// The kinds of software that Zeek tells apart, as far as our claims do. Names
// of persons' programs (mail clients, browser plug-ins) are left out.
struct Software {
  std::string_view type;
  About about;
  Claim claim;
  std::string_view protocol;
  std::string_view prefix{};
};

constexpr Software kSoftware[] = {
    {"HTTP::SERVER", About::server, "http.server"_claim, "http"},
    {"HTTP::APPSERVER", About::server, "http.server"_claim, "http"},
    {"HTTP::BROWSER", About::client, "http.user_agent"_claim, "http"},
    {"SSH::SERVER", About::server, "ssh.banner"_claim, "ssh", "SSH-2.0-"},
    {"SSH::CLIENT", About::client, "ssh.client"_claim, "ssh", "SSH-2.0-"},
    {"FTP::SERVER", About::server, "ftp.banner"_claim, "ftp"},
    {"MySQL::SERVER", About::server, "database.version"_claim, "mysql"},
    {"DHCP::CLIENT", About::client, "dhcp.vendor_class"_claim, "dhcp"},
    {"OS::WINDOWS", About::client, "device.os"_claim, "http"},
};

struct Property {
  std::string_view name;
  Claim claim;
};

// Of the device object (ASHRAE 135, 12.11).
constexpr Property kBacnetProperties[] = {
    {"vendor-name", "device.manufacturer"_claim}, {"vendor-identifier", "bacnet.vendor"_claim},
    {"model-name", "device.model"_claim},         {"firmware-revision", "device.firmware"_claim},
    {"serial-number", "device.serial"_claim},     {"location", "device.location"_claim},
    {"description", "device.description"_claim},  {"object-name", "bacnet.object"_claim},
};

std::string_view after_mark(std::string_view uri) {
  return uri.substr(uri.rfind('#') + 1);  // all of it where there is none
}

}  // namespace

void zeek_dhcp(const Record& record, LogTeller& out) {
  const Endpoint& leased = out.end(About::other);
  const bool given = !record.has("msg_types") || any_is(record, "msg_types", "ACK");
  if (given && leased.ip.names_a_host() && !leased.mac.empty())
    out.say(leased, "address.dhcp"_claim, to_text(leased.ip));
}

void zeek_dns(const Record& record, LogTeller& out) {
  constexpr std::uint16_t kPort = 53;  // mDNS, LLMNR and NetBIOS are in the same log
  if (out.port(About::server) != kPort) return;
  const std::string name = lowered(record["query"]);
  if (record["qtype_name"] == "PTR") {
    const auto ip = address_in_reverse_name(name);
    const std::string answer = lowered(record["answers"]);
    if (ip && !ip_from_text(answer)) out.say(Endpoint{.ip = *ip}, "name.dns"_claim, answer);
    return;
  }
  record.each("answers", [&](std::string_view answer) {
    if (const auto ip = ip_from_text(answer)) out.say(Endpoint{.ip = *ip}, "name.dns"_claim, name);
  });
}

void zeek_http(const Record& record, LogTeller& out) {
  const std::string_view user = record["username"];
  if (user.empty()) return;
  out.say(About::server, "clear.credentials"_claim, "http Basic");
  out.say(About::server, "http.authentication"_claim, "Basic");
  if (!record.has("password")) return;
  const std::string_view status = record["status_code"];
  out.say(About::server, "credentials.default"_claim, default_credential(user, record["password"]),
          status == "401" || status == "403");
}

void zeek_software(const Record& record, LogTeller& out) {
  const auto* const row = std::ranges::find(kSoftware, record["software_type"], &Software::type);
  const std::string_view text = record["unparsed_version"];
  if (row == std::end(kSoftware) || text.empty()) return;
  // As the parser of that protocol would: the two are one witness.
  out.set_protocol(row->protocol);
  const std::string_view prefix = text.starts_with(row->prefix) ? "" : row->prefix;
  out.say(row->about, row->claim, std::string(prefix).append(text));
}

void zeek_known_service(const Record& record, LogTeller& out) {
  std::string names;
  record.each("service", [&](std::string_view name) {
    const Application application = application_of(lowered(name));
    const std::string ours =
        application.name.empty() ? lowered(name) : std::string(application.name);
    names += (names.empty() ? "" : ",") + ours;
  });
  const std::string transport = lowered(record["port_proto"]);
  out.say(About::server, "service.logged"_claim,
          names.empty() ? transport : transport + ' ' + names);
}

// Mode 4 is an answer (RFC 5905, 3); only those say what time is served.
void zeek_ntp(const Record& record, LogTeller& out) {
  constexpr std::uint64_t kUnsynchronised = 16;
  const auto stratum = number_in(record, "stratum");
  if (record["mode"] != "4" || !stratum || *stratum == 0 || *stratum > kUnsynchronised) return;
  out.say(About::server, "ntp.stratum"_claim, record["stratum"]);
  const auto above = ip_from_text(record["ref_id"]);
  if (*stratum == 1 || (above && above->names_a_host()))
    out.say(About::server, "ntp.reference"_claim, record["ref_id"]);
}

void snmp_community(std::string_view version, std::string_view community, bool answered,
                    LogTeller& out) {
  constexpr std::uint16_t kTraps = 162;  // there the agent is the client
  if (out.port(About::server) == kTraps) return;
  if (answered) out.say(About::server, "snmp.version"_claim, snmp_version(version));
  if (community.empty()) return;
  const std::string_view known = well_known_community(community);
  out.say(About::server, "clear.credentials"_claim, "snmp community");
  out.say(About::server, "snmp.community"_claim, known.empty() ? "not a well-known one" : known);
  if (!known.empty() && answered)
    out.say(About::server, "credentials.default"_claim,
            std::string("snmp community ").append(known));
}

void zeek_snmp(const Record& record, LogTeller& out) {
  const bool answered = number_in(record, "get_responses").value_or(0) > 0;
  snmp_community(record["version"], record["community"], answered, out);
}

void zeek_ftp(const Record& record, LogTeller& out) {
  const std::string_view user = record["user"];
  if (user.empty() || user == "<unknown>") return;
  const bool anonymous = same_letters(user, "anonymous") || same_letters(user, "ftp");
  if (anonymous) return out.say(About::server, "credentials.default"_claim, "ftp anonymous");
  out.say(About::server, "clear.credentials"_claim, "ftp");
  if (record.has("password"))
    out.say(About::server, "credentials.default"_claim,
            default_credential(user, record["password"]));
}

void rfb_version(std::string_view major, std::string_view minor, LogTeller& out) {
  const auto plain = [](std::string_view digits) {
    digits.remove_prefix(std::min(digits.size(), digits.find_first_not_of('0')));
    return digits.empty() ? std::string("0") : std::string(digits);
  };
  if (!major.empty() && !minor.empty())
    out.say(About::server, "vnc.version"_claim, plain(major) + '.' + plain(minor));
}

void zeek_rfb(const Record& record, LogTeller& out) {
  rfb_version(record["server_major_version"], record["server_minor_version"], out);
}

void zeek_modbus(const Record& record, LogTeller& out) {
  const std::string name = log_value::with_hyphens(record, record["func"]);
  const bool refused = record.has("exception");
  const bool question = record["pdu_type"] == "REQ";
  // Zeek marks a function that was refused in its name too.
  if (question || name.find("exception") != std::string::npos) return;
  out.say(About::server, "modbus.function"_claim, name, refused);
  if (name.find("write") != std::string::npos) out.say(About::client, "modbus.writes"_claim, name);
}

void zeek_bacnet_discovery(const Record& record, LogTeller& out) {
  if (record["object_type"] != "device" || !same_letters(record["pdu_service"], "i_am")) return;
  out.say(About::sender, "bacnet.instance"_claim, record["instance_number"]);
}

void zeek_bacnet_property(const Record& record, LogTeller& out) {
  if (record["object_type"] != "device") return;
  if (record["pdu_service"].find("ack") == std::string_view::npos) return;
  const auto* const row = std::ranges::find(kBacnetProperties, record["property"], &Property::name);
  if (row != std::end(kBacnetProperties)) out.say(About::sender, row->claim, record["value"]);
}

// OPC 10000-4, 7.20: modes of message security.
void zeek_opcua_endpoint(const Record& record, LogTeller& out) {
  constexpr std::string_view kModes[] = {"invalid", "none", "sign", "sign and encrypt"};
  const auto mode = number_in(record, "message_security_mode");
  const std::string_view policy = after_mark(record["security_policy_uri"]);
  if (!mode || *mode >= std::size(kModes) || policy.empty()) return;
  out.say(About::server, "opcua.offers"_claim,
          std::string(policy).append(", ").append(kModes[*mode]));
}

void cipher_weakness(const Record& record, LogTeller& out) {
  out.say(About::server, "tls.weakness"_claim, tls::weakness_of(record["cipher"]));
}

}  // namespace asepsis::log_hook
