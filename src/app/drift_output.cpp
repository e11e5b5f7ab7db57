#include "app/drift_output.hpp"

#include <algorithm>
#include <iostream>
#include <span>

#include "app/database_access.hpp"
#include "app/terminal.hpp"
#include "assess/plan.hpp"
#include "base/text.hpp"
#include "export/drift_rows.hpp"
#include "export/rows.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;
using Cells = std::vector<std::optional<std::string>>;

// What people are shown; programs get all.
constexpr std::size_t kMostVariants = 12;
constexpr std::size_t kMostDevices = 50;  // of a variant

// The largest, in their order.
std::vector<std::size_t> variants_shown(const Drift& drift) {
  std::vector<std::size_t> shown(drift.variants.size());
  for (std::size_t i = 0; i < shown.size(); ++i) shown[i] = i;
  std::ranges::stable_sort(shown, std::ranges::greater(),
                           [&](std::size_t i) { return drift.variants[i].devices.size(); });
  shown.resize(std::min(shown.size(), kMostVariants));
  std::ranges::sort(shown);
  return shown;
}

void print_members(const Drift& drift) {
  for (const std::size_t i : variants_shown(drift)) {
    const Variant& variant = drift.variants[i];
    std::cout << '\n' << variant.id << ", " << grade_text(variant) << ": ";
    const char* comma = "";
    for (const std::size_t device :
         std::span(variant.devices).first(std::min(variant.devices.size(), kMostDevices))) {
      const CohortDevice& one = drift.cohort.devices[device];
      std::cout << comma << one.id;
      if (!one.care_area.empty()) std::cout << " (" << escaped(one.care_area) << ')';
      if (std::ranges::binary_search(variant.assumed, device)) std::cout << " assumed";
      comma = ", ";
    }
    if (variant.devices.size() > kMostDevices)
      std::cout << " and " << variant.devices.size() - kMostDevices << " more";
    std::cout << '\n';
  }
  if (drift.variants.size() > kMostVariants)
    std::cout << "\nThese are the " << kMostVariants << " largest of " << drift.variants.size()
              << " variants: --json and --csv have all.\n";
}

void print_table(const Drift& drift) {
  Rows rows{{{.name = "setting", .least = SIZE_MAX}}, {}};
  const std::vector<std::size_t> shown = variants_shown(drift);
  for (const std::size_t i : shown)
    rows.columns.push_back({.name = drift.variants[i].id + ": " +
                                    std::to_string(drift.variants[i].devices.size()) + ' ' +
                                    grade_text(drift.variants[i])});
  for (const bool proven : {true, false})
    for (const Separating& separating : drift.separating) {
      if (separating.proven != proven ||
          std::ranges::none_of(shown, [&](std::size_t i) { return separating.values.contains(i); }))
        continue;
      Cells cells{(proven ? "" : "~ ") + setting_text(drift.cohort.settings[separating.setting])};
      for (const std::size_t i : shown) {
        const auto value = separating.values.find(i);
        cells.emplace_back(value == separating.values.end() ? std::string("-") : value->second);
      }
      rows.cells.push_back(std::move(cells));
    }
  write_table(std::cout, rows, table_style());
}

// What nobody is told to change, as the target's is not known to be the right one.
void print_undecided(const Drift& drift, const Plan& plan, const DevicePlan& one) {
  if (one.undecided.empty()) return;
  std::cout << "  For others to decide: that the target has another does not make it right.\n";
  for (const std::size_t i : one.undecided) {
    const CohortSetting& setting = drift.cohort.settings[i];
    const std::string target = value_text(drift.cohort, drift.variants[*plan.target].devices, i);
    std::cout << "  - " << escaped(setting_text(setting)) << ": "
              << escaped(value_text(drift.cohort, {one.device}, i)) << ", the target "
              << (target.empty() ? "not known" : escaped(target))
              << (setting.check.empty() ? "" : ". Settle " + escaped(setting.check)) << '\n';
  }
}

void print_steps(const Drift& drift, const Plan& plan, const DevicePlan& one) {
  int number = 0;
  for (const Step& step : one.steps) {
    std::cout << "  " << ++number << ". " << escaped(step.change) << " (";
    const char* comma = "";
    for (const std::size_t i : step.settings) {
      std::cout << comma << escaped(setting_text(drift.cohort.settings[i]));
      comma = ", ";
    }
    std::cout << ")\n     eliminates " << escaped(step.eliminates) << "\n     first check "
              << escaped(step.check) << '\n';
  }
  print_undecided(drift, plan, one);
  if (number == 0 && one.undecided.empty())
    std::cout << "  Nothing that is known of it has to change: find out the rest.\n";
}

