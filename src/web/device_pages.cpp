// One device: what it is, how it is configured, whom it talks to, what changed.

#include <algorithm>

#include "web/device_rows.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/lists.hpp"
#include "web/models.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

const std::vector<Column> kText{{.name = "value"}, {.name = "vlan"}, {.name = "mac"},
                                {.name = "ip"},    {.name = "port"}, {.name = "was"},
                                {.name = "is"}};

std::string list_of(const Asked& asked, const std::string& sql, const std::string& device,
                    std::optional<Error>& error, const std::vector<Column>& known) {
  const auto rows = ask_rows(asked, sql, device, known);
  if (!rows) error = rows.error();
  return rows ? json_rows(*rows) : "[]";
}

const std::string kTimes =
    "strftime('%Y-%m-%dT%H:%M:%S', first_ns / 1000000000, 'unixepoch') || "
    "printf('.%06dZ', first_ns / 1000 % 1000000) AS first_seen, "
    "strftime('%Y-%m-%dT%H:%M:%S', last_ns / 1000000000, 'unixepoch') || "
    "printf('.%06dZ', last_ns / 1000 % 1000000) AS last_seen";

// What stands between "CREATE VIEW name AS" and its end.
std::string body_of_view(std::string_view name) {
  const std::string_view schema = schema_sql();
  const std::string head = "CREATE VIEW " + std::string(name) + " AS\n";
  const std::size_t begin = schema.find(head) + head.size();
  return std::string(schema.substr(begin, schema.find(';', begin) - begin));
}

// The views of conversations and services over one device's talks and facts
// alone: asked as they are, they add up those of all devices first.
std::string of_device_alone(const Asked& asked, const std::string& device) {
  const Estate& estate = asked.data.estate();
  const std::uint32_t place = estate.place_of(device);
  std::string facts;
  for (std::uint32_t i = estate.fact_begins[place]; i < estate.fact_begins[place + 1]; ++i)
    facts += (facts.empty() ? "" : ",") + std::to_string(estate.facts[i]);
  const std::string key = "(SELECT key FROM device WHERE id = " + quoted(device) + ")";
  return "WITH talks AS MATERIALIZED (SELECT * FROM main.talks WHERE id IN (SELECT talk FROM "
         "conversation WHERE client = " +
         key + " UNION SELECT talk FROM conversation WHERE server = " + key +
         ")), facts AS MATERIALIZED (SELECT * FROM main.facts WHERE id IN (" + facts +
         ")), conversations AS (" + body_of_view("conversations") + "), services AS (" +
         body_of_view("services") + ") ";
}

std::string model_of(const Asked& asked, const std::string& device) {
  const auto list = asked.service.models->list();
  const Estate& estate = asked.data.estate();
  const EstateDevice& one = estate.devices[estate.place_of(device)];
  const std::string id = model_id({.manufacturer = estate.manufacturers.text(one.manufacturer),
                                   .model = estate.models.text(one.model),
                                   .part = {},
                                   .devices = {},
                                   .settings = {},
                                   .known = {},
                                   .levels = {}});
  return list->named(id) == nullptr ? std::string() : id;
}

std::string counts_of(const Asked& asked, const std::string& device, std::optional<Error>& error) {
  const auto rows = ask_rows(
      asked,
      "SELECT (SELECT count(*) FROM setting WHERE device = d.key AND current = 1 AND state <> "
      "'unknown') AS settings, (SELECT count(*) FROM (SELECT DISTINCT t.protocol, t.port FROM "
      "conversation c JOIN talk t ON t.id = c.talk WHERE c.server = d.key AND c.copy = 0 AND "
      "c.state = 'seen')) AS services, (SELECT count(*) FROM conversation WHERE client = d.key "
      "AND copy = 0) + (SELECT count(*) FROM conversation WHERE server = d.key AND copy = 0) AS "
      "conversations FROM device d WHERE d.id = ?",
      device, {});
  if (!rows) {
    error = rows.error();
    return "{}";
  }
  const Estate& estate = asked.data.estate();
  return '{' + json_members(*rows, 0) +
         ",\"findings\":" + std::to_string(estate.devices[estate.place_of(device)].findings) + '}';
}

