#include "app/drift_output.hpp"

#include <algorithm>
#include <iostream>
#include <map>

#include "app/database_access.hpp"
#include "app/terminal.hpp"
#include "assess/plan.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "export/rows.hpp"

namespace asepsis {
namespace {

using Kind = Column::Kind;
using Cells = std::vector<std::optional<std::string>>;

std::optional<std::string> known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// ---- JSON.

std::string array_of_json(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? "," : "") + item;
  return out + ']';
}

std::string json_ids(const Cohort& cohort, const std::vector<std::size_t>& devices) {
  std::vector<std::string> ids;
  ids.reserve(devices.size());
  for (const std::size_t device : devices) ids.push_back(json_string(cohort.devices[device].id));
  return array_of_json(ids);
}

std::string json_member(std::string_view key, const std::string& text) {
  return text.empty() ? std::string() : ',' + json_string(key) + ':' + json_string(text);
}

std::string json_variants(const Drift& drift) {
  std::vector<std::string> items;
  items.reserve(drift.variants.size());
  for (const Variant& variant : drift.variants)
    items.push_back("{\"id\":" + json_string(variant.id) +
                    ",\"devices\":" + json_ids(drift.cohort, variant.devices) +
                    ",\"assumed\":" + json_ids(drift.cohort, variant.assumed) +
                    json_member("grade", variant.grade.name) + '}');
  return array_of_json(items);
}

std::string json_separating(const Drift& drift) {
  std::vector<std::string> items;
  for (const Separating& separating : drift.separating) {
    const CohortSetting& setting = drift.cohort.settings[separating.setting];
    std::string values;
    for (const auto& [variant, value] : separating.values)
      values += (values.empty() ? "" : ",") + json_string(drift.variants[variant].id) + ':' +
                json_string(value);
    items.push_back(
        "{\"setting\":" + json_string(setting.name) + json_member("instance", setting.instance) +
        ",\"proven\":" + (separating.proven ? "true" : "false") + ",\"values\":{" + values + "}}");
  }
  return array_of_json(items);
}

void print_json(const std::vector<Drift>& drifts) {
  Rows rows{{{"manufacturer"},
             {"model"},
             {"part"},
             {.name = "devices", .kind = Kind::json},
             {.name = "at_least", .kind = Kind::number},
             {.name = "variants", .kind = Kind::json},
             {.name = "separating", .kind = Kind::json}},
            {}};
  for (const Drift& drift : drifts) {
    std::vector<std::size_t> all(drift.cohort.devices.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    rows.cells.push_back({known(drift.cohort.manufacturer), drift.cohort.model,
                          known(drift.cohort.part), json_ids(drift.cohort, all),
                          std::to_string(drift.at_least), json_variants(drift),
                          json_separating(drift)});
  }
  print(rows, Form::json);
}

// ---- For people.

std::string grade_name(const Variant& variant) {
  return variant.grade.name.empty() ? "grade not known" : variant.grade.name;
}

// "3 hardened, 8 wide open", the worst last.
std::string grades_of(const Drift& drift) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const Variant& variant : drift.variants) {
    const auto found =
        std::ranges::find(counts, grade_name(variant), &std::pair<std::string, std::size_t>::first);
    if (found == counts.end()) {
      counts.emplace_back(grade_name(variant), variant.devices.size());
    } else {
      found->second += variant.devices.size();
    }
  }
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + name;
  return text;
}

std::string name_of(const CohortSetting& setting) {
  return setting.instance.empty() ? setting.name : setting.name + ' ' + setting.instance;
}

