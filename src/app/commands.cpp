#include "app/commands.hpp"
#include "app/answers.hpp"

#include <iostream>
#include <vector>

#include "app/settings_command.hpp"
#include "app/terminal.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

// In the table of services clients are a number.
std::vector<Column> of_service_table() {
  std::vector<Column> columns = kKnown;
  std::erase_if(columns, [](const Column& column) { return column.name == "clients"; });
  return columns;
}

// "d-3f21ab90cc infusion-pump", or the address of what is no device.
std::string peer(const std::string& side) {
  return "coalesce(" + side +
         " || ' ' || coalesce((SELECT value FROM attributes a WHERE a.device = " + side +
         " AND attribute = 'class' AND value <> ''), 'unknown'), " + side +
         "_ip, '(a group)') AS " + side;
}

// A titled table of a longer answer; nothing where there are no rows.
Result<void> section(Database& database, const std::string& title, const std::string& sql,
                     const std::string& id) {
  const auto rows = run_query(database, sql, id, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty()) return {};
  std::cout << '\n' << title << '\n';
  print(*rows, Form::table);
  return {};
}

// Label and value, a line each: easier to read than one wide row.
void print_card(const Rows& rows) {
  Rows card{{{"device"}, {rows.cells[0][0].value_or("")}}, {}};
  for (std::size_t i = 1; i < rows.columns.size(); ++i) {
    if (!rows.cells[0][i]) continue;
    std::string value;
    if (rows.columns[i].kind == Column::Kind::json) {
      for (const std::string& item : json_items(rows.cells[0][i].value_or("")))
        value += (value.empty() ? "" : ", ") + item;
    } else {
      value = *rows.cells[0][i];
    }
    if (!value.empty()) card.cells.push_back({rows.columns[i].name, value});
  }
  write_table(std::cout, card, table_style());
}

// Values whose runner-up is worth a thought.
const std::string kUnsure =
    "SELECT attribute, nullif(value, '') AS value, round(confidence, 2) AS sure, "
    "runner_up, round(runner_up_confidence, 2) AS sure_of_it FROM attributes "
    "WHERE device = ? AND runner_up <> '' AND (runner_up_confidence >= 0.05 OR value = '')";

// Of a document its line stands where a packet's number does.
const std::string kPlace = "coalesce(min(packet), 'line ' || min(\"row\"))";

std::string evidence_for_people(const std::string& attribute) {
  return "SELECT " + std::string(attribute.empty() ? "attribute, " : "") +
         "round(weight, 2) AS weight, rule, "
         "CASE WHEN rule = 'oui' THEN 'MAC address' ELSE claim END AS claim, value, protocol, " +
         kFileName + " AS source, " + kPlace + " AS packet, sum(count) AS count, " +
         "min(first_seen) AS first_seen FROM evidence WHERE device = ?" +
         only("attribute", attribute) +
         " GROUP BY attribute, weight, rule, claim, value, protocol, source "
         "ORDER BY attribute, weight DESC, claim, value, source, packet";
}

// As for programs, but files by their name alone.
std::string facts_for_people(const std::string& claim) {
  return "SELECT claim, value, protocol, " + kFileName +
         " AS source, packet, count, first_seen FROM (" + fact_question(claim) + ")";
}

// The one device, with its class, or how many.
std::string one_or_many(const std::string& whom) {
  return "CASE json_array_length(" + whom + ") WHEN 1 THEN (" + whom +
         " ->> 0) || coalesce(' ' || (SELECT value FROM attributes a WHERE a.device = " + whom +
         " ->> 0 AND attribute = 'class' AND value <> ''), '') ELSE json_array_length(" + whom +
         ") || ' devices' END";
}

