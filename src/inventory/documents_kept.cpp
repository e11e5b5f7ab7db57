#include "inventory/documents_kept.hpp"

#include <algorithm>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// The devices are a JSON array of keys, ?1. Own addresses matter to exports alone, which say them.
constexpr const char* kLooks[] = {
    "SELECT d.key, 'id', d.id, d.site FROM device d WHERE d.key IN (SELECT value FROM "
    "json_each(?1))",
    "SELECT device, 'alias', alias, '' FROM device_alias WHERE device IN (SELECT value FROM "
    "json_each(?1))",
    "SELECT device, replace(attribute, '.heard', ''), value, confidence FROM device_value v WHERE "
    "device IN (SELECT value FROM json_each(?1)) AND source = 'wire' AND value <> '' AND attribute "
    "<> 'vlan' AND (attribute <> 'ip' OR EXISTS (SELECT 1 FROM row_device r JOIN document_row w ON "
    "w.id = r.document_row JOIN document o ON o.id = w.document WHERE r.device = v.device AND "
    "o.kind <> 'register'))",
    "SELECT o.device, 'asset', f.value, '' FROM endpoint_owner o CROSS JOIN fact f ON f.endpoint = "
    "o.endpoint WHERE o.device IN (SELECT value FROM json_each(?1)) AND f.claim = 'device.asset' "
    "AND f.equipment = '' AND NOT EXISTS (SELECT 1 FROM device_fact df WHERE df.fact = f.id)",
    "SELECT df.device, 'asset', f.value, '' FROM device_fact df CROSS JOIN fact f ON f.id = "
    "df.fact WHERE df.device IN (SELECT value FROM json_each(?1)) AND f.claim = 'device.asset' "
    "AND f.equipment = ''"};

std::string array_of(const std::vector<Id>& keys) {
  return json_array(keys, [](Id key) { return std::to_string(key); });
}

// Those at sites of which there are documents: nothing is said of the others.
std::string array_of_documented(SQLite::Database& sql, const std::vector<Id>& keys) {
  SQLite::Statement some(sql,
                         "SELECT json_group_array(key) FROM device WHERE key IN (SELECT value FROM "
                         "json_each(?)) AND site IN (SELECT site FROM document)");
  some.bind(1, array_of(keys));
  some.executeStep();
  return some.getColumn(0).getString();
}

}  // namespace

DocumentsKept::DocumentsKept(SQLite::Database& sql, const std::vector<Id>& devices) : sql_(sql) {
  const std::string array = array_of_documented(sql, devices);
  before_ = look(array);
  load_said(array);
}

DocumentsKept::Looks DocumentsKept::look(const std::string& devices) {
  Looks looks;
  for (const char* const query : kLooks) {
    SQLite::Statement rows(sql_, query);
    rows.bind(1, devices);
    while (rows.executeStep())
      looks[rows.getColumn(0).getInt64()].push_back(rows.getColumn(1).getString() + '\n' +
                                                    rows.getColumn(2).getString() + '\n' +
                                                    rows.getColumn(3).getString());
  }
  for (auto& [device, texts] : looks) std::ranges::sort(texts);
  return looks;
}

