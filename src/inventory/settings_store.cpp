#include "inventory/settings_store.hpp"

#include <string>

#include "base/json_text.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// A talk's id is told from a fact's by its sign.
std::string evidence_json(const SettingValue& value) {
  std::string json = "[";
  const auto add = [&](Id id) {
    if (json.size() > 1) json += ',';
    json += std::to_string(id);
  };
  for (const Id fact : value.facts) add(fact);
  for (const Id talk : value.talks) add(-talk);
  return json + ']';
}

}  // namespace

void write_setting_registry(SQLite::Database& sql, const Knowledge& knowledge) {
  SQLite::Statement add(sql,
                        "INSERT INTO setting_kind (id, name, title, meaning, instance, type, unit, "
                        "\"order\", compare, differs_by_nature, shown_by, change, \"check\", "
                        "eliminates, replaces, step) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Id id = 0;
  for (const SettingInfo& info : knowledge.settings())
    run(add, ++id, info.name, info.title, info.meaning, info.instance, info.type, info.unit,
        json_array(info.order), kCompareNames[static_cast<std::size_t>(info.compare)],
        Id{info.differs_by_nature}, json_array(info.shown_by), info.change, info.check,
        info.eliminates, json_array(info.replaces), static_cast<Id>(info.step));
  SQLite::Statement add_grade(sql,
                              "INSERT INTO grade (id, name, meaning, safety, \"any\", \"none\") "
                              "VALUES (?, ?, ?, ?, ?, ?)");
  id = 0;
  for (const GradeRule& grade : knowledge.grades())
    run(add_grade, ++id, grade.name, grade.meaning, static_cast<Id>(grade.safety),
        json_array(grade.any), json_array(grade.none));
}

void empty_settings(SQLite::Database& sql) {
  for (const char* table : {"setting", "setting_kind", "grade"})
    sql.exec(std::string("DELETE FROM ") + table);
}

SettingsWriter::SettingsWriter(SQLite::Database& sql)
    : setting_(sql,
               "INSERT INTO setting (device, kind, instance, value, state, source, current, "
               "level, first_seen, last_seen, evidence)",
               11) {}

void SettingsWriter::write(Id device, const std::vector<SettingValue>& values) {
  for (const SettingValue& value : values)
    setting_.add(device, static_cast<Id>(value.setting) + 1, value.instance, value.value,
                 to_text(value.state), "wire", value.current, value.level, value.first, value.last,
                 evidence_json(value));
}

}  // namespace asepsis