// `findings`: ids of its findings, quoted.
std::string history_sql(const std::string& findings) {
  const auto time_of = [](const std::string& time) {
    return "strftime('%Y-%m-%dT%H:%M:%S', " + time +
           " / 1000000000, 'unixepoch') || printf('.%06dZ', " + time + " / 1000 % 1000000)";
  };
  const std::string setting =
      "SELECT " + time_of("s.first_seen") +
      " AS time, 'setting' AS kind, k.name AS setting, nullif(s.instance, '') AS instance, "
      "coalesce(nullif(s.value, ''), s.state) AS \"is\", nullif(s.level, '') AS level, NULL AS "
      "finding, NULL AS state, NULL AS who, NULL AS why, s.source, k.title || ': ' || "
      "coalesce(nullif(s.value, ''), s.state) || iif(s.current, '', ', until ' || "
      "substr(" +
      time_of("s.last_seen") +
      ", 1, 10)) AS text FROM setting s JOIN setting_kind k ON k.id = s.kind JOIN device d "
      "ON d.key = s.device WHERE d.id = ?1 AND s.state <> 'unknown' AND NOT k.differs_by_nature";
  const std::string finding =
      "SELECT " + time_of("h.time") +
      ", 'finding', NULL, nullif(f.instance, ''), NULL, NULL, f.id, h.state, nullif(h.who, ''), "
      "nullif(h.why, ''), NULL, c.title || ': ' || h.state FROM finding_change h JOIN finding f ON "
      "f.id = h.finding JOIN applied_check c ON c.id = f.check_id WHERE f.id IN (" +
      findings + ")";
  const std::string device = "SELECT " + time_of("first_seen") +
                             ", 'device', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
                             "'First heard' FROM device WHERE id = ?1";
  return "SELECT * FROM (" + setting + " UNION ALL " + finding + " UNION ALL " + device +
         ") ORDER BY time DESC, kind, text LIMIT 500";
}

// Of which classes the two sides are: the first two columns name them.
void add_classes(const Estate& estate, Rows& rows) {
  rows.columns.push_back({.name = "client_class"});
  rows.columns.push_back({.name = "server_class"});
  for (auto& cells : rows.cells)
    for (const std::size_t side : {0U, 1U}) {
      const std::uint32_t place = estate.place_of(cells[side].value_or(""));
      const std::string& kind = place == kNobody ? estate.classes.text(0)
                                                 : estate.classes.text(estate.devices[place].kind);
      cells.push_back(kind.empty() ? std::nullopt : std::optional(kind));
    }
}

}  // namespace

Response get_device(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  const std::array<std::uint32_t, 1> place{asked.data.estate().place_of(*id)};
  const auto rows = device_rows(asked, place);
  if (!rows) return failed(rows.error());
  if (rows->cells.empty()) return not_found("There is no such device");
  std::optional<Error> error;
  const auto list = [&](const std::string& sql) { return list_of(asked, sql, *id, error, kText); };
  JsonObject more;
  const auto reason = ask_rows(asked, "SELECT reason FROM device WHERE id = ?", *id, kText);
  if (reason && !reason->cells.empty()) more.text("reason", reason->cells[0][0].value_or(""));
  const auto aliases = ask_rows(
      asked, "SELECT alias FROM aliases WHERE device = ?1 AND alias <> ?1 ORDER BY 1", *id, kText);
  std::vector<std::string> names;
  if (aliases)
    for (const auto& cells : aliases->cells) names.push_back(cells[0].value_or(""));
  more.raw("aliases", json_array(names));
  more.raw("attributes",
           list("SELECT attribute, nullif(value, '') AS value, round(confidence, 2) AS confidence, "
                "nullif(runner_up, '') AS runner_up, nullif(round(runner_up_confidence, 2), 0) AS "
                "runner_up_confidence, source FROM attributes WHERE device = ? AND attribute NOT "
                "IN ('maker') ORDER BY attribute, value"));
  more.raw("addresses", list("SELECT mac, ip, vlan, why, " + kTimes +
                             " FROM addresses WHERE device = ? ORDER BY mac, ip, vlan"));
  more.raw(
      "coverage_of",
      list("SELECT k.name AS setting, k.title, CASE WHEN sum(s.state = 'seen') > 0 THEN 'seen' "
           "WHEN sum(s.state = 'refused') > 0 THEN 'refused' ELSE 'unknown' END AS state FROM "
           "setting_kind k CROSS JOIN device d ON d.id = ? LEFT JOIN setting s ON s.device = "
           "d.key AND +s.kind = k.id AND s.current = 1 WHERE s.id IS NOT NULL OR k.shown_by = "
           "'[]' GROUP BY k.id ORDER BY k.id"));
  more.raw("counts", counts_of(asked, *id, error)).text("model_id", model_of(asked, *id));
  if (error) return failed(*error);
  return json_reply('{' + json_members(*rows, 0) + ',' +
                    more.raw("data", data_age(asked)).json().substr(1));
}

