#include "assess/cohort_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "inventory/words.hpp"
#include "store/appender.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;
using Spellings = std::map<std::string, std::vector<std::string>>;

// Told apart from what it was if anything of it is another that decides how its devices differ.
class Content {
 public:
  explicit Content(const std::string& knowledge) { add(knowledge); }

  std::string of(const Cohort& cohort) && {
    add(cohort.manufacturer);
    add(cohort.model);
    for (const CohortDevice& device : cohort.devices) add(device.id);
    for (const CohortSetting& setting : cohort.settings) {
      add(setting.name);
      add(setting.instance);
    }
    for (std::size_t i = 0; i < cohort.devices.size(); ++i) add_device(cohort, i);
    return std::to_string(hash_);
  }

 private:
  void add(std::string_view text) { hash_ = hash_bytes(as_bytes(text), hash_); }
  void add(std::size_t number) { hash_ = hash_mix(hash_, number); }
  void add(const std::vector<std::string>& texts) {
    add(texts.size());
    for (const std::string& text : texts) add(text);
  }
  void add_device(const Cohort& cohort, std::size_t device) {
    add(cohort.known[device].size());
    for (const auto& [setting, answer] : cohort.known[device]) {
      add(setting);
      add(answer.seen);
      add(answer.refused);
      add(std::size_t{answer.refuses_all});
    }
    add(cohort.levels[device].size());
    for (const Cohort::Level& level : cohort.levels[device]) {
      add(level.setting);
      add(level.value);
      add(level.level);
    }
  }

  std::uint64_t hash_ = 0;
};

// All within a transaction; may throw SQLite::Exception.
class CohortWriter {
 public:
  explicit CohortWriter(SQLite::Database& sql)
      : sql_(sql),
        variants_(sql, "INSERT INTO cohort_variant (cohort, place, name, grade, safety)", 5),
        devices_(sql, "INSERT INTO cohort_device (cohort, place, device, assumed)", 4),
        settings_(sql, "INSERT INTO cohort_setting (id, cohort, setting, instance, proven)", 5),
        values_(sql, "INSERT INTO cohort_value (setting, place, value, level)", 4) {}

  void remove(Id cohort) {
    constexpr const char* kValues =
        "DELETE FROM cohort_value WHERE setting IN (SELECT id FROM cohort_setting WHERE cohort = "
        "?)";
    for (const char* const query :
         {kValues, "DELETE FROM cohort_setting WHERE cohort = ?",
          "DELETE FROM cohort_device WHERE cohort = ?",
          "DELETE FROM cohort_variant WHERE cohort = ?", "DELETE FROM cohort WHERE id = ?"}) {
      SQLite::Statement one(sql_, query);
      run(one, cohort);
    }
  }

  void write(const Drift& drift, const std::string& content) {
    const Cohort& cohort = drift.cohort;
    SQLite::Statement add(sql_,
                          "INSERT INTO cohort (name, maker, manufacturer, model, at_least, "
                          "content) VALUES (?, ?, ?, ?, ?, ?)");
    run(add, cohort.name, cohort.maker, cohort.manufacturer, cohort.model, drift.at_least, content);
    const Id id = sql_.getLastInsertRowid();
    for (std::size_t i = 0; i < drift.variants.size(); ++i) {
      const Variant& variant = drift.variants[i];
      variants_.add(id, i, variant.id, variant.grade.name, variant.grade.safety);
      for (const std::size_t device : variant.devices)
        devices_.add(id, i, cohort.devices[device].id,
                     int{std::ranges::binary_search(variant.assumed, device)});
    }
    Id setting = sql_.execAndGet("SELECT coalesce(max(id), 0) FROM cohort_setting").getInt64();
    for (const Separating& separating : drift.separating)
      write_separating(cohort, separating, id, ++setting);
    for (Appender* const rows : {&variants_, &devices_, &settings_, &values_}) rows->flush();
  }

 private:
  void write_separating(const Cohort& cohort, const Separating& separating, Id id, Id setting) {
    const CohortSetting& info = cohort.settings[separating.setting];
    settings_.add(setting, id, info.name, info.instance, int{separating.proven});
    for (const auto& [variant, value] : separating.values) {
      const auto level = separating.levels.find(variant);
      values_.add(setting, variant, value,
                  level == separating.levels.end() ? std::string() : level->second);
    }
  }

  SQLite::Database& sql_;
  Appender variants_, devices_, settings_, values_;
};

// What the settings were derived by, which is how they compare.
std::string knowledge_of(SQLite::Database& sql) {
  return sql.execAndGet("SELECT coalesce((SELECT knowledge FROM derivation), '')").getString();
}

class Renewal {
 public:
  Renewal(Database& database, Grades grades, std::size_t most)
      : database_(database),
        grades_(std::move(grades)),
        most_(most),
        knowledge_(knowledge_of(database.sql())),
        spellings_(spellings_of_models(database.sql())) {}

