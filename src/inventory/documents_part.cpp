#include "inventory/documents_part.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "inventory/care_area.hpp"
#include "inventory/documents.hpp"
#include "inventory/documents_kept.hpp"
#include "inventory/unregistered.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

template <class Keys>
std::string array_of(const Keys& keys) {
  return json_array(keys, [](Id key) { return std::to_string(key); });
}

std::vector<Id> list_of(const std::set<Id>& ids) { return {ids.begin(), ids.end()}; }

std::map<Id, std::vector<Id>> by_documented_site(SQLite::Database& sql,
                                                 const std::vector<Id>& devices) {
  std::map<Id, std::vector<Id>> sites;
  SQLite::Statement some(sql,
                         "SELECT site, key FROM device WHERE key IN (SELECT value FROM "
                         "json_each(?)) AND site IN (SELECT site FROM document)");
  some.bind(1, array_of(devices));
  while (some.executeStep())
    sites[some.getColumn(0).getInt64()].push_back(some.getColumn(1).getInt64());
  return sites;
}

}  // namespace

DocumentsPart::DocumentsPart(SQLite::Database& sql, const Knowledge& knowledge,
                             const std::vector<Id>& devices)
    : sql_(sql), knowledge_(knowledge) {
  for (auto& [site, keys] : by_documented_site(sql, devices))
    sites_[site].before = load_devices(sql, {.site = site, .keys = std::move(keys)});
}

std::optional<DocumentsPart::Joined> DocumentsPart::join(const std::vector<Id>& devices,
                                                         ChangedModels& models) {
  for (auto& [site, keys] : by_documented_site(sql_, devices))
    sites_[site].after = load_devices(sql_, {.site = site, .keys = std::move(keys)});
  if (!relate()) return std::nullopt;
  std::set<Id> all;
  for (const auto& [id, site] : sites_)
    all.insert(site.related.devices.begin(), site.related.devices.end());
  std::set<Id> others = all;
  for (const Id device : devices) others.erase(device);
  models.before(list_of(others));
  Joined joined{.devices = list_of(all), .changed = {}};
  const SaidByDocuments before = said_by_documents(sql_, joined.devices);
  for (const auto& [id, site] : sites_) join_site(id, site, joined.changed);
  const auto changed = differing(before, said_by_documents(sql_, joined.devices));
  joined.changed.insert(joined.changed.end(), changed.begin(), changed.end());
  return joined;
}

bool DocumentsPart::relate() {
  for (auto& [id, site] : sites_) {
    std::vector<StoredDevice> all = site.before;
    all.insert(all.end(), site.after.begin(), site.after.end());
    auto related = related_by(sql_, id, all);
    if (!related) return false;
    for (const StoredDevice& device : all) related->devices.insert(device.join.key);
    site.related = *std::move(related);
    const auto rows = load_rows(sql_, {.site = id, .keys = list_of(site.related.rows)});
    if (!std::ranges::all_of(rows, &StoredRow::of_register)) return false;
  }
  return true;
}

void DocumentsPart::join_site(Id id, const Site& site, std::vector<Id>& changed) {
  forget(site.related);
  renew_handles(sql_, id, site.before, site.after);
  const std::vector<Id> keys = list_of(site.related.devices);
  const std::vector<StoredDevice> devices = load_devices(sql_, {.site = id, .keys = keys});
  join_registers(sql_, knowledge_,
                 load_rows(sql_, {.site = id, .keys = list_of(site.related.rows)}), devices);
  Unregistered unregistered(sql_, knowledge_, id);
  unregistered.list({.site = id, .keys = keys});
  std::set<std::string> classes;
  for (const auto* const some : {&site.before, &devices})
    for (const StoredDevice& device : *some) classes.insert(device.device_class);
  const std::vector<Id> others = unregistered.expect_anew(classes);
  changed.insert(changed.end(), others.begin(), others.end());
  find_evidence_of_conflicts(sql_, keys);
}

void DocumentsPart::forget(const Related& related) {
  const std::string devices = array_of(related.devices);
  const auto remove = [&](const std::string& query, const std::string& what) {
    SQLite::Statement statement(sql_, query + " IN (SELECT value FROM json_each(?))");
    run(statement, what);
  };
  remove("DELETE FROM row_device WHERE document_row", array_of(related.rows));
  for (const char* const table : {"document_evidence", "document_conflict", "unregistered"})
    remove(std::string("DELETE FROM ") + table + " WHERE device", devices);
  remove("DELETE FROM device_value WHERE source = 'document' AND device", devices);
  remove(
      "UPDATE device_value SET attribute = replace(attribute, '.heard', '') WHERE attribute GLOB "
      "'*.heard' AND device",
      devices);
  forget_rules(sql_, list_of(related.devices));
}

SaidByDocuments said_by_documents(SQLite::Database& sql,
                                  const std::optional<std::vector<Id>>& devices) {
  SaidByDocuments said;
  const std::string some = devices ? " AND device IN (SELECT value FROM json_each(?))" : "";
  for (const char* const query :
       {"SELECT device, document_row, joined_by FROM row_device WHERE device IS NOT NULL",
        "SELECT device, attribute, value FROM device_value WHERE source = 'document'",
        "SELECT device, attribute, said FROM document_conflict WHERE TRUE",
        "SELECT device, 'expected', expected FROM unregistered WHERE TRUE",
        "SELECT device, kind, value FROM setting WHERE source = 'document'"}) {
    SQLite::Statement rows(sql, query + some);
    if (devices) rows.bind(1, array_of(*devices));
    while (rows.executeStep()) {
      const std::string row =
          query + rows.getColumn(1).getString() + '\n' + rows.getColumn(2).getString();
      said[rows.getColumn(0).getInt64()] += hash_bytes(as_bytes(row));  // in any order
    }
  }
  return said;
}

std::vector<Id> differing(const SaidByDocuments& before, const SaidByDocuments& after) {
  std::set<Id> devices;
  const auto compare = [&](const SaidByDocuments& one, const SaidByDocuments& other) {
    for (const auto& [device, said] : one)
      if (const auto there = other.find(device); there == other.end() || there->second != said)
        devices.insert(device);
  };
  compare(before, after);
  compare(after, before);
  return list_of(devices);
}

}  // namespace asepsis