bool same_way(const Cohort& cohort, const DevicePlan& a, const DevicePlan& b) {
  return a.variant == b.variant && a.undecided == b.undecided &&
         std::ranges::equal(a.steps, b.steps,
                            [](const Step& one, const Step& other) {
                              return one.change == other.change && one.settings == other.settings;
                            }) &&
         std::ranges::all_of(a.undecided, [&](std::size_t i) {
           return value_text(cohort, {a.device}, i) == value_text(cohort, {b.device}, i);
         });
}

// Devices of which the same is said stand together.
void print_plan_text(const Drift& drift, const Plan& plan) {
  for (std::size_t i = 0; i < plan.devices.size();) {
    std::size_t end = i;
    std::cout << "\nFrom " << drift.variants[plan.devices[i].variant].id << " to "
              << drift.variants[*plan.target].id << ": ";
    while (end < plan.devices.size() &&
           same_way(drift.cohort, plan.devices[end], plan.devices[i])) {
      const CohortDevice& device = drift.cohort.devices[plan.devices[end].device];
      std::cout << (end > i ? ", " : "") << device.id
                << (device.care_area.empty() ? "" : " (" + escaped(device.care_area) + ")");
      ++end;
    }
    std::cout << '\n';
    print_steps(drift, plan, plan.devices[i]);
    i = end;
  }
}

}  // namespace

void print_overview(const std::vector<Drift>& drifts, Form form) {
  if (form == Form::json) return print(drift_rows(drifts), form);
  Rows rows{{{"manufacturer"},
             {"model"},
             {"part"},
             {.name = "devices", .kind = Kind::number},
             {.name = "at_least", .kind = Kind::number},
             {.name = "grades", .least = 24},
             {.name = "differ_in", .spare = 1, .least = 24}},
            {}};
  for (const Drift& drift : drifts)
    rows.cells.push_back(
        {optional_text(drift.cohort.manufacturer), drift.cohort.model,
         optional_text(drift.cohort.part), std::to_string(drift.cohort.devices.size()),
         std::to_string(drift.at_least), grades_of(drift), optional_text(differing(drift))});
  if (std::ranges::none_of(rows.cells, [](const Cells& cells) { return cells[2].has_value(); })) {
    rows.columns.erase(rows.columns.begin() + 2);
    for (Cells& cells : rows.cells) cells.erase(cells.begin() + 2);
  }
  print(rows, form);
}

std::vector<std::size_t> devices_shown(const Drift& drift) {
  std::vector<std::size_t> devices;
  for (const std::size_t i : variants_shown(drift)) {
    const auto& all = drift.variants[i].devices;
    devices.insert(devices.end(), all.begin(),
                   all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostDevices)));
  }
  return devices;
}

void print_matrix(const Drift& drift, Form form) {
  if (form == Form::json) return print(drift_rows({&drift, 1}), form);
  if (form == Form::csv) return print(matrix_rows(drift), form);
  std::cout << drift_headline(drift) << '\n';
  if (drift.variants.size() > 1) {
    std::cout << '\n';
    print_table(drift);
    std::cout << "- not known; ~ no proof of a difference: others may have it too\n";
  }
  print_members(drift);
  if (drift.variants.size() > 1)
    std::cout << "\nWhy we say so: asepsis why DEVICE SETTING. What to do: asepsis drift --plan "
              << "'" << escaped(drift.cohort.model) << "'\n";
}

void print_plan(const Drift& drift, Form form) {
  const Plan plan = make_plan(drift);
  if (form != Form::table) return print(plan_rows(drift, plan), form);
  std::cout << drift_headline(drift) << '\n';
  if (!plan.target) {
    std::cout
        << "No variant is known to be safer than another: there is no target to reach. What is "
           "missing, the manufacturer has to say.\n";
    return;
  }
  const Variant& target = drift.variants[*plan.target];
  std::cout << "Target: " << target.id << " (" << grade_text(target) << "), which works on "
            << target.devices.size() << " of them.\n\n"
            << kBeforeAnything << '\n';
  print_plan_text(drift, plan);
}

}  // namespace asepsis
