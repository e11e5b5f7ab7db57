#include "inventory/document_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/json_text.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

StoredRow row_from(SQLite::Statement& rows) {
  StoredRow row{.id = rows.getColumn(0).getInt64(),
                .document = rows.getColumn(1).getInt64(),
                .dated = rows.getColumn(2).getInt64(),
                .of_register = rows.getColumn(3).getString() == "register",
                .document_name = rows.getColumn(4).getString(),
                .told = {},
                .facts = {}};
  constexpr std::string_view kTold = "device ";
  const std::string subject = rows.getColumn(5).getString();
  if (subject.starts_with(kTold)) row.told = subject.substr(kTold.size());
  return row;
}

// The owner of a MAC address may have made no more than the network card: what
// is believed less than this contradicts nobody.
constexpr double kSure = 0.5;

void take_value(StoredDevice& device, const std::string& attribute, const std::string& value,
                double confidence) {
  if (attribute == "mac") device.join.macs.insert(value);
  if (attribute == "ip") device.ips.insert(value);
  if (attribute == "name") device.join.names.insert(value);
  if (attribute == "class") device.device_class = value;
  if (attribute == "serial") device.join.serial = value;
  if (attribute == "udi_di") device.join.udi_di = value;
  if (attribute == "manufacturer" && confidence >= kSure) device.join.manufacturer = value;
  if (attribute == "model") device.join.model = value;
  if (attribute != "mac" && attribute != "ip" && attribute != "name" && attribute != "vlan")
    device.values.emplace(attribute, StoredDevice::Heard{value, confidence});
}

constexpr const char* kAssets =
    "SELECT CASE WHEN df.fact IS NULL THEN o.device ELSE df.device END, f.value FROM fact f LEFT "
    "JOIN endpoint_owner o ON o.endpoint = f.endpoint LEFT JOIN device_fact df ON df.fact = f.id "
    "WHERE f.claim = 'device.asset' AND f.equipment = ''";
constexpr const char* kAssetsOfSome =
    "SELECT o.device, f.value FROM endpoint_owner o CROSS JOIN fact f ON f.endpoint = o.endpoint "
    "WHERE o.device IN (SELECT value FROM json_each(?1)) AND f.claim = 'device.asset' AND "
    "f.equipment = '' AND NOT EXISTS (SELECT 1 FROM device_fact df WHERE df.fact = f.id) UNION ALL "
    "SELECT df.device, f.value FROM device_fact df CROSS JOIN fact f ON f.id = df.fact WHERE "
    "df.device IN (SELECT value FROM json_each(?1)) AND f.claim = 'device.asset' AND f.equipment = "
    "''";

}  // namespace

const RowFact* StoredRow::fact(std::string_view claim) const {
  for (auto one = std::ranges::lower_bound(facts, claim, {}, &RowFact::claim);
       one != facts.end() && one->claim == claim; ++one)
    if (one->current) return &*one;
  return nullptr;
}

std::string StoredRow::value(std::string_view claim) const {
  const RowFact* one = fact(claim);
  return one == nullptr ? std::string() : one->value;
}

std::string which_of(const Chosen& chosen, const std::string& key, const std::string& site) {
  return chosen.keys ? key + " IN (SELECT value FROM json_each(?1))" : site + " = ?1";
}

void bind_chosen(SQLite::Statement& statement, const Chosen& chosen) {
  if (chosen.keys) {
    statement.bind(1, json_array(*chosen.keys, [](Id key) { return std::to_string(key); }));
  } else {
    statement.bind(1, chosen.site);
  }
}

std::vector<StoredRow> load_rows(SQLite::Database& sql, const Chosen& chosen) {
  std::vector<StoredRow> all;
  std::unordered_map<Id, std::size_t> places;
  const std::string which = which_of(chosen, "r.id", "d.site");
  SQLite::Statement rows(
      sql,
      "SELECT r.id, d.id, max(v.dated), d.kind, d.name, d.subject FROM document_row r JOIN "
      "document d ON d.id = r.document JOIN document_version v ON v.document = d.id WHERE " +
          which +
          " AND r.current = 1 GROUP BY r.id ORDER BY max(v.dated) DESC, d.kind, d.name, d.subject, "
          "r.key");
  bind_chosen(rows, chosen);
  while (rows.executeStep()) {
    places.emplace(rows.getColumn(0).getInt64(), all.size());
    all.push_back(row_from(rows));
  }
  SQLite::Statement facts(
      sql,
      "SELECT f.document_row, f.id, f.claim, f.value, f.level, f.about, f.by_nature, f.current, "
      "f.first_seen, f.last_seen FROM document_fact f JOIN document_row r ON r.id = f.document_row "
      "JOIN document d ON d.id = r.document WHERE " +
          which + " AND r.current = 1 ORDER BY f.document_row, f.claim, f.value");
  bind_chosen(facts, chosen);
  while (facts.executeStep())
    all[places.at(facts.getColumn(0).getInt64())].facts.push_back(
        {.id = facts.getColumn(1).getInt64(),
         .claim = facts.getColumn(2).getString(),
         .value = facts.getColumn(3).getString(),
         .level = facts.getColumn(4).getString(),
         .about = facts.getColumn(5).getString(),
         .by_nature = facts.getColumn(6).getInt() != 0,
         .current = facts.getColumn(7).getInt() != 0,
         .first = facts.getColumn(8).getInt64(),
         .last = facts.getColumn(9).getInt64()});
  return all;
}

std::vector<StoredDevice> load_devices(SQLite::Database& sql, const Chosen& chosen) {
  std::vector<StoredDevice> all;
  std::unordered_map<Id, std::size_t> places;
  const std::string which = which_of(chosen, "d.key", "d.site");
  SQLite::Statement devices(sql, "SELECT key, id FROM device d WHERE " + which + " ORDER BY id");
  bind_chosen(devices, chosen);
  while (devices.executeStep()) {
    places.emplace(devices.getColumn(0).getInt64(), all.size());
    StoredDevice& device = all.emplace_back();
    device.join.key = devices.getColumn(0).getInt64();
    device.join.id = devices.getColumn(1).getString();
  }
  SQLite::Statement values(sql,
                           "SELECT v.device, replace(v.attribute, '.heard', ''), v.value, "
                           "v.confidence FROM device d JOIN device_value v ON v.device = d.key "
                           "WHERE " +
                               which + " AND v.value <> '' AND v.source = 'wire'");
  bind_chosen(values, chosen);
  while (values.executeStep())
    take_value(all[places.at(values.getColumn(0).getInt64())], values.getColumn(1).getString(),
               values.getColumn(2).getString(), values.getColumn(3).getDouble());
  SQLite::Statement assets(sql, chosen.keys ? kAssetsOfSome : kAssets);
  if (chosen.keys) bind_chosen(assets, chosen);
  while (assets.executeStep())
    if (const auto at = places.find(assets.getColumn(0).getInt64()); at != places.end())
      all[at->second].join.assets.insert(assets.getColumn(1).getString());
  SQLite::Statement aliases(sql,
                            "SELECT device, alias FROM device_alias WHERE alias IN (SELECT "
                            "substr(subject, 8) FROM document WHERE subject GLOB 'device *')");
  while (aliases.executeStep())
    if (const auto at = places.find(aliases.getColumn(0).getInt64()); at != places.end())
      all[at->second].aliases.insert(aliases.getColumn(1).getString());
  for (StoredDevice& device : all) device.external = device.device_class == "external";
  return all;
}

}  // namespace asepsis
