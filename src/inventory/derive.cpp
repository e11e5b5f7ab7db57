#include "inventory/derive.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/ahead.hpp"
#include "inventory/binding.hpp"
#include "inventory/care_area.hpp"
#include "inventory/changed_models.hpp"
#include "inventory/derivation.hpp"
#include "inventory/device_rows.hpp"
#include "inventory/documents.hpp"
#include "inventory/equipment.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/settings.hpp"
#include "inventory/settings_store.hpp"
#include "inventory/talks.hpp"
#include "store/appender.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// Derives one site: one thread weighs, the other writes, and writes talks where
// it would wait.
class SiteDeriving {
 public:
  // `first_key`: of the first of the site's devices; the others follow on.
  SiteDeriving(const Heard& heard, const Knowledge& knowledge, Id first_key)
      : heard_(heard), knowledge_(knowledge), fusion_(fuse(heard, bind_addresses(heard))) {
    for (std::size_t i = 0; i < devices(); ++i) keys_.push_back(first_key + static_cast<Id>(i));
    name_unknown(heard, knowledge, fusion_.talks);
    context_ = make_setting_context(heard, fusion_, knowledge);
    // In the order of their rows: they are then only ever added at the end.
    talks_.resize(heard.talks.size());
    for (std::size_t i = 0; i < talks_.size(); ++i) talks_[i] = i;
    std::ranges::sort(talks_, {}, [&](std::size_t i) { return heard.talks[i].id; });
  }

  void write(DeviceRows& rows, SettingsWriter& settings) {
    const auto write_talks = [&] { return write_some_talks(rows); };
    Ahead<std::vector<Identity>> identities(blocks(), [this](std::size_t i) { return weigh(i); });
    for (std::size_t device = 0; identities.more();)
      for (const Identity& identity : identities.next(write_talks)) {
        rows.write(heard_, keys_[device], fusion_.devices[device], identity,
                   context_.devices[device].takes_reports);
        ++device;
      }
    // Not before all are known: settings tell the classes of peers.
    Ahead<std::vector<Values>> values(blocks(), [this](std::size_t i) { return configure(i); });
    for (std::size_t device = 0; values.more();)
      for (const Values& of_device : values.next(write_talks))
        settings.write(keys_[device++], of_device);
    while (write_some_talks(rows)) {
    }
    rows.write_owners(heard_, fusion_, keys_);
  }

  std::size_t devices() const { return fusion_.devices.size(); }

 private:
  using Values = std::vector<SettingValue>;
  static constexpr std::size_t kDevicesAtOnce = 128;
  static constexpr std::size_t kTalksAtOnce = 1024;

  std::size_t blocks() const { return (devices() + kDevicesAtOnce - 1) / kDevicesAtOnce; }
  std::size_t begin_of(std::size_t block) const {
    return std::min(block * kDevicesAtOnce, devices());
  }

  std::vector<Identity> weigh(std::size_t block) {
    std::vector<Identity> identities;
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i)
      identities.push_back(
          identify_device(heard_, fusion_.devices[i], knowledge_, context_.devices[i]));
    return identities;
  }

  std::vector<Values> configure(std::size_t block) const {
    std::vector<Values> values;
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i)
      values.push_back(settings_of(i, heard_, fusion_, context_, knowledge_));
    return values;
  }

  // False if all are written.
  bool write_some_talks(DeviceRows& rows) {
    const std::size_t end = std::min(talks_written_ + kTalksAtOnce, talks_.size());
    for (; talks_written_ < end; ++talks_written_)
      rows.write_talk(heard_.talks[talks_[talks_written_]], fusion_.talks[talks_[talks_written_]],
                      keys_);
    return talks_written_ < talks_.size();
  }

  const Heard& heard_;
  const Knowledge& knowledge_;
  Fusion fusion_;
  DeviceRows::Keys keys_;
  SettingContext context_;
  std::vector<std::size_t> talks_;  // in the order in which they are written
  std::size_t talks_written_ = 0;
};

void write_equipment_keys(SQLite::Database& sql, const Heard& heard) {
  Appender add(sql, "INSERT INTO equipment_key (site, key)", 2);
  for (const std::string& key : equipment_keys(heard)) add.add(heard.site, key);
  add.flush();
}

// Of the tables that are filled in another order than theirs: sorted at once they cost less than
// row by row. The statements that make them again.
std::vector<std::string> drop_indices(SQLite::Database& sql) {
  std::vector<std::string> names;
  std::vector<std::string> made_by;
  SQLite::Statement rows(sql,
                         "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT "
                         "NULL AND tbl_name IN ('conversation', 'device_value', 'setting')");
  while (rows.executeStep()) {
    names.push_back(rows.getColumn(0).getString());
    made_by.push_back(rows.getColumn(1).getString());
  }
  rows.reset();
  for (const std::string& name : names) sql.exec("DROP INDEX " + name);
  return made_by;
}

}  // namespace

void empty_inventory(SQLite::Database& sql) {
  remove_documents(sql);
  empty_settings(sql);
  forget_derivation(sql);
  for (const char* table : {"equipment_key", "conversation", "device_fact", "endpoint_owner",
                            "device_value", "device_endpoint", "device_alias", "device"})
    sql.exec(std::string("DELETE FROM ") + table);
}

void derive_whole(Database& database, const Knowledge& knowledge) {
  SQLite::Database& sql = database.sql();
  empty_inventory(sql);
  const AmpleMemory ample(database);
  const std::vector<std::string> indices = drop_indices(sql);
  write_setting_registry(sql, knowledge);
  DeviceRows rows(sql, knowledge);
  SettingsWriter settings(sql);
  Id next_key = 1;
  for (const Heard& heard : load_heard(database)) {
    SiteDeriving site(heard, knowledge, next_key);
    site.write(rows, settings);
    write_equipment_keys(sql, heard);
    next_key += static_cast<Id>(site.devices());
  }
  rows.flush();
  settings.flush();
  for (const std::string& index : indices) sql.exec(index);
  add_documents(sql, knowledge);
  place_by_rules(sql);
  mark_derived(sql, knowledge);
  mark_all_models(sql);
  sql.exec("UPDATE checked SET whole = 1");
}

Result<void> derive_inventory(Database& database, const Knowledge& knowledge) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    derive_whole(database, knowledge);
    transaction.commit();
    return {};
  });
}

Result<bool> inventory_is_stale(Database& database) {
  return guarded(database.path(), [&]() -> Result<bool> {
    return database.sql()
               .execAndGet(
                   "SELECT EXISTS (SELECT 1 FROM derivation WHERE behind) OR (EXISTS (SELECT 1 "
                   "FROM talk) AND NOT EXISTS (SELECT 1 FROM "
                   "conversation)) OR (EXISTS (SELECT 1 FROM document_row WHERE current = 1) AND "
                   "NOT EXISTS (SELECT 1 FROM row_device))")
               .getInt() != 0;
  });
}

Result<bool> knowledge_is_of_another_version(Database& database) {
  return guarded(database.path(), [&]() -> Result<bool> {
    const auto mark = derivation_mark(database.sql());
    return mark && std::ranges::count(mark->knowledge, ' ') == 1 &&
           mark->knowledge != fingerprint_of_built_in();
  });
}

}  // namespace asepsis
