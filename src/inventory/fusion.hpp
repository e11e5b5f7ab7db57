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
#include <string_view>
#include <utility>
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

// A claim whose value two anchors of one device may share.
struct Shared {
  std::string_view claim;
  std::string_view what;
  bool same_name;
  std::size_t most;  // more devices than this that share it share it for another reason
};
inline constexpr Shared kShared[] = {
    {"device.serial", "serial number", false, 3},  {"device.uid", "device UID", false, 3},
    {"dhcp.client_id", "DHCP client id", true, 3}, {"ssh.host_key", "SSH host key", true, 2},
    {"tls.certificate", "certificate", true, 2},
};
// The id of a device whose best anchor this is: "mac 00:12:21:...".
std::string id_of(const std::string& site, const std::string& anchor);

// What is known of the rest of a site, of which only a part was loaded.
struct Elsewhere {
  // Claims and values that more devices share than may be one.
  std::set<std::pair<std::string, std::string>> common;
  // Whose each fact that names equipment is: an anchor, by the fact's id. Those
  // that are not here are nobody's of this part.
  std::map<std::int64_t, std::string> equipment;
};

// `elsewhere`: null if all of the site was loaded.
Fusion fuse(const Heard& heard, const Bindings& bindings, const Elsewhere* elsewhere = nullptr);

}  // namespace asepsis
