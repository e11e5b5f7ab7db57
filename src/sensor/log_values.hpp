// Other sensors' words for what our own parsers say too, as we say it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fact/fact.hpp"
#include "sensor/record.hpp"

namespace asepsis {

// A column's value as the claim has it; empty if it says nothing.
using LogValue = std::string (*)(const Record& record, std::string_view text);

namespace log_value {

std::string as_is(const Record&, std::string_view text);
std::string in_lower_case(const Record&, std::string_view text);
std::string host_name(const Record&, std::string_view text);      // without a dot at its end
std::string asked_by_dhcp(const Record&, std::string_view text);  // not what a server gives
std::string address(const Record&, std::string_view text);        // only if it is one
std::string instant(const Record&, std::string_view text);        // RFC 3339, to the second
std::string sha256(const Record&, std::string_view text);         // only if it is one
std::string tls_version(const Record&, std::string_view text);    // "TLSv12": "TLS 1.2"
std::string tls_resumed(const Record&, std::string_view text);    // true: "session"
std::string reversed_name(const Record&, std::string_view text);  // "C=GB, CN=x": "CN=x,C=GB"
std::string smb_dialect(const Record&, std::string_view text);
std::string ntlm_version(const Record&, std::string_view text);  // "10.0 build 17763 rev 15"
std::string rdp_security(const Record&, std::string_view text);
std::string kerberos_service(const Record&, std::string_view text);  // no ticket for tickets
std::string kerberos_realm(const Record&, std::string_view text);    // of "krbtgt/REALM"
std::string kerberos_machine(const Record&, std::string_view text);  // never a person
std::string with_hyphens(const Record&, std::string_view text);      // "READ_COILS": "read-coils"
std::string hexadecimal(const Record&, std::string_view text);       // without 0x
std::string mqtt_version(const Record&, std::string_view text);
std::string sip_agent(const Record&, std::string_view text);  // not one that a proxy passed on
std::string topic(const Record&, std::string_view text);

}  // namespace log_value

// A column's number, if it holds one.
std::optional<std::uint64_t> number_in(const Record& record, std::string_view name);

// "v2c" for "2", "2c"; empty if it is none.
std::string_view snmp_version(std::string_view text);

inline bool is_true(std::string_view text) { return text == "T" || text == "true"; }

// What the names that Zeek and Suricata have for applications mean.
struct Application {
  std::string_view name{};  // ours, a literal; empty if it is none of ours
  Security security = Security::clear;
};
Application application_of(std::string_view theirs);

}  // namespace asepsis