std::string differing(const Drift& drift) {
  std::string text;
  for (const Separating& separating : drift.separating) {
    const std::string& name = drift.cohort.settings[separating.setting].name;
    if (separating.proven && text.find(name) == std::string::npos)
      text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string title_of(const Cohort& cohort) {
  return (cohort.manufacturer.empty() ? "" : cohort.manufacturer + ' ') + cohort.model +
         (cohort.part.empty() ? "" : " (" + cohort.part + ")");
}

std::string headline(const Drift& drift) {
  const std::string many =
      std::to_string(drift.cohort.devices.size()) + " devices " + escaped(title_of(drift.cohort));
  if (drift.variants.size() < 2)
    return many + ": nothing that is known of them differs (" + grades_of(drift) + ").";
  std::string text = many + ", configured in at least " + std::to_string(drift.at_least) +
                     " ways: " + grades_of(drift);
  if (drift.at_least < drift.variants.size())
    text += "; shown here as " + std::to_string(drift.variants.size());
  return text + ".";
}

void print_members(const Drift& drift) {
  for (const Variant& variant : drift.variants) {
    std::cout << '\n' << variant.id << ", " << grade_name(variant) << ": ";
    const char* comma = "";
    for (const std::size_t device : variant.devices) {
      const CohortDevice& one = drift.cohort.devices[device];
      std::cout << comma << one.id;
      if (!one.care_area.empty()) std::cout << " (" << escaped(one.care_area) << ')';
      if (std::ranges::binary_search(variant.assumed, device)) std::cout << " assumed";
      comma = ", ";
    }
    std::cout << '\n';
  }
}

// A row a separating setting and variant.
Rows matrix_rows(const Drift& drift) {
  Rows rows{{{"setting"},
             {"instance"},
             {"variant"},
             {"grade"},
             {.name = "devices", .kind = Kind::number},
             {"value"},
             {"proven"}},
            {}};
  for (const Separating& separating : drift.separating) {
    const CohortSetting& setting = drift.cohort.settings[separating.setting];
    for (const auto& [i, value] : separating.values)
      rows.cells.push_back({setting.name, known(setting.instance), drift.variants[i].id,
                            known(drift.variants[i].grade.name),
                            std::to_string(drift.variants[i].devices.size()), value,
                            separating.proven ? "yes" : "no"});
  }
  return rows;
}

void print_table(const Drift& drift) {
  Rows rows{{{.name = "setting", .least = SIZE_MAX}}, {}};
  for (const Variant& variant : drift.variants)
    rows.columns.push_back({.name = variant.id + ": " + std::to_string(variant.devices.size()) +
                                    ' ' + grade_name(variant)});
  for (const bool proven : {true, false})
    for (const Separating& separating : drift.separating) {
      if (separating.proven != proven) continue;
      Cells cells{(proven ? "" : "~ ") + name_of(drift.cohort.settings[separating.setting])};
      for (std::size_t i = 0; i < drift.variants.size(); ++i) {
        const auto value = separating.values.find(i);
        cells.emplace_back(value == separating.values.end() ? std::string("-") : value->second);
      }
      rows.cells.push_back(std::move(cells));
    }
  write_table(std::cout, rows, table_style());
}

// ---- Plans.

std::string json_steps(const Drift& drift, const DevicePlan& plan,
                       const std::vector<std::size_t>& target) {
  std::vector<std::string> steps;
  for (const Step& step : plan.steps) {
    std::vector<std::string> settings;
    for (const std::size_t i : step.settings) {
      const CohortSetting& setting = drift.cohort.settings[i];
      settings.push_back("{\"setting\":" + json_string(setting.name) +
                         json_member("instance", setting.instance) +
                         json_member("value", value_text(drift.cohort, {plan.device}, i)) +
                         json_member("target", value_text(drift.cohort, target, i)) + '}');
    }
    steps.push_back(
        "{\"change\":" + json_string(step.change) + ",\"settings\":" + array_of_json(settings) +
        json_member("eliminates", step.eliminates) + json_member("check_first", step.check) + '}');
  }
  return array_of_json(steps);
}

Rows plan_rows(const Drift& drift, const Plan& plan) {
  Rows rows{{{"manufacturer"},
             {"model"},
             {"device"},
             {"care_area"},
             {"variant"},
             {"target"},
             {.name = "steps", .kind = Kind::json},
             {"before_anything"}},
            {}};
  for (const DevicePlan& one : plan.devices) {
    const CohortDevice& device = drift.cohort.devices[one.device];
    rows.cells.push_back({known(drift.cohort.manufacturer), drift.cohort.model, device.id,
                          known(device.care_area), drift.variants[one.variant].id,
                          drift.variants[*plan.target].id,
                          json_steps(drift, one, drift.variants[*plan.target].devices),
                          std::string(kBeforeAnything)});
  }
  return rows;
}

void print_steps(const Drift& drift, const std::vector<Step>& steps) {
  int number = 0;
  for (const Step& step : steps) {
    std::cout << "  " << ++number << ". " << escaped(step.change) << " (";
    const char* comma = "";
    for (const std::size_t i : step.settings) {
      std::cout << comma << escaped(name_of(drift.cohort.settings[i]));
      comma = ", ";
    }
    std::cout << ")\n     eliminates " << escaped(step.eliminates) << "\n     first check "
              << escaped(step.check) << '\n';
  }
  if (number == 0) std::cout << "  Nothing that is known of it has to change: find out the rest.\n";
}

bool same_steps(const std::vector<Step>& a, const std::vector<Step>& b) {
  return std::ranges::equal(a, b, [](const Step& one, const Step& other) {
    return one.change == other.change && one.settings == other.settings;
  });
}

// Devices whose steps are the same stand together.
void print_plan_text(const Drift& drift, const Plan& plan) {
  for (std::size_t i = 0; i < plan.devices.size();) {
    std::size_t end = i;
    std::cout << "\nFrom " << drift.variants[plan.devices[i].variant].id << " to "
              << drift.variants[*plan.target].id << ": ";
    while (end < plan.devices.size() && plan.devices[end].variant == plan.devices[i].variant &&
           same_steps(plan.devices[end].steps, plan.devices[i].steps)) {
      const CohortDevice& device = drift.cohort.devices[plan.devices[end].device];
      std::cout << (end > i ? ", " : "") << device.id
                << (device.care_area.empty() ? "" : " (" + escaped(device.care_area) + ")");
      ++end;
    }
    std::cout << '\n';
    print_steps(drift, plan.devices[i].steps);
    i = end;
  }
}

}  // namespace

void print_overview(const std::vector<Drift>& drifts, Form form) {
  if (form == Form::json) return print_json(drifts);
  Rows rows{{{"manufacturer"},
             {"model"},
             {"part"},
             {.name = "devices", .kind = Kind::number},
             {.name = "at_least", .kind = Kind::number},
             {.name = "grades", .least = 24},
             {.name = "differ_in", .spare = 1, .least = 24}},
            {}};
  for (const Drift& drift : drifts)
    rows.cells.push_back({known(drift.cohort.manufacturer), drift.cohort.model,
                          known(drift.cohort.part), std::to_string(drift.cohort.devices.size()),
                          std::to_string(drift.at_least), grades_of(drift),
                          known(differing(drift))});
  if (std::ranges::none_of(rows.cells, [](const Cells& cells) { return cells[2].has_value(); })) {
    rows.columns.erase(rows.columns.begin() + 2);
    for (Cells& cells : rows.cells) cells.erase(cells.begin() + 2);
  }
  print(rows, form);
}

void print_matrix(const Drift& drift, Form form) {
  if (form == Form::json) return print_json({drift});
  if (form == Form::csv) return print(matrix_rows(drift), form);
  std::cout << headline(drift) << '\n';
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
  std::cout << headline(drift) << '\n';
  if (!plan.target) {
    std::cout
        << "No variant is known to be safer than another: there is no target to reach. What is "
           "missing, the manufacturer has to say.\n";
    return;
  }
  const Variant& target = drift.variants[*plan.target];
  std::cout << "Target: " << target.id << " (" << grade_name(target) << "), which works on "
            << target.devices.size() << " of them.\n\n"
            << kBeforeAnything << '\n';
  print_plan_text(drift, plan);
}

}  // namespace asepsis
