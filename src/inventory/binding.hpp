// Which MAC an IP address belonged to, and when.
//
// ARP, neighbour discovery and DHCP say it outright. A frame says it too, if
// no router stood between: its TTL is then one of the usual initial values. A
// router's MAC identifies nobody behind it.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/heard.hpp"

namespace asepsis {

struct Binding {
  Mac mac;
  std::int64_t first = 0, last = 0;  // nanoseconds since 1970
  bool claimed = false;              // said in ARP, ND or DHCP; else seen in frames
  std::string why;                   // "arp", "dhcp", "frames on its own link"
};

struct Bindings {
  std::map<Ip, std::vector<Binding>> of_ip;  // by first sight
  std::set<Mac> forwarders;                  // MACs that others' packets come from
  std::set<Mac> heard_macs;                  // sent at least one frame, or hold a lease
  std::map<Ip, std::pair<std::int64_t, std::int64_t>> heard_ips;  // sent at least one packet

  // Whose the address was at that time.
  const Binding* owner(const Ip& ip, std::int64_t time) const;
  // Whether this very pair is bound.
  const Binding* pair(const Mac& mac, const Ip& ip) const;
};

Bindings bind_addresses(const Heard& heard);

// Shared router addresses: VRRP (RFC 5798) and HSRP MACs.
bool is_virtual_router(const Mac& mac);

}  // namespace asepsis
