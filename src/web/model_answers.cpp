#include "web/model_answers.hpp"

#include <algorithm>
#include <span>

#include "assess/plan.hpp"
#include "export/drift_rows.hpp"
#include "web/device_rows.hpp"
#include "web/models.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

using Chips = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMostAbout = 2'000;  // devices that a chip is shown of

const std::vector<Column> kAbout{
    {.name = "name"}, {.name = "ip"}, {.name = "care_area"}, {.name = "site"}, {.name = "serial"}};

Result<Rows> ask(Data& data, const std::string& sql, const std::vector<Column>& known) {
  const auto lent = data.lend();
  return run_query(*lent, sql, {}, known);
}

// What a chip of each device shows, by its id.
Result<Chips> about(Data& data, const Cohort& cohort) {
  std::vector<std::string> ids;
  for (const CohortDevice& device : cohort.devices)
    if (ids.size() < kMostAbout) ids.push_back(device.id);
  auto rows = ask(data,
                  "SELECT id, name ->> 0 AS name, ip ->> 0 AS ip, care_area, site, serial "
                  "FROM devices WHERE id IN (" +
                      quoted_list(ids) + ")",
                  kAbout);
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t row = 0; row < rows->cells.size(); ++row) {
    const std::string id = rows->cells[row].front().value_or("");
    rows->cells[row].front().reset();
    all.emplace_back(id, json_members(*rows, row));
  }
  std::ranges::sort(all);
  return all;
}

std::string json_about(const std::vector<std::pair<std::string, std::string>>& all) {
  std::string out;
  for (const auto& [id, members] : all)
    out += (out.empty() ? "" : ",") + json_string(id) + ":{" + members + '}';
  return '{' + out + '}';
}

std::string json_ids(const Cohort& cohort, const std::vector<std::size_t>& devices) {
  return json_array(devices, [&](std::size_t i) { return json_string(cohort.devices[i].id); });
}

std::string json_variants(const Drift& drift) {
  return json_array(drift.variants, [&](const Variant& variant) {
    return JsonObject()
        .text("id", variant.id)
        .raw("devices", json_ids(drift.cohort, variant.devices))
        .raw("assumed", json_ids(drift.cohort, variant.assumed))
        .text("grade", variant.grade.name)
        .number_if("safety", static_cast<std::uint64_t>(variant.grade.safety))
        .json();
  });
}

std::string json_separating(const Drift& drift,
                            const std::vector<std::pair<std::string, std::string>>& meanings) {
  return json_array(drift.separating, [&](const Separating& separating) {
    const CohortSetting& setting = drift.cohort.settings[separating.setting];
    JsonObject values;
    JsonObject levels;
    for (const auto& [i, value] : separating.values) values.text(drift.variants[i].id, value);
    for (const auto& [i, level] : separating.levels) levels.text(drift.variants[i].id, level);
    const auto meaning = std::ranges::lower_bound(meanings, setting.name, {},
                                                  &std::pair<std::string, std::string>::first);
    return JsonObject()
        .text("setting", setting.name)
        .text("instance", setting.instance)
        .raw("title", json_string(setting.title))
        .text("meaning", meaning != meanings.end() && meaning->first == setting.name
                             ? meaning->second
                             : std::string())
        .raw("proven", flag_text(separating.proven))
        .object("values", values)
        .object("levels", levels)
        .json();
  });
}

Result<Chips> meanings(Data& data) {
  const auto rows = ask(data, "SELECT name, meaning FROM setting_kind ORDER BY name", {});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& cells : rows->cells)
    all.emplace_back(cells[0].value_or(""), cells[1].value_or(""));
  return all;
}