// What the evidence comes to, before it is listed.
Result<void> conclusions(Database& database, const std::string& device,
                         const std::string& attribute) {
  const auto values =
      run_query(database,
                "SELECT attribute, coalesce(nullif(value, ''), 'unknown') AS value, "
                "round(confidence, 2) AS sure, "
                "CASE WHEN runner_up_confidence >= 0.05 THEN runner_up END AS runner_up, "
                "CASE WHEN runner_up_confidence >= 0.05 THEN round(runner_up_confidence, 2) END "
                "AS sure_of_it "
                "FROM attributes WHERE device = ?1 AND attribute IN "
                "(SELECT attribute FROM evidence WHERE device = ?1)" +
                    only("attribute", attribute),
                device, kKnown);
  if (!values) return std::unexpected(values.error());
  if (!values->cells.empty()) print(*values, Form::table);
  if (!attribute.empty()) return {};
  const auto reason =
      run_query(database, "SELECT reason FROM device WHERE id = ? AND reason <> ''", device);
  if (reason && !reason->cells.empty())
    std::cout << "\nOne device, because: " << escaped(reason->cells[0][0].value_or("")) << '\n';
  return section(database, "Addresses",
                 "SELECT mac AS MAC, ip AS IP, vlan AS VLAN, why FROM addresses WHERE device = ? "
                 "ORDER BY 1, 2, 3",
                 device);
}

}  // namespace

Result<void> show_devices(const AnswerOptions& options) {
  if (options.form != Form::table) return show(options, kDeviceQuestion + " ORDER BY id");
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto sites = run_query(*database, "SELECT DISTINCT site FROM device");
  if (!sites) return std::unexpected(sites.error());
  const std::string site = sites->cells.size() > 1 ? "site, " : "";
  const auto rows = run_query(
      *database,
      "SELECT id, " + site +
          "coalesce(class, 'unknown') AS class, manufacturer, model, firmware, serial, ip, name, "
          "care_area AS area FROM devices "
          "ORDER BY " +
          site + "class IS NULL, class = 'external', class, manufacturer, model, ip",
      {}, kKnown);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  return {};
}

Result<void> show_device(const AnswerOptions& options, const std::string& id) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto device = resolve(*database, id);
  if (!device) return std::unexpected(device.error());
  const auto rows = run_query(*database, "SELECT * FROM devices WHERE id = ?", *device, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (options.form != Form::table) {
    print(*rows, options.form);
    return {};
  }
  print_card(*rows);
  for (const auto& [title, sql] : std::vector<std::pair<std::string, std::string>>{
           {"Unsure", kUnsure},
           {"Services it gives",
            "SELECT transport, port, application, security, flows, json_array_length(clients) "
            "AS clients_seen, last_seen FROM services WHERE device = ? AND state = 'seen' "
            "ORDER BY transport, port"},
           {"Whom it talks to",
            "SELECT " + peer("server") +
                ", transport, nullif(port, 0) AS port, application, security, state, bytes, "
                "flows, last_seen FROM conversations WHERE client = ? "
                "AND transport <> 'ethernet' ORDER BY bytes DESC LIMIT 40"}})
    if (const auto done = section(*database, title, sql, *device); !done) return done;
  std::cout << "\nWhy we say so: asepsis why " << *device << '\n';
  return {};
}

Result<void> show_why(const AnswerOptions& options, const std::string& id,
                      const std::string& attribute) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto device = resolve(*database, id);
  if (!device) return std::unexpected(device.error());
  const bool people = options.form == Form::table;
  if (people)
    if (const auto done = conclusions(*database, *device, attribute); !done) return done;
  const auto conflicts =
      people ? section(*database, "Documents say otherwise", conflict_question(attribute), *device)
             : Result<void>();
  if (!conflicts) return conflicts;
  const auto rows =
      run_query(*database, people ? evidence_for_people(attribute) : evidence_question(attribute),
                *device, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (!rows->cells.empty()) {
    if (people) std::cout << "\nEvidence\n";
    print(*rows, options.form);
    return {};
  }
  if (!attribute.empty()) {
    const auto told = show_setting_evidence(*database, options.form, *device, attribute);
    if (!told) return std::unexpected(told.error());
    if (*told) return {};
  }
  const auto facts = run_query(
      *database, people ? facts_for_people(attribute) : fact_question(attribute), *device, kKnown);
  if (!facts) return std::unexpected(facts.error());
  if (facts->cells.empty() && !attribute.empty())
    return fail("nothing that was heard says the " + escaped(attribute) + " of " + *device +
                ": asepsis why " + *device + " lists what is known");
  print(*facts, options.form);
  return {};
}