void DocumentsKept::load_said(const std::string& devices) {
  SQLite::Statement values(sql_,
                           "SELECT device, attribute, value, confidence, runner_up, "
                           "runner_up_confidence, source FROM device_value WHERE device IN (SELECT "
                           "value FROM json_each(?)) AND (source = 'document' OR attribute GLOB "
                           "'*.heard')");
  values.bind(1, devices);
  while (values.executeStep()) {
    const Id device = values.getColumn(0).getInt64();
    std::string attribute = values.getColumn(1).getString();
    if (values.getColumn(6).getString() != "document") {
      attribute.resize(attribute.rfind('.'));
      outweighed_.push_back({device, std::move(attribute)});
      continue;
    }
    values_.push_back({.device = device,
                       .attribute = std::move(attribute),
                       .value = values.getColumn(2).getString(),
                       .confidence = values.getColumn(3).getDouble(),
                       .runner_up = values.getColumn(4).getString(),
                       .runner_up_confidence = values.getColumn(5).getDouble()});
  }
  SQLite::Statement settings(
      sql_,
      "SELECT id, device, kind, value, current, level, first_seen, last_seen "
      "FROM setting WHERE device IN (SELECT value FROM json_each(?)) AND "
      "source = 'document'");
  settings.bind(1, devices);
  while (settings.executeStep())
    settings_.push_back({.id = settings.getColumn(0).getInt64(),
                         .device = settings.getColumn(1).getInt64(),
                         .kind = settings.getColumn(2).getInt64(),
                         .value = settings.getColumn(3).getString(),
                         .current = settings.getColumn(4).getInt64(),
                         .level = settings.getColumn(5).getString(),
                         .first = settings.getColumn(6).getInt64(),
                         .last = settings.getColumn(7).getInt64()});
}

bool DocumentsKept::restore(const std::vector<Id>& devices) {
  if (look(array_of_documented(sql_, devices)) != before_) return false;
  restore_values();
  restore_settings();
  find_evidence_of_conflicts(sql_, devices);
  return true;
}

void DocumentsKept::restore_values() {
  SQLite::Statement outweigh(sql_,
                             "UPDATE device_value SET attribute = attribute || '.heard' WHERE "
                             "device = ? AND attribute = ? AND value <> ''");
  for (const Outweighed& one : outweighed_) run(outweigh, one.device, one.attribute);
  SQLite::Statement add(sql_,
                        "INSERT OR IGNORE INTO device_value (device, attribute, value, confidence, "
                        "runner_up, runner_up_confidence, evidence, source) VALUES (?, ?, ?, ?, ?, "
                        "?, '[]', 'document')");
  for (const Value& one : values_)
    run(add, one.device, one.attribute, one.value, one.confidence, one.runner_up,
        one.runner_up_confidence);
}

// Their numbers may be others' now.
void DocumentsKept::restore_settings() {
  Id id = sql_.execAndGet("SELECT coalesce(max(id), 0) FROM setting").getInt64();
  for (const Setting& one : settings_) id = std::max(id, one.id);
  SQLite::Statement add(sql_,
                        "INSERT INTO setting (id, device, kind, instance, value, state, source, "
                        "current, level, first_seen, last_seen, evidence) "
                        "VALUES (?, ?, ?, '', ?, 'seen', 'document', ?, ?, ?, ?, '[]')");
  SQLite::Statement evidence(sql_, "UPDATE setting_document SET setting = ? WHERE setting = ?");
  for (const Setting& one : settings_) {
    run(add, ++id, one.device, one.kind, one.value, one.current, one.level, one.first, one.last);
    run(evidence, id, one.id);
  }
}

void find_evidence_of_conflicts(SQLite::Database& sql,
                                const std::optional<std::vector<Id>>& devices) {
  const std::string claim =
      "f.claim = CASE document_conflict.attribute WHEN 'name' THEN 'name.host' ELSE "
      "'device.care_area' END AND f.value = document_conflict.heard";
  SQLite::Statement find(
      sql,
      "UPDATE document_conflict SET heard_fact = (SELECT id FROM (SELECT f.id, f.first_seen FROM "
      "endpoint_owner o CROSS JOIN fact f ON f.endpoint = o.endpoint WHERE o.device = "
      "document_conflict.device AND " +
          claim +
          " AND NOT EXISTS (SELECT 1 FROM device_fact df WHERE df.fact = f.id) UNION ALL SELECT "
          "f.id, f.first_seen FROM device_fact df CROSS JOIN fact f ON f.id = df.fact WHERE "
          "df.device = document_conflict.device AND " +
          claim + ") ORDER BY first_seen, id LIMIT 1) WHERE attribute IN ('care_area', 'name')" +
          (devices ? " AND device IN (SELECT value FROM json_each(?))" : ""));
  if (devices) find.bind(1, array_of(*devices));
  find.exec();
}

}  // namespace asepsis