// The rows of the plan, without what is the same for all, with what chips show.
std::vector<PlannedDevice> planned_devices(const Drift& drift, const Plan& plan,
                                           const Chips& chips) {
  Rows rows = plan_rows(drift, plan);
  std::vector<PlannedDevice> all;
  all.reserve(rows.cells.size());
  for (std::size_t row = 0; row < rows.cells.size(); ++row) {
    auto& cells = rows.cells[row];
    std::string lists;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string& name = rows.columns[i].name;
      if (name == "steps" || name == "undecided")
        lists += ",\"" + name + "\":" + escaped_json(cells[i].value_or("[]"));
      if (name != "device" && name != "variant") cells[i].reset();
    }
    const std::string& id = drift.cohort.devices[plan.devices[row].device].id;
    const auto chip = std::ranges::lower_bound(chips, id, {}, &Chips::value_type::first);
    std::string json = '{' + json_members(rows, row);
    if (chip != chips.end() && chip->first == id && !chip->second.empty())
      json += ',' + chip->second;
    json += lists + '}';
    all.push_back({.id = id, .json = std::move(json)});
  }
  return all;
}

std::string members(const JsonObject& object) {
  const std::string whole = object.json();
  return whole.substr(1, whole.size() - 2);
}

std::string json_model(const Estate& estate, const Drift& drift, const Plan& plan,
                       const Chips& chips, const Chips& texts) {
  const Cohort& cohort = drift.cohort;
  JsonObject model;
  model.text("id", model_id(cohort)).text("manufacturer", cohort.manufacturer);
  model.text("model", cohort.model).text("class", class_of(estate, cohort));
  model.text("headline", drift_headline(drift));
  model.raw("devices", json_array(cohort.devices,
                                  [](const CohortDevice& one) { return json_string(one.id); }));
  model.number("at_least", drift.at_least).raw("variants", json_variants(drift));
  model.raw("separating", json_separating(drift, texts));
  model.text("target", plan.target ? drift.variants[*plan.target].id : std::string());
  return members(model.raw("about", json_about(chips)));
}

std::string json_way(const Drift& drift, const Plan& plan) {
  JsonObject way;
  way.text("id", model_id(drift.cohort)).text("manufacturer", drift.cohort.manufacturer);
  way.text("model", drift.cohort.model).text("headline", drift_headline(drift));
  way.text("before_anything", kBeforeAnything);
  if (plan.target) way.text("target", drift.variants[*plan.target].id);
  return members(way);
}

}  // namespace

std::size_t ModelAnswers::bytes() const {
  std::size_t bytes = variants.size() + plan.size();
  for (const PlannedDevice& one : planned) bytes += sizeof one + one.id.size() + one.json.size();
  return bytes;
}

std::optional<std::string> ModelAnswers::plan_page(std::string_view after,
                                                   std::size_t limit) const {
  std::size_t first = 0;
  if (!after.empty()) {
    const auto found = std::ranges::find(planned, after, &PlannedDevice::id);
    if (found == planned.end()) return std::nullopt;
    first = static_cast<std::size_t>(found - planned.begin()) + 1;
  }
  const auto page =
      std::span(planned).subspan(first).first(std::min(limit, planned.size() - first));
  JsonObject object;
  object.number("total", planned.size()).number("first", first + 1);
  if (first + page.size() < planned.size()) object.text("next_cursor", page.back().id);
  if (first > limit) object.text("previous_cursor", planned[first - limit - 1].id);
  object.raw("devices", json_array(page, [](const PlannedDevice& one) { return one.json; }));
  return plan + ',' + members(object);
}

Result<ModelAnswers> model_answers(Data& data, const Drift& drift) {
  const auto chips = about(data, drift.cohort);
  const auto texts = meanings(data);
  if (!chips || !texts) return std::unexpected(chips ? texts.error() : chips.error());
  const Plan plan = make_plan(drift);
  ModelAnswers answers{.variants = json_model(data.estate(), drift, plan, *chips, *texts),
                       .plan = json_way(drift, plan),
                       .planned = {}};
  if (plan.target) answers.planned = planned_devices(drift, plan, *chips);
  return answers;
}

}  // namespace asepsis
