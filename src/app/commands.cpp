#include "app/commands.hpp"

#include <iostream>

#include "app/database_access.hpp"
#include "app/terminal.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

using Names = std::set<std::string>;

// Columns of our views that hold JSON.
const Names kOfDevices{"mac", "ip", "name", "vlan", "confidence"};
const Names kOfServices{"clients"};
const Names kOfConversations{"community_ids"};

Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const Names& json_columns = {}) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto rows = run_query(*database, sql, {}, json_columns);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  return {};
}

// The device's own id, whatever id of it was given: in full, by an alias, or
// by enough of its beginning.
Result<std::string> resolve(Database& database, const std::string& id) {
  const auto rows = run_query(database,
                              "SELECT DISTINCT device FROM device_alias "
                              "WHERE alias = ?1 OR (length(?1) >= 4 AND "
                              "substr(alias, 1, length(?1)) = ?1) "
                              "ORDER BY alias = ?1 DESC, device",
                              id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty())
    return fail("there is no device " + escaped(id) + ": asepsis devices lists them");
  const auto exact = run_query(database, "SELECT device FROM device_alias WHERE alias = ?", id);
  if (exact && exact->cells.size() == 1) return *exact->cells[0][0];
  if (rows->cells.size() > 1)
    return fail(escaped(id) + " begins the ids of " + std::to_string(rows->cells.size()) +
                " devices: write more of it");
  return *rows->cells[0][0];
}

Result<void> section(Database& database, const AnswerOptions& options, const std::string& title,
                     const std::string& sql, const std::string& id) {
  const auto rows = run_query(database, sql, id);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty()) return {};
  if (options.form == Form::table) std::cout << '\n' << title << '\n';
  print(*rows, options.form);
  return {};
}

// Label and value, a line each: easier to read than one wide row.
void print_card(const Rows& rows) {
  Rows card{{{"device"}, {rows.cells[0][0].value_or("")}}, {}};
  for (std::size_t i = 1; i < rows.columns.size(); ++i) {
    if (!rows.cells[0][i]) continue;
    std::string value;
    if (rows.columns[i].kind == Column::Kind::json) {
      for (const std::string& item : json_items(*rows.cells[0][i]))
        value += (value.empty() ? "" : ", ") + item;
    } else {
      value = *rows.cells[0][i];
    }
    if (!value.empty()) card.cells.push_back({rows.columns[i].name, value});
  }
  write_table(std::cout, card, table_style());
}

}  // namespace

Result<void> show_devices(const AnswerOptions& options) {
  if (options.form != Form::table)
    return show(options,
                "SELECT id, site, class, manufacturer, model, firmware, serial, udi_di, hardware, "
                "os, mac, ip, name, care_area, vlan, first_seen, last_seen, confidence "
                "FROM devices ORDER BY id",
                kOfDevices);
  return show(options,
              "SELECT id, coalesce(class, 'unknown') AS class, manufacturer, model, firmware, "
              "serial, ip, name, care_area AS area FROM devices "
              "ORDER BY class IS NULL, class = 'external', class, manufacturer, model, ip",
              kOfDevices);
}

Result<void> show_device(const AnswerOptions& options, const std::string& id) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto device = resolve(*database, id);
  if (!device) return std::unexpected(device.error());
  const auto rows = run_query(*database, "SELECT * FROM devices WHERE id = ?", *device, kOfDevices);
  if (!rows) return std::unexpected(rows.error());
  if (options.form != Form::table) {
    print(*rows, options.form);
    return {};
  }
  print_card(*rows);
  if (const auto done =
          section(*database, options, "Unsure",
                  "SELECT attribute, nullif(value, '') AS value, "
                  "round(confidence, 2) AS confidence_in_it, nullif(runner_up, '') AS "
                  "runner_up, round(runner_up_confidence, 2) AS its_confidence "
                  "FROM device_value WHERE device = ? AND runner_up <> ''",
                  *device);
      !done)
    return done;
  if (const auto done = section(*database, options, "Services it gives",
                                "SELECT transport, port, application, security, state, flows, "
                                "json_array_length(clients) AS clients_seen, last_seen "
                                "FROM services WHERE device = ? ORDER BY transport, port",
                                *device);
      !done)
    return done;
  if (const auto done = section(
          *database, options, "Whom it talks to",
          "SELECT coalesce(server, server_ip) AS server, transport, port, application, security, "
          "state, bytes, flows, last_seen FROM conversations WHERE client = ? "
          "ORDER BY bytes DESC LIMIT 40",
          *device);
      !done)
    return done;
  if (options.form == Form::table) std::cout << "\nWhy we say so: asepsis why " << *device << '\n';
  return {};
}

