// Drift: the variants that a cohort is configured in, which settings separate
// them, and how safe each is.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "assess/cohort.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

struct Grade {
  std::string name;  // empty: nothing is known that says how safe it is
  int safety = 0;    // the higher, the safer; 0: not known
};

struct Variant {
  std::string id;                    // "A" is the safest; the same while the cohort is the same
  std::vector<std::size_t> devices;  // all of it: indices into Cohort::devices
  std::vector<std::size_t> assumed;  // of these, those that what is known fits another as well
  Grade grade;
};

// A setting by which variants differ.
struct Separating {
  std::size_t setting = 0;                    // index into Cohort::settings
  std::map<std::size_t, std::string> values;  // by variant; none: not known
  std::map<std::size_t, std::string> levels;  // the worst of each; none: it says nothing of safety
  // Known of two variants, and different. Else seen of all of one, and not
  // known of another: no reason to keep them apart, but what sets it off.
  bool proven = false;
};

struct Drift {
  Cohort cohort;
  std::size_t at_least = 0;
  std::vector<Variant> variants;  // the safest first
  std::vector<Separating> separating;
};

// The rules by which a configuration is graded, as data.
class Grades {
 public:
  static Result<Grades> load(Database& database);
  // `levels`: of all values that are known of it.
  Grade of(const std::vector<const std::vector<Cohort::Level>*>& levels) const;

 private:
  struct Rule {
    Grade grade;
    std::vector<std::string> any, none;
  };
  std::vector<Rule> rules_;
};

Drift assess_drift(Cohort cohort, const Grades& grades);

// What is known of a setting of some devices, as text: "ftp, telnet", "refused";
// empty if nothing is.
std::string value_text(const Cohort& cohort, const std::vector<std::size_t>& devices,
                       std::size_t setting);

}  // namespace asepsis
