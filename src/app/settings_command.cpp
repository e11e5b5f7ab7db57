#include "app/settings_command.hpp"

#include <iostream>
#include <vector>

#include "app/answers.hpp"
#include "app/database_access.hpp"

namespace asepsis {
namespace {

const std::string kOrder =
    " ORDER BY device, (SELECT id FROM setting_kind k WHERE k.name = setting), instance, value, "
    "state";

std::string for_programs(const std::string& where) { return kSettingQuestion + where + kOrder; }

// What differs by nature says nothing of how a device is configured, and what
// is unknown fills the table with nothing.
std::string for_people(const std::string& where, const std::string& device) {
  return "SELECT " + device +
         "setting, instance, coalesce(value, state) AS value, level, first_seen, last_seen FROM "
         "settings WHERE state <> 'unknown' AND setting NOT IN (SELECT name FROM setting_kinds "
         "WHERE differs_by_nature OR name = 'talks.to')" +
         where + kOrder;
}

// Where an exported configuration and the wire contradict each other.
Result<void> show_said_otherwise(Database& database, const std::string& device) {
  const auto rows =
      run_query(database,
                "SELECT said_setting AS setting, said, seen_setting AS on_the_wire, instance, seen "
                "FROM said_and_seen WHERE device = ? AND differ = 1 ORDER BY 1, 3, 4, 5",
                device, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty()) return {};
  std::cout << "\nIts exported configuration says otherwise than was seen\n";
  print(*rows, Form::table);
  return {};
}

}  // namespace

Result<void> show_settings(const AnswerOptions& options, const std::string& id) {
  if (id.empty())
    return show(options,
                options.form == Form::table ? for_people({}, "device, ") : for_programs({}));
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto device = resolve(*database, id);
  if (!device) return std::unexpected(device.error());
  const bool people = options.form == Form::table;
  const auto rows = run_query(
      *database, people ? for_people(" AND device = ?", {}) : for_programs(" WHERE device = ?"),
      *device, kKnown);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  if (!people) return {};
  const auto unknown =
      run_query(*database,
                "SELECT group_concat(setting, ', ') FROM (SELECT setting FROM coverage WHERE "
                "device = ? AND state = 'unknown' ORDER BY setting)",
                *device);
  if (!unknown) return std::unexpected(unknown.error());
  if (const auto shown = show_said_otherwise(*database, *device); !shown) return shown;
  if (const auto& names = unknown->cells[0][0])
    std::cout << "\nCould have been seen and was not, so not known: " << *names << '\n';
  std::cout << "\nWhy we say so: asepsis why " << *device << " SETTING\n";
  return {};
}

Result<bool> show_setting_evidence(Database& database, Form form, const std::string& device,
                                   const std::string& setting) {
  const bool people = form == Form::table;
  const std::string asked = setting_evidence_question(setting);
  const auto rows = run_query(
      database,
      people ? "SELECT instance, value, state, claim, text, protocol, " + kFileName +
                   " AS source, coalesce(packet, 'line ' || \"row\") AS packet, count, first_seen, "
                   "last_seen FROM (" +
                   asked + ")"
             : asked,
      device, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (rows->cells.empty()) return false;
  if (people) {
    const auto kind = run_query(database,
                                "SELECT title || ': ' || meaning FROM setting_kinds "
                                "WHERE name = ?",
                                setting);
    if (!kind) return std::unexpected(kind.error());
    if (!kind->cells.empty()) std::cout << kind->cells[0][0].value_or("") << "\n\n";
  }
  print(*rows, form);
  return true;
}

}  // namespace asepsis
