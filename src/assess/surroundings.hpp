// What stands around a finding and decides its rating: what the device is,
// where it is used, and from where it is talked to.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "assess/rating.hpp"
#include "store/database.hpp"

namespace asepsis {

struct DeviceContext {
  std::string device_class, care_area;
  std::string care_area_by;  // the rule that says so; empty: the device itself
  bool external = false;
};

// How one port of a device, or all of it, was talked to.
struct Exposure {
  Reach reach = Reach::unknown;
  std::int64_t last_seen = 0;      // answered; nanoseconds since 1970, 0: never
  std::int64_t first_refused = 0;  // since it last answered; 0: never
};

// From where one side of a conversation reaches the other.
Reach reach_of(bool external, std::string_view client_ip, std::string_view server_ip);

class Surroundings {
 public:
  // May throw SQLite::Exception: call it within guarded().
  explicit Surroundings(SQLite::Database& sql);

  // Nothing if there is no such device.
  const DeviceContext* device(const std::string& id) const;
  // Port 0: any of its ports.
  Exposure exposure(const std::string& device, std::int64_t port) const;
  // Whether the port has only been refused for so long that it is closed, and
  // not merely out of order.
  bool closed(const std::string& device, std::int64_t port) const;

 private:
  void read_devices(SQLite::Database& sql);
  void read_talks(SQLite::Database& sql);

  std::unordered_map<std::string, DeviceContext> devices_;
  std::unordered_map<std::string, std::unordered_map<std::int64_t, Exposure>> exposures_;
};

}  // namespace asepsis
