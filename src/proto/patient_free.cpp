// A row gets here when its messages are about the network alone, or are
// encrypted whatever was agreed on. Not: names that people ask for (DNS), text
// that administrators write (SNMP, syslog), values of machines (Modbus), and
// what can be told to encrypt nothing (ESP, OpenVPN, DTLS).

#include "proto/patient_free.hpp"

#include <algorithm>
#include <array>

namespace asepsis {
namespace {

constexpr std::array<std::string_view, 17> kPatientFree{
    "arp",  "nd",   "stp",    "lldp", "cdp", "ntp",  "ptp", "igmp",     "hsrp",
    "vrrp", "dhcp", "dhcpv6", "tls",  "ssh", "quic", "ike", "wireguard"};

}  // namespace

std::span<const std::string_view> patient_free_protocols() { return kPatientFree; }

bool patient_free(std::string_view protocol) {
  return std::ranges::find(kPatientFree, protocol) != kPatientFree.end();
}

}  // namespace asepsis
