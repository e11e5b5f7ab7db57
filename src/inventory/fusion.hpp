// Endpoints, serial numbers and names that point to one thing, joined into
// devices.
//
// A device hangs on anchors: its MACs, the IP addresses that no MAC is known
// for, and the equipment that only a gateway speaks of. Strong evidence joins
// anchors; a contradiction keeps them apart. The id comes from the best
// anchor, so it stays the same whatever order things were heard in.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/binding.hpp"
#include "inventory/heard.hpp"
#include "inventory/talks.hpp"

namespace asepsis {

struct FusedDevice {
  struct At {
    std::size_t endpoint = 0;  // index into Heard::endpoints
    std::string why;
    std::int64_t first = 0, last = 0;
  };

  std::string id;
  std::map<std::string, std::string> aliases;  // id by each anchor -> the anchor
  std::string reason;                          // why its anchors are one thing; empty if one
  std::vector<At> at;
  std::vector<std::size_t> facts;  // indices into Heard::facts
  std::set<Mac> macs;
  std::set<Ip> ips;
  std::set<std::uint16_t> vlans;
  std::int64_t first = 0, last = 0;
  bool external = false;   // known by public addresses only
  bool forwarder = false;  // carries others' packets: a router
  bool relays = false;     // speaks of equipment other than itself: a gateway, an archive
};

struct Fusion {
  std::vector<FusedDevice> devices;  // by id
  std::vector<FusedTalk> talks;      // for each of Heard::talks
};

Fusion fuse(const Heard& heard, const Bindings& bindings);

}  // namespace asepsis
