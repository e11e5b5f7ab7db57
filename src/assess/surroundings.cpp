#include "assess/surroundings.hpp"

#include <algorithm>

#include "base/address.hpp"

namespace asepsis {
namespace {

// How many leading bytes two addresses of one network share. What masks a site
// uses is not on the wire; most clinical networks are a /24, or a /64 of IPv6.
bool same_network(const Ip& a, const Ip& b) {
  constexpr std::ptrdiff_t kOfV4 = 15;  // IPv4 is held in the last four of 16
  constexpr std::ptrdiff_t kOfV6 = 8;
  if (a.is_v4() != b.is_v4()) return false;
  return std::equal(a.bytes.begin(), a.bytes.begin() + (a.is_v4() ? kOfV4 : kOfV6),
                    b.bytes.begin());
}

}  // namespace

Reach reach_of(bool external, std::string_view client_ip, std::string_view server_ip) {
  if (external) return Reach::outside;
  const auto client = ip_from_text(client_ip);
  const auto server = ip_from_text(server_ip);
  if (!client || !server) return Reach::network;  // over Ethernet alone
  return same_network(*client, *server) ? Reach::network : Reach::networks;
}

Surroundings::Surroundings(SQLite::Database& sql) {
  read_devices(sql);
  read_talks(sql);
}

void Surroundings::read_devices(SQLite::Database& sql) {
  // Who says the care area, unless the device itself does.
  SQLite::Statement rows(sql,
                         "SELECT id, class, care_area, rule FROM devices LEFT JOIN "
                         "(SELECT d.id, min(e.rule) AS rule FROM device_evidence e JOIN device d "
                         "ON d.key = e.device WHERE e.attribute = 'care_area' AND e.fact IS NULL "
                         "AND e.weight > 0 GROUP BY d.id) USING (id)");
  while (rows.executeStep()) {
    DeviceContext context{.device_class = rows.getColumn(1).getString(),
                          .care_area = rows.getColumn(2).getString(),
                          .care_area_by = rows.getColumn(3).getString()};
    context.external = context.device_class == "external";
    devices_.emplace(rows.getColumn(0).getString(), std::move(context));
  }
}

void Surroundings::read_talks(SQLite::Database& sql) {
  SQLite::Statement rows(sql,
                         "SELECT server, client, client_ip, server_ip, coalesce(port, 0), state, "
                         "first_ns, last_ns FROM talks WHERE server IS NOT NULL "
                         "AND state <> 'unanswered' ORDER BY first_ns");
  while (rows.executeStep()) {
    const DeviceContext* client = device(rows.getColumn(1).getString());
    const bool refused = rows.getColumn(5).getString() == "refused";
    const Reach reach = reach_of(client != nullptr && client->external,
                                 rows.getColumn(2).getString(), rows.getColumn(3).getString());
    auto& ports = exposures_[rows.getColumn(0).getString()];
    for (const std::int64_t port : {rows.getColumn(4).getInt64(), std::int64_t{0}}) {
      Exposure& exposure = ports[port];
      if (refused) {
        if (exposure.first_refused == 0) exposure.first_refused = rows.getColumn(6).getInt64();
        continue;
      }
      exposure.reach = std::max(exposure.reach, reach);
      exposure.last_seen = std::max(exposure.last_seen, rows.getColumn(7).getInt64());
      exposure.first_refused = 0;
    }
  }
}

const DeviceContext* Surroundings::device(const std::string& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

Exposure Surroundings::exposure(const std::string& device, std::int64_t port) const {
  const auto ports = exposures_.find(device);
  if (ports == exposures_.end()) return {};
  const auto found = ports->second.find(port);
  return found == ports->second.end() ? Exposure{} : found->second;
}

bool Surroundings::closed(const std::string& device, std::int64_t port) const {
  constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000'000;
  const Exposure exposure = this->exposure(device, port);
  return port != 0 && exposure.first_refused > exposure.last_seen + kDay;
}

}  // namespace asepsis
