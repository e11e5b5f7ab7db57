#include "assess/cohort_store.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "inventory/words.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

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
