#include "assess/surroundings.hpp"

#include <algorithm>
#include <set>

#include "base/json_text.hpp"

namespace asepsis {
namespace {

using PortExposure = std::pair<std::int64_t, Exposure>;

// How many leading bytes two addresses of one network share. What masks a site
// uses is not on the wire; most clinical networks are a /24, or a /64 of IPv6.
bool same_network(const Ip& a, const Ip& b) {
  constexpr std::ptrdiff_t kOfV4 = 15;  // IPv4 is held in the last four of 16
  constexpr std::ptrdiff_t kOfV6 = 8;
  if (a.is_v4() != b.is_v4()) return false;
  return std::equal(a.bytes.begin(), a.bytes.begin() + (a.is_v4() ? kOfV4 : kOfV6),
                    b.bytes.begin());
}

// In the order of time; of the tables, as the view takes much longer.
constexpr const char* kTalks =
    "SELECT c.server, coalesce(c.client, 0), t.server, t.client, t.port, c.state = 'refused', "
    "t.first_seen, t.last_seen FROM conversation c JOIN talk t ON t.id = c.talk WHERE c.copy = 0 "
    "AND c.server IS NOT NULL AND c.state <> 'unanswered'";
constexpr const char* kTalksOfSome =
    "SELECT c.server, coalesce(c.client, 0), t.server, t.client, t.port, c.state = 'refused', "
    "t.first_seen, t.last_seen FROM json_each(?) j CROSS JOIN conversation c ON c.server = j.value "
    "CROSS JOIN talk t ON t.id = c.talk WHERE c.copy = 0 AND c.state <> 'unanswered'";
constexpr const char* kDevices =
    "SELECT d.key, d.id, v.attribute, v.value, v.source, v.evidence ->> '$[0][1]' FROM device d "
    "LEFT JOIN device_value v ON v.device = d.key AND v.value <> '' AND v.attribute IN ('class', "
    "'care_area', 'life_supporting')";
// Themselves, and those whose services they use.
constexpr const char* kServers =
    "SELECT d.key FROM json_each(?1) j CROSS JOIN device d ON d.id = j.value UNION SELECT c.server "
    "FROM json_each(?1) j CROSS JOIN device d ON d.id = j.value CROSS JOIN conversation c ON "
    "c.client = d.key WHERE c.server IS NOT NULL";

}  // namespace

Reach reach_of(bool external, const std::optional<Ip>& client, const std::optional<Ip>& server) {
  if (external) return Reach::outside;
  if (!client || !server) return Reach::network;  // over Ethernet alone
  return same_network(*client, *server) ? Reach::network : Reach::networks;
}
Surroundings::Surroundings(SQLite::Database& sql) {
  SQLite::Statement devices(sql, kDevices);
  read_devices(devices);
  SQLite::Statement rows(sql, kTalks);
  SQLite::Statement endpoints(sql, "SELECT id, ip FROM endpoint WHERE ip <> ''");
  read_talks(talks(rows), endpoints);
}

Surroundings::Surroundings(SQLite::Database& sql, const std::vector<std::string>& devices) {
  std::set<std::int64_t> keys;
  SQLite::Statement servers(sql, kServers);
  servers.bind(1, json_array(devices));
  while (servers.executeStep()) keys.insert(servers.getColumn(0).getInt64());
  const auto list = [](const std::set<std::int64_t>& numbers) {
    return json_array(numbers, [](std::int64_t number) { return std::to_string(number); });
  };
  SQLite::Statement rows(sql, kTalksOfSome);
  rows.bind(1, list(keys));
  const std::vector<Talk> all = talks(rows);
  std::set<std::int64_t> endpoints;
  for (const Talk& talk : all) {
    if (talk.client != 0) keys.insert(talk.client);
    endpoints.insert({talk.client_endpoint, talk.server_endpoint});
  }
  SQLite::Statement near(
      sql, std::string(kDevices) + " WHERE d.key IN (SELECT value FROM json_each(?))");
  near.bind(1, list(keys));
  read_devices(near);
  SQLite::Statement ips(sql,
                        "SELECT id, ip FROM endpoint WHERE ip <> '' AND id IN (SELECT value FROM "
                        "json_each(?))");
  ips.bind(1, list(endpoints));
  read_talks(all, ips);
}

void Surroundings::read_devices(SQLite::Statement& rows) {
  while (rows.executeStep()) {
    const auto [at, fresh] = devices_.try_emplace(rows.getColumn(0).getInt64());
    if (fresh) keys_.emplace(rows.getColumn(1).getString(), at->first);
    DeviceContext& context = at->second;
    const std::string attribute = rows.getColumn(2).getString();
    const std::string value = rows.getColumn(3).getString();
    const std::string source = rows.getColumn(4).getString();
    if (attribute == "care_area") {
      context.care_area = value;
      if (source == "document") context.care_area_by = "the asset register";
      if (source == "rule") context.care_area_by = rows.getColumn(5).getString();
    } else if (attribute == "life_supporting") {
      context.listed_life = source == "document" && value == "yes";
    } else if (attribute == "class") {
      context.device_class = value;
      context.external = value == "external";
    }
  }
}

std::vector<Surroundings::Talk> Surroundings::talks(SQLite::Statement& rows) {
  std::vector<Talk> talks;
  while (rows.executeStep())
    talks.push_back({.server = rows.getColumn(0).getInt64(),
                     .client = rows.getColumn(1).getInt64(),
                     .server_endpoint = rows.getColumn(2).getInt64(),
                     .client_endpoint = rows.getColumn(3).getInt64(),
                     .port = rows.getColumn(4).getInt64(),
                     .refused = rows.getColumn(5).getInt() != 0,
                     .first = rows.getColumn(6).getInt64(),
                     .last = rows.getColumn(7).getInt64()});
  std::ranges::stable_sort(talks, {}, &Talk::first);
  return talks;
}

void Surroundings::read_talks(const std::vector<Talk>& talks, SQLite::Statement& endpoints) {
  std::unordered_map<std::int64_t, Ip> ips;
  while (endpoints.executeStep())
    if (const auto ip = ip_from_text(endpoints.getColumn(1).getText()))
      ips.emplace(endpoints.getColumn(0).getInt64(), *ip);
  const auto ip_of = [&](std::int64_t endpoint) {
    const auto found = ips.find(endpoint);
    return found == ips.end() ? std::nullopt : std::optional(found->second);
  };
  for (const Talk& talk : talks) {
    const DeviceContext* const client = device(talk.client);
    const Reach reach = reach_of(client != nullptr && client->external, ip_of(talk.client_endpoint),
                                 ip_of(talk.server_endpoint));
    auto& ports = devices_.at(talk.server).ports;
    for (const std::int64_t port : {talk.port, std::int64_t{0}}) {
      auto at = std::ranges::lower_bound(ports, port, {}, &PortExposure::first);
      if (at == ports.end() || at->first != port) at = ports.insert(at, {port, Exposure{}});
      Exposure& exposure = at->second;
      if (talk.refused) {
        if (exposure.first_refused == 0) exposure.first_refused = talk.first;
        continue;
      }
      exposure.reach = std::max(exposure.reach, reach);
      exposure.last_seen = std::max(exposure.last_seen, talk.last);
      exposure.first_refused = 0;
    }
  }
}

const DeviceContext* Surroundings::device(std::int64_t key) const {
  const auto found = devices_.find(key);
  return found == devices_.end() ? nullptr : &found->second;
}

const DeviceContext* Surroundings::device(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : device(found->second);
}

Exposure DeviceContext::exposure(std::int64_t port) const {
  const auto found = std::ranges::lower_bound(ports, port, {}, &PortExposure::first);
  return found == ports.end() || found->first != port ? Exposure{} : found->second;
}

bool DeviceContext::closed(std::int64_t port) const {
  constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000'000;
  const Exposure exposure = this->exposure(port);
  return port != 0 && exposure.first_refused > exposure.last_seen + kDay;
}

}  // namespace asepsis
