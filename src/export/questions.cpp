#include "export/questions.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;
constexpr std::size_t kWhole = SIZE_MAX;

}  // namespace

const std::vector<Column> kKnown{
    {.name = "id", .least = kWhole},
    {.name = "device", .least = kWhole},
    {.name = "class", .least = 19},
    {.name = "attribute", .least = kWhole},
    {.name = "setting", .least = kWhole},
    {.name = "instance", .least = kWhole},
    {.name = "level", .spare = 1, .least = kWhole},
    {.name = "mac", .kind = Kind::json},
    {.name = "ip", .kind = Kind::json, .least = kWhole},
    {.name = "name", .kind = Kind::json, .spare = 1},
    {.name = "firmware", .spare = 2},
    {.name = "area", .spare = 3},
    {.name = "vlan", .kind = Kind::json},
    {.name = "confidence", .kind = Kind::json},
    {.name = "clients", .kind = Kind::json},
    {.name = "servers", .kind = Kind::json},
    {.name = "ports", .kind = Kind::json},
    {.name = "community_ids", .kind = Kind::json},
    {.name = "client", .least = 18},
    {.name = "server", .least = 18},
    {.name = "from", .least = 18},
    {.name = "to", .least = 18},
    {.name = "every", .least = kWhole},
    {.name = "shape", .least = 24},
    {.name = "mark", .spare = 1},
    {.name = "transport", .least = kWhole},
    {.name = "application", .least = kWhole},
    {.name = "security", .least = kWhole},
    {.name = "state", .least = kWhole},
    {.name = "packets", .spare = 2},
    {.name = "version", .spare = 2},
    {.name = "claim", .least = 18},
    {.name = "source", .least = 19},
    {.name = "count", .spare = 3},
    {.name = "first_seen", .kind = Kind::time, .spare = 4, .least = kWhole},
    {.name = "last_seen", .kind = Kind::time, .spare = 4, .least = kWhole},
};

const std::vector<Column> kFindingColumns{
    {.name = "id", .least = kWhole},
    {.name = "finding", .least = kWhole},
    {.name = "device", .least = kWhole},
    {.name = "check", .least = 20},
    {.name = "class", .spare = 1, .least = 15},
    {.name = "owner", .spare = 2, .least = 16},
    {.name = "instance", .least = 8},
    {.name = "detail", .least = 24},
    {.name = "title", .least = 24},
    {.name = "cwe", .kind = Kind::json},
    {.name = "clauses", .kind = Kind::json},
    {.name = "advice", .kind = Kind::json},
    {.name = "evidence", .kind = Kind::json},
    {.name = "eliminated_by", .kind = Kind::json},
    {.name = "classes", .kind = Kind::json},
    {.name = "first_seen", .kind = Kind::time},
    {.name = "last_seen", .kind = Kind::time},
    {.name = "time", .kind = Kind::time},
};

const std::string kFileName = "replace(source, rtrim(source, replace(source, '/', '')), '')";

Result<std::string> resolve(Database& database, const std::string& id) {
  const auto rows = run_query(database,
                              "SELECT DISTINCT device FROM aliases "
                              "WHERE alias = ?1 OR (length(?1) >= 4 AND "
                              "substr(alias, 1, length(?1)) = ?1) "
                              "ORDER BY alias = ?1 DESC, device",
                              id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty())
    return fail("there is no device " + escaped(id) + ": asepsis devices lists them");
  const auto exact = run_query(database, "SELECT device FROM aliases WHERE alias = ?", id);
  if (exact && exact->cells.size() == 1) return exact->cells[0][0].value_or("");
  if (rows->cells.size() > 1)
    return fail(escaped(id) + " begins the ids of " + std::to_string(rows->cells.size()) +
                " devices: write more of it");
  return rows->cells[0][0].value_or("");
}

