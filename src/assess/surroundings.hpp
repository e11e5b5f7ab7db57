// What stands around a finding and decides its rating: what the device is,
// where it is used, and from where it is talked to.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "assess/rating.hpp"
#include "base/address.hpp"
#include "store/database.hpp"

namespace asepsis {

// How one port of a device, or all of it, was talked to.
struct Exposure {
  Reach reach = Reach::unknown;
  std::int64_t last_seen = 0;      // answered; nanoseconds since 1970, 0: never
  std::int64_t first_refused = 0;  // since it last answered; 0: never
};

struct DeviceContext {
  std::string device_class, care_area;
  std::string care_area_by;  // who says so: a rule, the register; empty: the device itself
  bool external = false;
  bool listed_life = false;  // the register says that it supports life

  // Port 0: any of its ports.
  Exposure exposure(std::int64_t port) const;
  // Whether the port has only been refused for so long that it is closed, and
  // not merely out of order.
  bool closed(std::int64_t port) const;

  std::vector<std::pair<std::int64_t, Exposure>> ports = {};  // by number
};

// From where one side of a conversation reaches the other.
Reach reach_of(bool external, const std::optional<Ip>& client, const std::optional<Ip>& server);

class Surroundings {
 public:
  // May throw SQLite::Exception: call it within guarded().
  explicit Surroundings(SQLite::Database& sql);
  // Of these devices alone, and those that they talk with; by their ids.
  Surroundings(SQLite::Database& sql, const std::vector<std::string>& devices);

  // Nothing if there is no such device.
  const DeviceContext* device(const std::string& id) const;
  const DeviceContext* device(std::int64_t key) const;

 private:
  struct Talk {
    std::int64_t server = 0, client = 0;  // keys of devices; client 0: none
    std::int64_t server_endpoint = 0, client_endpoint = 0;
    std::int64_t port = 0;
    bool refused = false;
    std::int64_t first = 0, last = 0;
  };

  void read_devices(SQLite::Statement& rows);
  void read_talks(const std::vector<Talk>& talks, SQLite::Statement& endpoints);
  static std::vector<Talk> talks(SQLite::Statement& rows);

  std::unordered_map<std::int64_t, DeviceContext> devices_;  // by key
  std::unordered_map<std::string, std::int64_t> keys_;       // by id
};

}  // namespace asepsis
