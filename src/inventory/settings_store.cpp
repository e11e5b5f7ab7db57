#include "inventory/settings_store.hpp"

#include <optional>
#include <string>

#include "base/json_text.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

void write_registry(SQLite::Database& sql, const Knowledge& knowledge) {
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

}  // namespace

void empty_settings(SQLite::Database& sql) {
  for (const char* table : {"setting_evidence", "setting", "setting_kind", "grade"})
    sql.exec(std::string("DELETE FROM ") + table);
}

SettingsWriter::SettingsWriter(SQLite::Database& sql, const Knowledge& knowledge)
    : setting_(sql,
               "INSERT INTO setting (id, device, kind, instance, value, state, source, current, "
               "level, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, 'wire', ?, ?, ?, ?)"),
      evidence_(sql, "INSERT INTO setting_evidence (setting, fact, talk) VALUES (?, ?, ?)") {
  empty_settings(sql);
  write_registry(sql, knowledge);
}

void SettingsWriter::write(Id device, const std::vector<SettingValue>& values) {
  for (const SettingValue& value : values) {
    const Id id = next_++;
    run(setting_, id, device, static_cast<Id>(value.setting) + 1, value.instance, value.value,
        to_text(value.state), Id{value.current}, value.level, value.first, value.last);
    for (const Id fact : value.facts) run(evidence_, id, std::optional(fact), std::optional<Id>());
    for (const Id talk : value.talks) run(evidence_, id, std::optional<Id>(), std::optional(talk));
  }
}

}  // namespace asepsis