Result<std::string> resolve_finding(Database& database, const std::string& id) {
  const auto exact = run_query(database, "SELECT id FROM finding WHERE id = ?", id);
  if (exact && !exact->cells.empty()) return id;
  const auto rows = run_query(database,
                              "SELECT id FROM finding WHERE id = ?1 OR (length(?1) >= 4 AND "
                              "substr(id, 1, length(?1)) = ?1) ORDER BY id = ?1 DESC, id",
                              id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty())
    return fail("there is no finding " + escaped(id) + ": asepsis findings lists them");
  if (rows->cells.size() > 1 && rows->cells[0][0] != id)
    return fail(escaped(id) + " begins the ids of " + std::to_string(rows->cells.size()) +
                " findings: write more of it");
  return rows->cells[0][0].value_or("");
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

const std::string kDeviceQuestion =
    "SELECT id, site, class, manufacturer, model, firmware, serial, udi_di, hardware, "
    "os, mac, ip, name, care_area, location, asset_number, owner_department, "
    "life_supporting, end_of_support, vlan, first_seen, last_seen, confidence FROM devices";

const std::string kServiceVersion =
    "(SELECT min(f.value) FROM facts f WHERE f.device = services.device AND "
    "f.port = services.port AND f.claim IN ('tls.version', 'snmp.version', 'smb.dialect', "
    "'hl7.version', 'ssh.banner', 'http.server', 'vnc.version', 'mqtt.version')) AS version, ";

const std::string kServiceQuestion = "SELECT device, transport, port, application, security, " +
                                     kServiceVersion +
                                     "state, clients, first_seen, last_seen FROM services";

const std::string kSettingQuestion =
    "SELECT device, setting, instance, value, state, source, level, first_seen, last_seen "
    "FROM settings";

const std::string kFindingQuestion =
    "SELECT f.id, f.\"check\", f.device, d.class, d.manufacturer, d.model, f.instance, f.rating, "
    "f.severity, f.likelihood, f.reasoning, f.state, f.accepted_until, f.cwe, f.clauses, "
    "f.owner_role, f.title, f.detail, f.harm, f.first_seen, f.last_seen, f.evidence "
    "FROM findings f LEFT JOIN devices d ON d.id = f.device ";

// Findings that adopting a pack would end: of the devices it is a baseline for.
const std::string kOpenByPack =
    "WITH open AS (SELECT f.id, f.\"check\", f.device, f.rating, d.class, c.value AS cwe "
    "FROM findings f LEFT JOIN devices d ON d.id = f.device, json_each(f.cwe) c "
    "WHERE f.state = 'open'), ended AS (SELECT p.id AS pack, p.title, p.version, open.* "
    "FROM applied_pack p, json_each(p.checks) k JOIN open ON open.\"check\" = k.value "
    "WHERE p.classes = '[]' OR open.class IN (SELECT value FROM json_each(p.classes))) ";

const std::string kClassQuestion =
    kOpenByPack +
    "SELECT cwe AS weakness, cwe_title(cwe) AS title, count(DISTINCT device) AS devices, "
    "count(DISTINCT id) AS findings, max(rating) AS worst, (SELECT json_group_array(json_object("
    "'pack', pack, 'devices', devices, 'findings', findings)) FROM (SELECT pack, "
    "count(DISTINCT device) AS devices, count(DISTINCT id) AS findings FROM ended "
    "WHERE ended.cwe = open.cwe GROUP BY pack ORDER BY findings DESC, pack)) AS eliminated_by "
    "FROM open GROUP BY cwe ORDER BY devices DESC, worst DESC, cwe";

std::string conversation_question(const std::string& where) {
  return "SELECT client, server, client_ip, server_ip, transport, port, application, security, "
         "state, bytes, packets, flows, first_seen, last_seen, "
         "json_extract(ids, '$[0]') AS community_id, ids AS community_ids "
         "FROM (SELECT *, community_ids(ip_protocol, client_ip, client_ports, server_ip, port) "
         "AS ids FROM conversations" +
         where + ")";
}

std::string only(const std::string& column, const std::string& value) {
  return value.empty() ? std::string() : " AND " + column + " = " + quoted(value);
}

std::string evidence_question(const std::string& attribute) {
  return "SELECT attribute, round(weight, 2) AS weight, rule, claim, value, protocol, source, "
         "packet, \"row\", count, first_seen FROM evidence WHERE device = ?" +
         only("attribute", attribute) +
         " ORDER BY attribute, weight DESC, claim, value, source, packet, \"row\"";
}

std::string setting_evidence_question(const std::string& setting) {
  return "SELECT instance, coalesce(value, state) AS value, state, claim, text, protocol, source, "
         "packet, \"row\", count, first_seen, last_seen FROM setting_evidence_rows WHERE "
         "device = ? AND setting = " +
         quoted(setting) + " ORDER BY instance, value, state, first_seen, packet, text";
}

std::string fact_question(const std::string& claim) {
  // What is taken from a claim as it was said.
  const std::string told = claim == "care_area" ? "device.care_area"
                           : claim == "name"    ? "name.host"
                                                : claim;
  return "SELECT claim, value, protocol, source, packet, count, first_seen FROM facts "
         "WHERE device = ?" +
         only("claim", told) + " ORDER BY claim, value, facts.source, packet";
}

std::string conflict_question(const std::string& attribute) {
  return "SELECT attribute, heard, said, " + kFileName +
         " AS source, \"row\" AS line FROM (SELECT *, file AS source FROM document_conflicts) "
         "WHERE device = ?" +
         only("attribute", attribute) + " ORDER BY attribute, said, source, line";
}

}  // namespace asepsis
