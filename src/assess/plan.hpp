// The way from a variant to the safest that already works in the cohort: what
// to change on each device, in which order, what that eliminates and what to
// check first. It never tells anybody to touch a device in use.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "assess/drift.hpp"

namespace asepsis {

struct Step {
  // What is changed by it: settings of the cohort.
  std::vector<std::size_t> settings;
  std::string change, eliminates, check;
};

struct DevicePlan {
  std::size_t device = 0;   // index into Cohort::devices
  std::size_t variant = 0;  // where it is
  std::vector<Step> steps;  // in order
  // Settings that are not those of the target, where that does not make the target's the right
  // ones (a version): somebody decides. CohortSetting::check says who, and what.
  std::vector<std::size_t> undecided;
};

struct Plan {
  std::optional<std::size_t> target;  // variant; none: none is known to be safer than another
  std::vector<DevicePlan> devices;    // those that are not there yet
};

// What holds for every step on every device.
extern const std::string_view kBeforeAnything;

Plan make_plan(const Drift& drift);

}  // namespace asepsis