Result<void> show_why(const AnswerOptions& options, const std::string& id,
                      const std::string& attribute) {
  auto database = open_for_answers(options.database);
  if (!database) return std::unexpected(database.error());
  const auto device = resolve(*database, id);
  if (!device) return std::unexpected(device.error());
  if (attribute.empty() && options.form == Form::table) {
    const auto reason =
        run_query(*database, "SELECT reason FROM device WHERE id = ? AND reason <> ''", *device);
    if (reason && !reason->cells.empty())
      std::cout << "One device, because: " << escaped(*reason->cells[0][0]) << '\n';
    if (const auto done = section(*database, options, "Addresses",
                                  "SELECT e.mac, e.ip, nullif(e.vlan, 0) AS vlan, de.why "
                                  "FROM device_endpoint de JOIN endpoint e ON e.id = de.endpoint "
                                  "WHERE de.device = ? ORDER BY 1, 2, 3",
                                  *device);
        !done)
      return done;
  }
  // The attribute is a word of ours; quoting it keeps anything else harmless.
  std::string quoted;
  for (const char c : attribute) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  const std::string only = attribute.empty() ? "" : " AND attribute = '" + quoted + "'";
  const std::string sql =
      "SELECT attribute, round(weight, 2) AS weight, rule, claim, value, protocol, source, packet, "
      "count, first_seen FROM evidence WHERE device = ?" +
      only + " ORDER BY attribute, weight DESC, claim, value, source, packet";
  const auto rows = run_query(*database, sql, *device);
  if (!rows) return std::unexpected(rows.error());
  if (!rows->cells.empty()) {
    if (options.form == Form::table && attribute.empty()) std::cout << "\nEvidence\n";
    print(*rows, options.form);
    return {};
  }
  const std::string any =
      "SELECT claim, value, protocol, source, packet, count, first_seen "
      "FROM facts WHERE device = ?1" +
      (attribute.empty() ? std::string() : " AND claim = '" + quoted + "'") +
      " ORDER BY claim, value, source, packet";
  const auto facts = run_query(*database, any, *device);
  if (!facts) return std::unexpected(facts.error());
  if (facts->cells.empty() && !attribute.empty())
    return fail("nothing that was heard says the " + escaped(attribute) + " of " + *device +
                ": asepsis why " + *device + " lists what is known");
  print(*facts, options.form);
  return {};
}

Result<void> show_services(const AnswerOptions& options) {
  return show(
      options,
      "SELECT device, transport, port, application, security, "
      "(SELECT min(f.value) FROM facts f WHERE f.device = services.device AND "
      "f.port = services.port AND f.claim IN ('tls.version', 'snmp.version', 'smb.dialect', "
      "'hl7.version', 'ssh.banner', 'http.server', 'vnc.version', 'mqtt.version')) AS version, "
      "state, clients, first_seen, last_seen "
      "FROM services ORDER BY device, transport, port, application",
      kOfServices);
}

Result<void> show_conversations(const AnswerOptions& options) {
  if (options.form == Form::table)
    return show(
        options,
        "SELECT coalesce(client, client_ip) AS client, coalesce(server, server_ip) AS server, "
        "transport, port, application, security, state, bytes, packets, last_seen "
        "FROM conversations ORDER BY bytes DESC, 1, 2, 3, 4");
  return show(
      options,
      "SELECT client, server, client_ip, server_ip, transport, port, application, security, "
      "state, bytes, packets, flows, first_seen, last_seen, "
      "json_extract(ids, '$[0]') AS community_id, ids AS community_ids "
      "FROM (SELECT *, community_ids(ip_protocol, client_ip, client_ports, server_ip, port) "
      "AS ids FROM conversations) "
      "ORDER BY client, server, client_ip, server_ip, transport, port, application, state, "
      "security",
      kOfConversations);
}

Result<void> show_query(const AnswerOptions& options, const std::string& sql) {
  return show(options, sql);
}

void show_schema() { std::cout << schema_sql(); }

}  // namespace asepsis