Result<void> show_services(const AnswerOptions& options) {
  const std::string order = " ORDER BY device, transport, port, application";
  if (options.form != Form::table) return show(options, kServiceQuestion + order);
  if (const auto done =
          show(options,
               "SELECT device, (SELECT value FROM attributes v WHERE v.device = services.device "
               "AND v.attribute = 'class' AND v.value <> '') AS class, transport, port, "
               "application, CASE WHEN application IS NOT NULL THEN security END AS security, " +
                   kServiceVersion +
                   "json_array_length(clients) AS clients, last_seen FROM services "
                   "WHERE state = 'seen'" +
                   order,
               of_service_table());
      !done)
    return done;
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto refused =
      run_query(*database, "SELECT count(*) FROM services WHERE state = 'refused'");
  if (!refused) return std::unexpected(refused.error());
  if (const std::string count = refused->cells[0][0].value_or("0"); count != "0")
    std::cout << '\n'
              << count << " more were asked for and refused: --json and --csv list them too\n";
  return {};
}

Result<void> show_conversations(const AnswerOptions& options) {
  if (options.form == Form::table)
    return show(
        options,
        "SELECT " + peer("client") + ", " + peer("server") +
            ", transport, CASE WHEN transport <> 'ethernet' THEN nullif(port, 0) END AS port, "
            "application, security, state, bytes, packets, last_seen "
            "FROM conversations ORDER BY bytes DESC, 1, 2, 3, 4");
  return show(options,
              conversation_question({}) +
                  " ORDER BY client, server, client_ip, server_ip, transport, port, application, "
                  "state, security");
}

Result<void> show_unknown(const AnswerOptions& options) {
  if (options.form != Form::table)
    return show(options, "SELECT * FROM unknown_protocols ORDER BY site, transport, port, shape");
  return show(options,
              "SELECT transport, coalesce(port, json_array_length(ports) || ' ports') AS port, " +
                  one_or_many("clients") + " AS \"from\", " + one_or_many("servers") +
                  " AS \"to\", flows, bytes, CASE WHEN interval IS NULL THEN NULL "
                  "WHEN interval < 1 THEN 'under 1 s' "
                  "ELSE iif(regular, '', 'about ') || CASE WHEN interval < 120 "
                  "THEN round(interval, 1) || ' s' WHEN interval < 7200 "
                  "THEN round(interval / 60, 1) || ' min' "
                  "ELSE round(interval / 3600, 1) || ' h' END END AS every, mark, "
                  "shape FROM unknown_protocols "
                  "ORDER BY json_array_length(clients) DESC, flows DESC, 1, 2, shape");
}

Result<void> show_status(const AnswerOptions& options) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  std::vector<Column> known = kKnown;
  known.push_back({"losses", Column::Kind::json});
  const bool people = options.form == Form::table;
  const std::string losses =
      people ? ""
             : ", coalesce((SELECT json_group_object(l.name, l.count) FROM loss l "
               "WHERE l.source = s.id), '{}') AS losses";
  const auto rows = run_query(
      *database,
      "SELECT s.name AS source, s.site, s.packets, s.bytes, coalesce((SELECT l.count FROM loss l "
      "WHERE l.source = s.id AND l.name = 'packets dropped by the kernel'), 0) AS dropped, "
      "CASE WHEN s.complete THEN 'ended' WHEN (SELECT state FROM listeners l WHERE l.source = "
      "s.id) = "
      "'listening' THEN 'listening' ELSE 'interrupted' END AS state, s.first_seen, s.last_seen" +
          losses + " FROM sources s ORDER BY s.last_seen DESC, s.name",
      {}, known);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  if (!people) return {};
  return section(*database, "What was lost, refused or malformed",
                 "SELECT l.name AS what, sum(l.count) AS count FROM loss l GROUP BY 1 ORDER BY 2 "
                 "DESC, 1",
                 {});
}

// The columns of other people's questions are theirs, whatever they are called.
Result<void> show_query(const AnswerOptions& options, const std::string& sql) {
  return show(options, sql, {});
}

void show_schema() { std::cout << schema_sql(); }

}  // namespace asepsis