Response list_device_settings(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  auto rows = ask_rows(asked,
                       "SELECT s.*, k.title, k.meaning, nullif(k.unit, '') AS unit, iif("
                       "k.differs_by_nature, 'true', 'false') AS differs_by_nature FROM (" +
                           kSettingQuestion +
                           " WHERE device = ?) s JOIN setting_kind k ON k.name = s.setting "
                           "ORDER BY k.id, s.instance, s.value, s.state",
                       *id, kText);
  if (rows)
    for (Column& column : rows->columns)
      if (column.name == "differs_by_nature") column.kind = Column::Kind::json;
  return list_reply(asked, rows);
}

Response list_device_conversations(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  const std::int64_t from = number_of_cursor(asked.values.text("cursor"));
  if (asked.values.has("cursor") && from == 0) return no_cursor();
  const std::int64_t limit = asked.values.number("limit");
  const std::string columns =
      "client, server, client_ip, server_ip, transport, ip_protocol, nullif(port, 0) AS port, "
      "application, security, state, bytes, packets, flows, first_seen, last_seen, client_ports";
  auto rows = ask_rows(
      asked,
      of_device_alone(asked, *id) +
          "SELECT client, server, client_ip, server_ip, transport, port, application, security, "
          "state, "
          "bytes, packets, flows, first_seen, last_seen, ids ->> 0 AS community_id, ids AS "
          "community_ids FROM (SELECT *, community_ids(ip_protocol, client_ip, client_ports, "
          "server_ip, coalesce(port, 0)) AS ids FROM (" +
          "SELECT " + columns + " FROM conversations" +
          ") ORDER BY bytes DESC, client, server, port, client_ip, "
          "server_ip, application, state, security LIMIT " +
          std::to_string(limit + 1) + " OFFSET " + std::to_string(from) + ")",
      *id);
  if (!rows) return failed(rows.error());
  if (from > 0 && rows->cells.empty()) return no_cursor();
  add_classes(asked.data.estate(), *rows);
  const bool more = rows->cells.size() > static_cast<std::size_t>(limit);
  if (more) rows->cells.pop_back();
  JsonObject reply;
  reply.raw("items", json_rows(*rows));
  if (more) reply.text("next_cursor", std::to_string(from + limit));
  return json_reply(reply.raw("data", data_age(asked)));
}

Response list_device_services(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  return list_reply(asked, ask_rows(asked,
                                    of_device_alone(asked, *id) + kServiceQuestion +
                                        " WHERE device = ? ORDER BY transport, port, application",
                                    *id));
}

Response list_device_findings(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  const Estate& estate = asked.data.estate();
  return list_reply(asked, finding_rows(asked, estate.findings_about(estate.place_of(*id))));
}

Response list_device_history(const Asked& asked) {
  const auto id = device_named(asked, asked.values.text("id"));
  if (!id) return id.error();
  const Estate& estate = asked.data.estate();
  std::vector<std::string> findings;
  for (const std::uint32_t place : estate.findings_about(estate.place_of(*id)))
    findings.push_back(id_of_finding(estate.findings[place].id));
  return list_reply(asked, ask_rows(asked, history_sql(quoted_list(findings)), *id, kText));
}

}  // namespace asepsis
