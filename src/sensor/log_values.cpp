#include "sensor/log_values.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "base/time.hpp"
#include "proto/parser.hpp"
#include "proto/topic_shape.hpp"

namespace asepsis {
namespace {

struct Word {
  std::string_view theirs, ours;
};

template <std::size_t kSize>
std::string ours_for(const Word (&words)[kSize], std::string_view text) {
  const auto* const found = std::ranges::find(words, text, &Word::theirs);
  return found == std::end(words) ? std::string() : std::string(found->ours);
}

// Zeek's, then Suricata's.
constexpr Word kTlsVersions[] = {
    {"SSLv2", "SSL 2.0"},    {"SSLv3", "SSL 3.0"},    {"TLSv10", "TLS 1.0"},
    {"TLSv11", "TLS 1.1"},   {"TLSv12", "TLS 1.2"},   {"TLSv13", "TLS 1.3"},
    {"DTLSv10", "DTLS 1.0"}, {"DTLSv12", "DTLS 1.2"}, {"DTLSv13", "DTLS 1.3"},
    {"TLSv1", "TLS 1.0"},    {"TLS 1.0", "TLS 1.0"},  {"TLS 1.1", "TLS 1.1"},
    {"TLS 1.2", "TLS 1.2"},  {"TLS 1.3", "TLS 1.3"},  {"TLSv1.1", "TLS 1.1"},
    {"TLSv1.2", "TLS 1.2"},  {"TLSv1.3", "TLS 1.3"},  {"SSL 2.0", "SSL 2.0"},
    {"SSL 3.0", "SSL 3.0"},
};

constexpr Word kSmbDialects[] = {
    {"2.02", "SMB 2.0.2"},
    {"2.10", "SMB 2.1"},
    {"3.00", "SMB 3.0"},
    {"3.02", "SMB 3.0.2"},
    {"3.11", "SMB 3.1.1"},
    {"NT LM 0.12", "NT LM 0.12"},
    {"NT LANMAN 1.0", "NT LANMAN 1.0"},
};

constexpr Word kSnmpVersions[] = {{"1", "v1"}, {"2", "v2c"}, {"2c", "v2c"}, {"3", "v3"}};

// Microsoft's names of the protocols (MS-RDPBCGR 2.2.1.2.1) in either's spelling.
constexpr Word kRdpSecurity[] = {
    {"RDP", "rdp"}, {"SSL", "tls"}, {"HYBRID", "nla"}, {"HYBRID_EX", "nla"},
    {"rdp", "rdp"}, {"ssl", "tls"}, {"hybrid", "nla"}, {"hybrid_ex", "nla"},
};

constexpr Word kMqttVersions[] = {
    {"3.1", "3.1"}, {"3.1.1", "3.1.1"}, {"5.0", "5"}, {"3", "3.1"}, {"4", "3.1.1"}, {"5", "5"},
};

struct ApplicationWord {
  std::string_view theirs, ours;
  Security security = Security::clear;
};

// Where their name is not ours.
constexpr ApplicationWord kApplications[] = {
    {"ssl", "tls", Security::tls},
    {"tls", "tls", Security::tls},
    {"dtls", "dtls", Security::dtls},
    {"quic", "quic", Security::quic},
    {"ssh", "ssh", Security::ssh},
    {"krb", "kerberos"},
    {"krb_tcp", "kerberos"},
    {"krb_udp", "kerberos"},
    {"krb5", "kerberos"},
    {"dce_rpc", "dcerpc"},
    {"ldap_tcp", "ldap"},
    {"ldap_udp", "ldap"},
    {"dnp3_tcp", "dnp3"},
    {"dnp3_udp", "dnp3"},
    {"enip_tcp", "enip"},
    {"enip_udp", "enip"},
    {"cip", "enip"},
    {"s7comm_tcp", "s7comm"},
    {"opcua_binary", "opcua"},
    {"rfb", "vnc"},
    {"pgsql", "postgresql"},
    {"ikev2", "ike"},
    {"nfs", "rpc"},
    {"hl7v2", "hl7"},
};

std::string without_final_dot(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  return std::string(text);
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

namespace log_value {

std::string as_is(const Record&, std::string_view text) { return std::string(text); }
std::string in_lower_case(const Record&, std::string_view text) { return lowered(text); }
std::string host_name(const Record&, std::string_view text) { return without_final_dot(text); }

std::string asked_by_dhcp(const Record& record, std::string_view text) {
  return record["dhcp.type"] == "reply" ? std::string() : without_final_dot(text);
}

std::string address(const Record&, std::string_view text) {
  const auto ip = ip_from_text(text);
  return ip && ip->names_a_host() ? to_text(*ip) : std::string();
}

std::string instant(const Record&, std::string_view text) {
  constexpr std::size_t kToTheSecond = 19;  // "2026-11-22T03:48:32"
  const auto time = time_from_text(text);
  return time ? to_rfc3339(*time).substr(0, kToTheSecond) + 'Z' : std::string();
}

std::string sha256(const Record&, std::string_view text) {
  return text.size() == 64 && is_hex(text) ? lowered(text) : std::string();
}

std::string tls_version(const Record&, std::string_view text) {
  return ours_for(kTlsVersions, text);
}

std::string tls_resumed(const Record&, std::string_view text) {
  return is_true(text) ? "session" : "";
}

// One line of OpenSSL has the most general part first; RFC 2253 has it last.
std::string reversed_name(const Record&, std::string_view text) {
  constexpr std::string_view kBetween = ", ";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.rfind(kBetween);
    const bool last = at == std::string_view::npos;
    if (!out.empty()) out += ',';
    out += last ? text : text.substr(at + kBetween.size());
    text = last ? std::string_view() : text.substr(0, at);
  }
  return out;
}

std::string smb_dialect(const Record&, std::string_view text) {
  return ours_for(kSmbDialects, text);
}

std::string ntlm_version(const Record&, std::string_view text) {
  constexpr std::string_view kBuild = " build ";
  const std::size_t at = text.find(kBuild);
  if (at == std::string_view::npos) return {};
  const std::string_view build = text.substr(at + kBuild.size());
  return std::string(text.substr(0, at)) + '.' + std::string(build.substr(0, build.find(' ')));
}

std::string rdp_security(const Record&, std::string_view text) {
  return ours_for(kRdpSecurity, text);
}

std::string kerberos_service(const Record&, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || same_letters(text.substr(0, slash), "krbtgt")) return {};
  return std::string(text);
}

std::string kerberos_realm(const Record&, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !same_letters(text.substr(0, slash), "krbtgt")) return {};
  return std::string(text.substr(slash + 1));
}

// "ward-pc1$/REALM" is the account of a machine.
std::string kerberos_machine(const Record&, std::string_view text) {
  const std::string_view name = text.substr(0, text.find('/'));
  if (!name.ends_with('$')) return {};
  return std::string(name.substr(0, name.size() - 1));
}

std::string with_hyphens(const Record&, std::string_view text) {
  std::string out = lowered(text);
  std::ranges::replace(out, '_', '-');
  return out;
}

std::string hexadecimal(const Record&, std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos ? lowered(text)
                                                                               : std::string();
}

std::string mqtt_version(const Record&, std::string_view text) {
  return ours_for(kMqttVersions, text);
}

std::string sip_agent(const Record& record, std::string_view text) {
  int hops = 0;
  record.each("request_path", [&](std::string_view) { ++hops; });
  return hops <= 1 ? std::string(text) : std::string();
}

std::string topic(const Record&, std::string_view text) {
  return std::string(topic_shape(text).view());
}

}  // namespace log_value

std::optional<std::uint64_t> number_in(const Record& record, std::string_view name) {
  if (name.empty()) return std::nullopt;
  const std::string_view text = record[name];
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string_view snmp_version(std::string_view text) {
  const auto* const found = std::ranges::find(kSnmpVersions, text, &Word::theirs);
  return found == std::end(kSnmpVersions) ? "" : found->ours;
}

Application application_of(std::string_view theirs) {
  const auto* const word = std::ranges::find(kApplications, theirs, &ApplicationWord::theirs);
  if (word != std::end(kApplications)) return {word->ours, word->security};
  const Protocol* const ours = find_protocol(theirs);
  return ours == nullptr ? Application() : Application{ours->name, ours->security};
}

}  // namespace asepsis
