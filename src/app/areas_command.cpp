#include "app/areas_command.hpp"

#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>

#include "app/answers.hpp"
#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "base/text.hpp"
#include "inventory/care_area.hpp"

namespace asepsis {
namespace {

Result<std::vector<AreaRule>> rules_of(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || std::filesystem::is_directory(path)) return fail(path.string() + " cannot be read");
  return read_area_rules(path.string(), text.view());
}

using Areas = std::map<std::string, std::optional<std::string>>;  // of each device

Areas areas_of_devices(SQLite::Database& sql) {
  Areas areas;
  SQLite::Statement rows(sql,
                         "SELECT d.id, v.value || ' ' || v.evidence FROM device d LEFT JOIN "
                         "device_value v ON v.device = d.key AND v.attribute = 'care_area'");
  while (rows.executeStep()) {
    auto& area = areas[rows.getColumn(0).getString()];
    if (!rows.getColumn(1).isNull()) area = rows.getColumn(1).getString();
  }
  return areas;
}

// The ids of devices of whose care area anything else is said now.
Result<Updated> keep(Database& database, const std::string& site,
                     const std::vector<AreaRule>& rules) {
  return guarded(database.path(), [&]() -> Result<Updated> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    const Areas before = areas_of_devices(database.sql());
    keep_area_rules(database.sql(), site, rules);
    place_by_rules(database.sql());
    Updated updated;
    for (const auto& [id, area] : areas_of_devices(database.sql()))
      if (before.at(id) != area) updated.devices.push_back(id);
    transaction.commit();
    return updated;
  });
}

// Findings are rated by where a device stands.
Result<void> rate_anew(Database& database, const Updated& updated) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  return refresh_findings(database, *knowledge, updated);
}

// What the rules come to.
Result<void> print_outcome(const AreasCommand& command, std::size_t rules) {
  auto database = open_for_answers(command.answer.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto counts = run_query(*database,
                                "SELECT count(*), count(care_area), (SELECT coalesce(sum(devices), "
                                "0) FROM areas WHERE site = ?1) FROM devices WHERE site = ?1",
                                command.site);
  if (!counts) return std::unexpected(counts.error());
  const auto& count = counts->cells[0];
  std::cout << rules << (rules == 1 ? " rule holds" : " rules hold") << " for the site "
            << escaped(command.site) << ": of its " << count[0].value_or("0") << " devices "
            << count[1].value_or("0") << " have a care area, " << count[2].value_or("0")
            << " of them by these rules\n";
  return {};
}

}  // namespace

Result<void> run(const AreasCommand& command) {
  if (!command.file.empty()) {
    const auto rules = rules_of(command.file);
    if (!rules) return std::unexpected(rules.error());
    auto database = Database::open(command.answer.database, Database::Mode::write);
    if (!database) return std::unexpected(database.error());
    const auto updated = keep(*database, command.site, *rules);
    if (!updated) return std::unexpected(updated.error());
    if (const auto rated = rate_anew(*database, *updated); !rated) return rated;
    if (command.answer.form == Form::table) return print_outcome(command, rules->size());
  }
  return show(command.answer,
              "SELECT site, area, vlan, network, devices, rule FROM areas ORDER BY site, area, "
              "vlan, network");
}

}  // namespace asepsis
