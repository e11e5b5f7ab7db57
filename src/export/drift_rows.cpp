#include "export/drift_rows.hpp"

#include <algorithm>

#include "assess/plan.hpp"
#include "base/json_text.hpp"
#include "base/number_text.hpp"
#include "base/text.hpp"

namespace asepsis {

std::optional<std::string> optional_text(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

namespace {

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

}  // namespace

Rows drift_rows(std::span<const Drift> drifts) {
  Rows rows{{{"manufacturer"},
             {"model"},
             {"part"},
             {.name = "devices", .kind = Column::Kind::json},
             {.name = "at_least", .kind = Column::Kind::number},
             {.name = "variants", .kind = Column::Kind::json},
             {.name = "separating", .kind = Column::Kind::json}},
            {}};
  for (const Drift& drift : drifts) {
    std::vector<std::size_t> all(drift.cohort.devices.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    rows.cells.push_back({optional_text(drift.cohort.manufacturer), drift.cohort.model,
                          optional_text(drift.cohort.part), json_ids(drift.cohort, all),
                          std::to_string(drift.at_least), json_variants(drift),
                          json_separating(drift)});
  }
  return rows;
}

std::string grade_text(const Variant& variant) {
  return variant.grade.name.empty() ? "grade not known" : variant.grade.name;
}

// "3 hardened, 8 wide open", the worst last.
std::string grades_of(const Drift& drift) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const Variant& variant : drift.variants) {
    const auto found =
        std::ranges::find(counts, grade_text(variant), &std::pair<std::string, std::size_t>::first);
    if (found == counts.end()) {
      counts.emplace_back(grade_text(variant), variant.devices.size());
    } else {
      found->second += variant.devices.size();
    }
  }
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? "" : ", ") + with_thousands(count) + ' ' + name;
  return text;
}

std::string setting_text(const CohortSetting& setting) {
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

namespace {

std::string title_of(const Cohort& cohort) {
  return (cohort.manufacturer.empty() ? "" : cohort.manufacturer + ' ') + cohort.model +
         (cohort.part.empty() ? "" : " (" + cohort.part + ")");
}

}  // namespace

std::string drift_headline(const Drift& drift) {
  const std::string many =
      with_thousands(drift.cohort.devices.size()) + " devices " + escaped(title_of(drift.cohort));
  if (drift.variants.size() < 2)
    return many + ": nothing that is known of them differs (" + grades_of(drift) + ").";
  std::string text = many + ", configured in at least " + with_thousands(drift.at_least) +
                     " ways: " + grades_of(drift);
  if (drift.at_least < drift.variants.size())
    text += "; shown here as " + with_thousands(drift.variants.size());
  return text + ".";
}

// A row a separating setting and variant.
Rows matrix_rows(const Drift& drift) {
  Rows rows{{{"setting"},
             {"instance"},
             {"variant"},
             {"grade"},
             {.name = "devices", .kind = Column::Kind::number},
             {"value"},
             {"proven"}},
            {}};
  for (const Separating& separating : drift.separating) {
    const CohortSetting& setting = drift.cohort.settings[separating.setting];
    for (const auto& [i, value] : separating.values)
      rows.cells.push_back({setting.name, optional_text(setting.instance), drift.variants[i].id,
                            optional_text(drift.variants[i].grade.name),
                            std::to_string(drift.variants[i].devices.size()), value,
                            separating.proven ? "yes" : "no"});
  }
  return rows;
}

namespace {

// A setting on its way: what it is, and what it is where the device is to get to.
std::string members_of_setting(const Drift& drift, const Plan& plan, std::size_t device,
                               std::size_t i) {
  const CohortSetting& setting = drift.cohort.settings[i];
  const std::vector<std::size_t>& target = drift.variants[*plan.target].devices;
  return "\"setting\":" + json_string(setting.name) + json_member("title", setting.title) +
         json_member("instance", setting.instance) +
         json_member("value", value_text(drift.cohort, {device}, i)) +
         json_member("target", value_text(drift.cohort, target, i));
}

std::string json_undecided(const Drift& drift, const Plan& plan, const DevicePlan& one) {
  std::vector<std::string> settings;
  settings.reserve(one.undecided.size());
  for (const std::size_t i : one.undecided)
    settings.push_back('{' + members_of_setting(drift, plan, one.device, i) +
                       json_member("settle", drift.cohort.settings[i].check) + '}');
  return array_of_json(settings);
}

std::string json_steps(const Drift& drift, const Plan& plan, const DevicePlan& one) {
  std::vector<std::string> steps;
  for (const Step& step : one.steps) {
    std::vector<std::string> settings;
    settings.reserve(step.settings.size());
    for (const std::size_t i : step.settings)
      settings.push_back('{' + members_of_setting(drift, plan, one.device, i) + '}');
    steps.push_back(
        "{\"change\":" + json_string(step.change) + ",\"settings\":" + array_of_json(settings) +
        json_member("eliminates", step.eliminates) + json_member("check_first", step.check) + '}');
  }
  return array_of_json(steps);
}

}  // namespace

Rows plan_rows(const Drift& drift, const Plan& plan) {
  Rows rows{{{"manufacturer"},
             {"model"},
             {"device"},
             {"care_area"},
             {"variant"},
             {"target"},
             {.name = "steps", .kind = Column::Kind::json},
             {.name = "undecided", .kind = Column::Kind::json},
             {"before_anything"}},
            {}};
  for (const DevicePlan& one : plan.devices) {
    const CohortDevice& device = drift.cohort.devices[one.device];
    rows.cells.push_back({optional_text(drift.cohort.manufacturer), drift.cohort.model, device.id,
                          optional_text(device.care_area), drift.variants[one.variant].id,
                          drift.variants[*plan.target].id, json_steps(drift, plan, one),
                          json_undecided(drift, plan, one), std::string(kBeforeAnything)});
  }
  return rows;
}

}  // namespace asepsis