  std::set<std::string> waiting() {
    SQLite::Database& sql = database_.sql();
    std::set<std::string> models;
    SQLite::Statement changed(sql, "SELECT model FROM changed_model");
    while (changed.executeStep()) models.insert(changed.getColumn(0).getString());
    if (models.erase("") == 0) return models;
    for (const auto& [model, spellings] : spellings_)
      if (!model.empty()) models.insert(model);
    SQLite::Statement kept(sql, "SELECT name FROM cohort");
    while (kept.executeStep()) models.insert(kept.getColumn(0).getString());
    changed.reset();
    SQLite::Statement add(sql, "INSERT OR IGNORE INTO changed_model VALUES (?)");
    for (const std::string& model : models) run(add, model);
    sql.exec("DELETE FROM changed_model WHERE model = ''");
    return models;
  }

  Result<void> renew(const std::string& model) {
    auto cohorts = load(model);
    if (!cohorts) return std::unexpected(cohorts.error());
    CohortWriter writer(database_.sql());
    std::map<std::string, std::pair<Id, std::string>> old = kept(model);  // by maker
    bool all = true;
    for (Cohort& cohort : *cohorts) {
      const auto same = old.extract(cohort.maker);
      const std::string content = Content(knowledge_).of(cohort);
      if (same && same.mapped().second == content) continue;
      if (cohort.devices.size() > most_) {
        all = false;
        continue;
      }
      if (same) writer.remove(same.mapped().first);
      writer.write(assess_drift(std::move(cohort), grades_), content);
    }
    for (const auto& [maker, cohort] : old) writer.remove(cohort.first);
    if (!all) return {};
    SQLite::Statement done(database_.sql(), "DELETE FROM changed_model WHERE model = ?");
    run(done, model);
    return {};
  }

 private:
  Result<std::vector<Cohort>> load(const std::string& model) {
    const auto known = spellings_.find(model);
    if (known == spellings_.end()) return std::vector<Cohort>();
    return load_cohorts(database_, {.model = model, .spellings = known->second});
  }

  std::map<std::string, std::pair<Id, std::string>> kept(const std::string& model) {
    std::map<std::string, std::pair<Id, std::string>> cohorts;
    SQLite::Statement rows(database_.sql(), "SELECT maker, id, content FROM cohort WHERE name = ?");
    rows.bind(1, model);
    while (rows.executeStep())
      cohorts[rows.getColumn(0).getString()] = {rows.getColumn(1).getInt64(),
                                                rows.getColumn(2).getString()};
    return cohorts;
  }

  Database& database_;
  Grades grades_;
  std::size_t most_;
  std::string knowledge_;
  Spellings spellings_;
};

// Reads what is kept.
class CohortReader {
 public:
  explicit CohortReader(SQLite::Database& sql)
      : variants_(sql,
                  "SELECT name, grade, safety FROM cohort_variant WHERE cohort = ? ORDER BY place"),
        devices_(sql, "SELECT device, place, assumed FROM cohort_device WHERE cohort = ?"),
        settings_(sql,
                  "SELECT id, setting, instance, proven FROM cohort_setting WHERE cohort = ? ORDER "
                  "BY id"),
        values_(sql, "SELECT place, value, level FROM cohort_value WHERE setting = ?") {}

  Drift read(Id cohort, Drift drift) {
    read_variants(cohort, drift);
    read_devices(cohort, drift);
    read_settings(cohort, drift);
    return drift;
  }

 private:
  void read_variants(Id cohort, Drift& drift) {
    for (variants_.bind(1, cohort); variants_.executeStep();) {
      Variant& variant = drift.variants.emplace_back();
      variant.id = variants_.getColumn(0).getString();
      variant.grade = {variants_.getColumn(1).getString(), variants_.getColumn(2).getInt()};
    }
    variants_.reset();
  }

  void read_devices(Id cohort, Drift& drift) {
    struct Member {
      std::string id;
      std::size_t variant;
      bool assumed;
    };
    std::vector<Member> members;
    for (devices_.bind(1, cohort); devices_.executeStep();)
      members.push_back({devices_.getColumn(0).getString(),
                         static_cast<std::size_t>(devices_.getColumn(1).getInt64()),
                         devices_.getColumn(2).getInt() != 0});
    devices_.reset();
    std::ranges::sort(members, {}, &Member::id);
    for (Member& member : members) {
      const std::size_t device = drift.cohort.devices.size();
      drift.cohort.devices.emplace_back().id = std::move(member.id);
      Variant& variant = drift.variants[member.variant];
      variant.devices.push_back(device);
      if (member.assumed) variant.assumed.push_back(device);
    }
  }

  void read_settings(Id cohort, Drift& drift) {
    for (settings_.bind(1, cohort); settings_.executeStep();) {
      CohortSetting& setting = drift.cohort.settings.emplace_back();
      setting.name = settings_.getColumn(1).getString();
      setting.instance = settings_.getColumn(2).getString();
      Separating& separating = drift.separating.emplace_back();
      separating.setting = drift.cohort.settings.size() - 1;
      separating.proven = settings_.getColumn(3).getInt() != 0;
      read_values(settings_.getColumn(0).getInt64(), separating);
    }
    settings_.reset();
  }

