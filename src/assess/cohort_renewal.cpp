#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "assess/cohort_store.hpp"
#include "base/ahead.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
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

// What comparing reads, the same for all models.
struct Ground {
  Ground(Database& database, const Grades& how_safe)
      : grades(how_safe),
        knowledge(knowledge_of(database.sql())),
        spellings(spellings_of_models(database.sql())) {}

  const Grades& grades;
  std::string knowledge;
  Spellings spellings;
};

// A model's cohorts beside those that are kept of it.
struct Compared {
  struct New {
    Drift drift;
    std::string content;
  };
  std::vector<Id> gone;      // what is kept and holds no longer
  std::vector<New> cohorts;  // what it is now, where it is not as it is kept
  bool all = true;           // it was not too large
};

// Compares models, in a connection of its own.
class Comparing {
 public:
  Comparing(Database& database, const Ground& ground, std::size_t most)
      : database_(database), ground_(ground), most_(most) {}

  Result<Compared> compare(const std::string& model) {
    return guarded(database_.path(), [&]() -> Result<Compared> {
      if (most_ < SIZE_MAX && devices_of(model) > most_)
        return Compared{.gone = {}, .cohorts = {}, .all = false};
      auto cohorts = load(model);
      if (!cohorts) return std::unexpected(cohorts.error());
      Compared compared;
      std::map<std::string, std::pair<Id, std::string>> old = kept(model);  // by maker
      for (Cohort& cohort : *cohorts) {
        const auto same = old.extract(cohort.maker);
        std::string content = Content(ground_.knowledge).of(cohort);
        if (same && same.mapped().second == content) continue;
        if (same) compared.gone.push_back(same.mapped().first);
        compared.cohorts.emplace_back(assess_drift(std::move(cohort), ground_.grades),
                                      std::move(content));
        forget_answers(compared.cohorts.back().drift.cohort);
      }
      for (const auto& [maker, cohort] : old) compared.gone.push_back(cohort.first);
      return compared;
    });
  }

 private:
  // Nobody writes what is known of each device: that of many models at once would be much.
  static void forget_answers(Cohort& cohort) {
    cohort.known = {};
    cohort.levels = {};
  }

  // Whoever made them: loading them to find out takes longer than there is time for.
  std::size_t devices_of(const std::string& model) {
    const auto known = ground_.spellings.find(model);
    if (known == ground_.spellings.end()) return 0;
    SQLite::Statement count(
        database_.sql(),
        "SELECT count(*) FROM device_value WHERE attribute = 'model' AND value = ?");
    std::size_t devices = 0;
    for (const std::string& spelling : known->second) {
      count.bind(1, spelling);
      if (count.executeStep()) devices += static_cast<std::size_t>(count.getColumn(0).getInt64());
      count.reset();
    }
    return devices;
  }

  Result<std::vector<Cohort>> load(const std::string& model) {
    const auto known = ground_.spellings.find(model);
    if (known == ground_.spellings.end()) return std::vector<Cohort>();
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
  const Ground& ground_;
  std::size_t most_;
};

void write(SQLite::Database& sql, const std::string& model, const Compared& compared) {
  CohortWriter writer(sql);
  for (const Id cohort : compared.gone) writer.remove(cohort);
  for (const auto& [drift, content] : compared.cohorts) writer.write(drift, content);
  if (!compared.all) return;
  SQLite::Statement done(sql, "DELETE FROM changed_model WHERE model = ?");
  run(done, model);
}

// All models by name, where it is said that all changed.
std::vector<std::string> waiting(SQLite::Database& sql, const Spellings& spellings) {
  std::set<std::string> models;
  SQLite::Statement changed(sql, "SELECT model FROM changed_model");
  while (changed.executeStep()) models.insert(changed.getColumn(0).getString());
  if (models.erase("") > 0) {
    for (const auto& [model, all] : spellings)
      if (!model.empty()) models.insert(model);
    SQLite::Statement kept(sql, "SELECT name FROM cohort");
    while (kept.executeStep()) models.insert(kept.getColumn(0).getString());
    changed.reset();
    SQLite::Statement add(sql, "INSERT OR IGNORE INTO changed_model VALUES (?)");
    for (const std::string& model : models) run(add, model);
    sql.exec("DELETE FROM changed_model WHERE model = ''");
  }
  return {models.begin(), models.end()};
}

// Of fewer models a thread and its connection cost more than they save.
constexpr std::size_t kWorthThreads = 8;

// They see what is committed, for as long as they are there.
class Readers {
 public:
  Readers(const Database& database, std::size_t models) {
    constexpr unsigned kMost = 8;
    const unsigned wanted =
        models < kWorthThreads ? 0 : std::min(std::thread::hardware_concurrency(), kMost);
    for (unsigned i = 0; i < wanted; ++i)
      if (auto other = database.second_connection()) connections_.push_back(*std::move(other));
    for (Database& one : connections_)
      moments_.push_back(std::make_unique<SQLite::Transaction>(one.sql()));
  }

  std::vector<Database>& connections() { return connections_; }

 private:
  std::vector<Database> connections_;
  std::vector<std::unique_ptr<SQLite::Transaction>> moments_;
};

// Each model is written in its turn, whoever compared it: the same rows by any number of threads.
// Ends early if it takes long. How many were written.
Result<std::size_t> renew(Database& database, const Ground& ground,
                          std::span<const std::string> models, std::size_t most) {
  constexpr auto kLong = std::chrono::seconds(2);
  const auto begun = std::chrono::steady_clock::now();
  Readers readers(database, models.size());
  std::vector<Ahead<Result<Compared>>::Make> makers;
  for (Database& reader : readers.connections())
    makers.emplace_back([&models, own = Comparing(reader, ground, most)](std::size_t i) mutable {
      return own.compare(models[i]);
    });
  const std::size_t shared_out = makers.empty() ? 0 : models.size();
  Ahead<Result<Compared>> ahead(shared_out, std::move(makers));
  std::size_t written = 0;
  for (; written < models.size(); ++written) {
    if (written > 0 && std::chrono::steady_clock::now() - begun > kLong) break;
    const auto compared =
        ahead.more() ? ahead.next() : Comparing(database, ground, most).compare(models[written]);
    if (!compared) return std::unexpected(compared.error());
    write(database.sql(), models[written], *compared);
  }
  return written;
}

// Renews models behind `last`, by name, in one transaction: what the threads read and what
// is written is of one moment, and nobody else can write meanwhile. The last one renewed;
// empty if there was none.
Result<std::string> renew_some(Database& database, const Grades& grades, const std::string& last,
                               std::size_t most) {
  SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
  const Ground ground(database, grades);
  const auto all = waiting(database.sql(), ground.spellings);
  const std::span<const std::string> models(std::ranges::upper_bound(all, last), all.end());
  const auto written = renew(database, ground, models, most);
  if (!written) return std::unexpected(written.error());
  transaction.commit();
  return *written == 0 ? std::string() : models[*written - 1];
}

}  // namespace

Result<void> renew_cohorts(Database& database, std::size_t most) {
  return guarded(database.path(), [&]() -> Result<void> {
    const auto wait = cohorts_wait(database);
    if (!wait || !*wait) return wait ? Result<void>() : std::unexpected(wait.error());
    auto grades = Grades::load(database);
    if (!grades) return std::unexpected(grades.error());
    std::string last;
    do {
      auto renewed = renew_some(database, *grades, last, most);
      if (!renewed) return std::unexpected(renewed.error());
      last = *std::move(renewed);
    } while (!last.empty());
    return {};
  });
}

}  // namespace asepsis
