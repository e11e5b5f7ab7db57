// Cohorts: devices of one model, which ought to be configured alike, and what
// is known of the settings of each.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "assess/variants.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

struct CohortDevice {
  std::int64_t key = 0;
  std::string id, site, care_area;
};

// A setting of the cohort: one of the registry, and which of several.
struct CohortSetting {
  std::int64_t kind = 0;  // its place in the registry
  std::string name, instance, title;
  Compare compare = Compare::same;
  std::string change, check, eliminates;
  std::vector<std::string> replaces;  // settings that can go once this is there
  int step = 0;                       // when to change it: the lower, the sooner
};

struct Cohort {
  std::string manufacturer, model;      // manufacturer: empty if nobody knows
  std::string maker = {}, name = {};    // the letters and digits by which it is one cohort
  std::string part;                     // what it was split by; empty: all of the model
  std::vector<CohortDevice> devices;    // by id
  std::vector<CohortSetting> settings;  // in the order of the registry
  std::vector<Profile> known;           // of each device; its numbers are those of `settings`

  // How safe each value is that says something about it: setting, value, level.
  struct Level {
    std::size_t setting;
    std::string value, level;
    auto operator<=>(const Level&) const = default;
  };
  std::vector<std::vector<Level>> levels;  // of each device
};

enum class SplitBy : std::uint8_t { nothing, site, care_area, firmware };

struct CohortChoice {
  std::string model = {};  // by its letters and digits, with or without its maker; empty: all
  SplitBy split = SplitBy::nothing;
  std::string where = {};  // SQL about a row of `devices`; empty: all
  // How the model is written where it is asked for, if that is known already; empty: found out.
  std::vector<std::string> spellings = {};
};

// Every way in which models are written, by the letters and digits that these share. May throw
// SQLite::Exception.
std::map<std::string, std::vector<std::string>> spellings_of_models(SQLite::Database& sql);

// Finds out the care area of some of its devices. REQUIRES: their ids.
Result<void> add_care_areas(Database& database, Cohort& cohort,
                            const std::vector<std::size_t>& devices);

// Those of two devices or more, by manufacturer and model. Fails if there is no such model.
Result<std::vector<Cohort>> load_cohorts(Database& database, const CohortChoice& choice);

}  // namespace asepsis