  void read_values(Id setting, Separating& separating) {
    for (values_.bind(1, setting); values_.executeStep();) {
      const auto place = static_cast<std::size_t>(values_.getColumn(0).getInt64());
      separating.values.emplace_hint(separating.values.end(), place,
                                     values_.getColumn(1).getString());
      if (values_.getColumn(2).getBytes() > 0)
        separating.levels.emplace_hint(separating.levels.end(), place,
                                       values_.getColumn(2).getString());
    }
    values_.reset();
  }

  SQLite::Statement variants_, devices_, settings_, values_;
};

// Whether any cohort that may be meant waits to be compared.
bool waits(SQLite::Database& sql, const std::string& model) {
  SQLite::Statement changed(sql, "SELECT model FROM changed_model");
  while (changed.executeStep())
    if (model.empty() || model.ends_with(changed.getColumn(0).getText())) return true;
  return false;
}

bool is_meant(const Cohort& cohort, const std::string& model) {
  return model.empty() || cohort.name == model ||
         compact(cohort.manufacturer) + cohort.name == model || cohort.maker + cohort.name == model;
}

std::vector<Drift> read_kept(SQLite::Database& sql, const std::string& model) {
  std::vector<Drift> drifts;
  CohortReader reader(sql);
  SQLite::Statement rows(sql,
                         "SELECT id, name, maker, manufacturer, model, at_least FROM cohort ORDER "
                         "BY maker, name");
  while (rows.executeStep()) {
    Drift drift;
    drift.cohort.name = rows.getColumn(1).getString();
    drift.cohort.maker = rows.getColumn(2).getString();
    drift.cohort.manufacturer = rows.getColumn(3).getString();
    drift.cohort.model = rows.getColumn(4).getString();
    drift.at_least = static_cast<std::size_t>(rows.getColumn(5).getInt64());
    if (is_meant(drift.cohort, model))
      drifts.push_back(reader.read(rows.getColumn(0).getInt64(), std::move(drift)));
  }
  return drifts;
}

// The same with all that is known of its devices. REQUIRES: it is the same cohort.
Drift completed(Drift drift, Cohort cohort) {
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < cohort.settings.size(); ++i)
    places.try_emplace({cohort.settings[i].name, cohort.settings[i].instance}, i);
  for (Separating& one : drift.separating) {
    const CohortSetting& setting = drift.cohort.settings[one.setting];
    one.setting = places.at({setting.name, setting.instance});
  }
  drift.cohort = std::move(cohort);
  return drift;
}

}  // namespace

Result<void> renew_cohorts(Database& database, std::size_t most) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Database& sql = database.sql();
    if (!waits(sql, {})) return {};
    auto grades = Grades::load(database);
    if (!grades) return std::unexpected(grades.error());
    SQLite::Transaction listing(sql, SQLite::TransactionBehavior::IMMEDIATE);
    Renewal renewal(database, *std::move(grades), most);
    const std::set<std::string> models = renewal.waiting();
    listing.commit();
    for (const std::string& model : models) {
      SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
      if (const auto renewed = renewal.renew(model); !renewed) return renewed;
      transaction.commit();
    }
    return {};
  });
}

Result<bool> cohorts_wait(Database& database) {
  return guarded(database.path(), [&]() -> Result<bool> { return waits(database.sql(), {}); });
}

Result<std::optional<std::vector<Drift>>> kept_drifts(Database& database,
                                                      const std::string& model) {
  using Kept = std::optional<std::vector<Drift>>;
  return guarded(database.path(), [&]() -> Result<Kept> {
    const std::string name = compact(model);
    return waits(database.sql(), name) ? Kept() : Kept(read_kept(database.sql(), name));
  });
}

Result<std::vector<Drift>> whole_drifts(Database& database, const CohortChoice& choice) {
  auto cohorts = load_cohorts(database, choice);
  if (!cohorts) return std::unexpected(cohorts.error());
  const bool whole = choice.split == SplitBy::nothing && choice.where.empty();
  auto kept = whole ? kept_drifts(database, choice.model)
                    : Result<std::optional<std::vector<Drift>>>(std::nullopt);
  if (!kept) return std::unexpected(kept.error());
  const auto grades = Grades::load(database);
  if (!grades) return std::unexpected(grades.error());
  std::map<std::pair<std::string, std::string>, Drift> known;
  if (*kept)
    for (Drift& drift : **kept)
      known.emplace(std::pair(drift.cohort.name, drift.cohort.maker), std::move(drift));
  std::vector<Drift> drifts;
  for (Cohort& cohort : *cohorts) {
    const auto same = known.find({cohort.name, cohort.maker});
    drifts.push_back(same != known.end() ? completed(std::move(same->second), std::move(cohort))
                                         : assess_drift(std::move(cohort), *grades));
  }
  return drifts;
}

}  // namespace asepsis
