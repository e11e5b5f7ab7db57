#include "assess/plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace asepsis {

const std::string_view kBeforeAnything =
    "Change nothing on a device that is, or may be, attached to a patient. Ask the ward for one "
    "that "
    "is free; biomedical engineering changes that one by the manufacturer's instructions, checks "
    "that it works with everything that it talks to, and only then goes on to the others.";

namespace {

using Levels = std::vector<Cohort::Level>;

bool is_weak(const Cohort::Level& level) { return level.level == "open" || level.level == "weak"; }

// The safest; of several as safe that of which the most is sure.
std::optional<std::size_t> target_of(const Drift& drift) {
  std::optional<std::size_t> best;
  const auto rank = [&](std::size_t i) {
    const Variant& variant = drift.variants[i];
    return std::pair(variant.grade.safety, variant.devices.size() - variant.assumed.size());
  };
  bool differ = false;
  for (std::size_t i = 0; i < drift.variants.size(); ++i) {
    if (best && drift.variants[i].grade.safety != drift.variants[*best].grade.safety) differ = true;
    if (rank(i).second > 0 && rank(i).first > 0 && (!best || rank(i) > rank(*best))) best = i;
  }
  return differ ? best : std::nullopt;
}

class Planner {
 public:
  Planner(const Drift& drift, const Variant& target) : drift_(drift) {
    for (const std::size_t device : target.devices) {
      for (const Cohort::Level& level : drift.cohort.levels[device])
        (is_weak(level) ? tolerated_ : protected_).insert({level.setting, level.value});
      for (const auto& [setting, answer] : drift.cohort.known[device])
        answers_[setting].insert(answer);
    }
  }

  DevicePlan plan(std::size_t device, std::size_t variant) const {
    DevicePlan plan{.device = device, .variant = variant, .steps = {}, .undecided = {}};
    for (const std::size_t i : settings_to_change(device))
      if (drift_.cohort.settings[i].change.empty()) {
        plan.undecided.push_back(i);
      } else {
        add_step(i, plan.steps);
      }
    std::erase_if(plan.undecided, [&](std::size_t i) { return follows(device, i, plan.steps); });
    return plan;
  }

 private:
  // In the order in which they are changed.
  std::vector<std::size_t> settings_to_change(std::size_t device) const {
    std::set<std::size_t> settings;
    find_missing(device, settings);
    for (const Cohort::Level& level : drift_.cohort.levels[device])
      if (is_weak(level) && !tolerated_.contains({level.setting, level.value}))
        settings.insert(level.setting);
    for (const auto& [setting, answer] : drift_.cohort.known[device])
      if (differs(setting, answer)) settings.insert(setting);
    std::vector<std::size_t> order(settings.begin(), settings.end());
    std::ranges::sort(order, {},
                      [&](std::size_t i) { return std::pair(drift_.cohort.settings[i].step, i); });
    return order;
  }

  // What the target has in place of something that the device has and should not.
  void find_missing(std::size_t device, std::set<std::size_t>& settings) const {
    const Levels& levels = drift_.cohort.levels[device];
    for (const auto& [setting, value] : protected_) {
      const CohortSetting& info = drift_.cohort.settings[setting];
      const bool there = std::ranges::any_of(levels, [&](const Cohort::Level& level) {
        return level.setting == setting && level.value == value;
      });
      const bool wanted = std::ranges::any_of(levels, [&](const Cohort::Level& level) {
        return is_weak(level) &&
               std::ranges::find(info.replaces, drift_.cohort.settings[level.setting].name) !=
                   info.replaces.end();
      });
      if (!there && wanted) settings.insert(setting);
    }
  }

  bool differs(std::size_t setting, const Answer& answer) const {
    const auto found = answers_.find(setting);
    return found != answers_.end() && std::ranges::all_of(found->second, [&](const Answer& other) {
             return in_conflict(answer, other, drift_.cohort.settings[setting].compare);
           });
  }

  // One step for all that is changed in the same way.
  // Who comes to it by Telnet comes another way once the steps have closed that: all that the
  // setting says of the device are names of settings that are changed.
  bool follows(std::size_t device, std::size_t setting, const std::vector<Step>& steps) const {
    const Profile& known = drift_.cohort.known[device];
    const auto answer = std::ranges::find(known, setting, &Profile::value_type::first);
    const auto changed = [&](const std::string& name) {
      return std::ranges::any_of(steps, [&](const Step& step) {
        return std::ranges::any_of(
            step.settings, [&](std::size_t i) { return drift_.cohort.settings[i].name == name; });
      });
    };
    return answer != known.end() && !answer->second.seen.empty() &&
           std::ranges::all_of(answer->second.seen, changed);
  }

  void add_step(std::size_t setting, std::vector<Step>& steps) const {
    const CohortSetting& info = drift_.cohort.settings[setting];
    const auto same = std::ranges::find(steps, info.change, &Step::change);
    if (same != steps.end()) {
      same->settings.push_back(setting);
    } else {
      steps.push_back({{setting}, info.change, info.eliminates, info.check});
    }
  }

  const Drift& drift_;
  std::set<std::pair<std::size_t, std::string>> protected_, tolerated_;  // of the target
  std::map<std::size_t, std::set<Answer>> answers_;
};

}  // namespace

Plan make_plan(const Drift& drift) {
  Plan plan{.target = target_of(drift), .devices = {}};
  if (!plan.target) return plan;
  const Planner planner(drift, drift.variants[*plan.target]);
  for (std::size_t i = 0; i < drift.variants.size(); ++i) {
    if (i == *plan.target) continue;
    for (const std::size_t device : drift.variants[i].devices)
      plan.devices.push_back(planner.plan(device, i));
  }
  return plan;
}

}  // namespace asepsis
