#include "app/register_command.hpp"

#include <iostream>

#include "app/answers.hpp"
#include "app/database_access.hpp"

namespace asepsis {
namespace {

// Everything in one form, for programs.
const std::string kAll =
    "SELECT 'conflict' AS what, c.device, d.site, c.document, c.file, c.\"row\", "
    "NULL AS asset_number, d.class, d.manufacturer, d.model, d.serial, c.attribute, c.heard, "
    "c.said, "
    "c.heard_in, c.packet, iif(c.joined, 'yes', 'no') AS joined, NULL AS joined_by, NULL AS why "
    "FROM document_conflicts c JOIN devices d ON d.id = c.device "
    "UNION ALL SELECT iif(device IS NULL, 'never-heard', 'joined'), device, site, register, file, "
    "\"row\", asset_number, device_type, manufacturer, model, serial, NULL, NULL, NULL, NULL, "
    "NULL, "
    "NULL, joined_by, why FROM register_rows "
    "UNION ALL SELECT 'unlisted', d.id, d.site, NULL, NULL, NULL, NULL, d.class, d.manufacturer, "
    "d.model, d.serial, NULL, NULL, NULL, NULL, NULL, NULL, NULL, iif(u.expected, 'a device of a "
    "kind "
    "that belongs in a register', NULL) FROM unregistered u JOIN device k ON k.key = u.device "
    "JOIN devices d ON d.id = k.id";

const std::string kOrder = " ORDER BY what, site, document, \"row\", device, attribute, said";

struct Section {
  const char* name;
  const char* title;
  std::string sql;
};

const std::vector<Section>& sections() {
  static const std::vector<Section> kSections{
      {"conflicts", "The list and the network differ",
       "SELECT device, attribute, heard, said AS listed, " + kFileName +
           " AS file, \"row\" AS line, iif(joined, NULL, 'no: taken for two') AS one_thing FROM "
           "(SELECT *, file AS source FROM document_conflicts) ORDER BY device, attribute, file, "
           "line"},
      {"never-heard", "On the list, never heard",
       "SELECT asset_number, coalesce(device_type, '') AS type, manufacturer, model, serial, "
       "coalesce(care_area, location) AS area, register, \"row\" AS line, why FROM register_rows "
       "WHERE device IS NULL ORDER BY register, line"},
      {"unlisted", "Heard, and on no list",
       "SELECT d.id AS device, coalesce(d.class, 'unknown') AS class, d.manufacturer, d.model, "
       "d.serial, d.ip, d.name, d.care_area AS area FROM unregistered u JOIN device k ON k.key = "
       "u.device JOIN devices d ON d.id = k.id WHERE u.expected = 1 ORDER BY class, device"},
      {"joined", "On the list and heard",
       "SELECT device, joined_by AS \"by\", asset_number, manufacturer, model, serial, care_area "
       "AS "
       "area, register, \"row\" AS line FROM register_rows WHERE device IS NOT NULL "
       "ORDER BY register, line"},
  };
  return kSections;
}

Result<void> show_section(Database& database, const Section& section) {
  const auto rows = run_query(database, section.sql, {}, kKnown);
  if (!rows) return std::unexpected(rows.error());
  std::cout << section.title << ": " << rows->cells.size() << '\n';
  if (!rows->cells.empty()) print(*rows, Form::table);
  std::cout << '\n';
  return {};
}

}  // namespace

Result<void> show_register(const AnswerOptions& options, const std::string& only) {
  if (options.form != Form::table) {
    const std::string what = only == "conflicts" ? "conflict" : only;
    return show(options, "SELECT * FROM (" + kAll + ")" +
                             (only.empty() ? "" : " WHERE what = " + quoted(what)) + kOrder);
  }
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  for (const Section& section : sections())
    if (only == section.name || (only.empty() && section.name != std::string("joined")))
      if (const auto done = show_section(*database, section); !done) return done;
  if (!only.empty()) return {};
  const auto others = run_query(*database,
                                "SELECT count(*), (SELECT count(*) FROM register_rows WHERE device "
                                "IS NOT NULL), (SELECT count(*) FROM documents WHERE kind = "
                                "'register') FROM unregistered WHERE expected = 0");
  if (!others) return std::unexpected(others.error());
  const auto cell = [&](std::size_t i) { return others->cells[0][i].value_or("0"); };
  if (cell(2) == "0") {
    std::cout << "No register was imported: asepsis import FILE\n";
    return {};
  }
  std::cout << cell(1) << " rows are about devices that were heard (--only joined). " << cell(0)
            << " heard devices of kinds that the list does not hold are left out here (--json has "
               "them).\nWhy we say so: asepsis why DEVICE ATTRIBUTE\n";
  return {};
}

}  // namespace asepsis
