#include "inventory/changed_models.hpp"

#include <algorithm>
#include <iterator>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "inventory/words.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

std::uint64_t add_row(SQLite::Statement& row, std::uint64_t hash) {
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column cell = row.getColumn(i);
    const char* const text = cell.getText();
    hash = hash_bytes(as_bytes({text, static_cast<std::size_t>(cell.getBytes())}), hash);
  }
  return hash;
}

}  // namespace

ChangedModels::ChangedModels(SQLite::Database& sql) : sql_(sql) {}

void ChangedModels::before(const std::vector<Id>& devices) {
  std::vector<Id> unknown;
  std::ranges::copy_if(devices, std::back_inserter(unknown),
                       [&](Id device) { return known_.insert(device).second; });
  before_.merge(look(unknown));
}

void ChangedModels::after(const std::vector<Id>& devices) {
  const Looks after = look(devices);
  mark(before_, after);
  mark(after, before_);
}

ChangedModels::Looks ChangedModels::look(const std::vector<Id>& devices) {
  SQLite::Statement what(sql_,
                         "SELECT d.id, v.attribute, v.value FROM device d JOIN device_value v ON "
                         "v.device = d.key WHERE d.key = ? AND v.value <> '' AND v.attribute IN "
                         "('model', 'maker', 'manufacturer') ORDER BY v.attribute, v.value");
  SQLite::Statement how(sql_,
                        "SELECT k.name, s.instance, s.value, s.state, s.level FROM setting s JOIN "
                        "setting_kind k ON k.id = s.kind WHERE s.device = ? AND s.current = 1 AND "
                        "s.state <> 'unknown' AND NOT k.differs_by_nature ORDER BY s.kind, "
                        "s.instance, s.value, s.state, s.level");
  Looks looks;
  for (const Id device : devices) {
    Look look;
    std::string id;
    for (what.bind(1, device); what.executeStep(); look.known = add_row(what, look.known)) {
      id = what.getColumn(0).getString();
      if (what.getColumn(1).getString() == "model")
        look.model = compact(what.getColumn(2).getString());
    }
    what.reset();
    if (look.model.empty()) continue;
    for (how.bind(1, device); how.executeStep();) look.known = add_row(how, look.known);
    how.reset();
    looks.emplace(std::move(id), std::move(look));
  }
  return looks;
}

void ChangedModels::mark(const Looks& here, const Looks& there) {
  SQLite::Statement add(sql_, "INSERT OR IGNORE INTO changed_model VALUES (?)");
  for (const auto& [id, look] : here)
    if (const auto other = there.find(id); other == there.end() || other->second != look)
      run(add, look.model);
}

void mark_all_models(SQLite::Database& sql) {
  sql.exec("DELETE FROM changed_model");
  sql.exec("INSERT INTO changed_model VALUES ('')");
}

}  // namespace asepsis
