#include "web/models.hpp"

#include <malloc.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "assess/cohort_store.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "export/drift_rows.hpp"
#include "export/json_object.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostAnswers = std::size_t{64} << 20;  // bytes of pages of models

// Devices in variants of the lowest safety that is known of any.
std::size_t at_risk(const Drift& drift) {
  std::size_t count = 0;
  for (const Variant& variant : drift.variants)
    if (variant.grade.safety == 1) count += variant.devices.size();
  return count;
}

std::string json_grades(const Drift& drift) {
  std::map<std::pair<int, std::string>, std::size_t> counts;  // the least safe first
  for (const Variant& variant : drift.variants)
    counts[{-variant.grade.safety, variant.grade.name}] += variant.devices.size();
  return json_array(counts, [](const auto& one) {
    return JsonObject()
        .text("grade", one.first.second)
        .number("devices", one.second)
        .number_if("safety", static_cast<std::uint64_t>(-one.first.first))
        .json();
  });
}

std::vector<std::string> settings_that_differ(const Drift& drift) {
  std::vector<std::string> names;
  for (const Separating& separating : drift.separating) {
    const std::string& name = drift.cohort.settings[separating.setting].name;
    if (separating.proven && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

ModelSummary summary_of(const Estate& estate, const Drift& drift) {
  const Cohort& cohort = drift.cohort;
  ModelSummary summary{.json = {},
                       .at_least = drift.at_least,
                       .at_risk = at_risk(drift),
                       .devices = cohort.devices.size(),
                       .variants = drift.variants.size(),
                       .id = model_id(cohort),
                       .name = cohort.manufacturer + ' ' + cohort.model};
  summary.json = JsonObject()
                     .text("id", summary.id)
                     .text("manufacturer", cohort.manufacturer)
                     .text("model", cohort.model)
                     .text("class", class_of(estate, cohort))
                     .number("device_count", summary.devices)
                     .number("at_least", summary.at_least)
                     .number("variant_count", summary.variants)
                     .raw("grades", json_grades(drift))
                     .raw("differ_in", json_array(settings_that_differ(drift)))
                     .json();
  return summary;
}

// One spelling of each model that two devices or more are.
std::vector<std::string> models_of(const Estate& estate) {
  std::map<std::string, std::pair<std::string, std::size_t>> models;
  for (const EstateDevice& device : estate.devices) {
    if (device.model == 0) continue;
    const std::string& text = estate.models.text(device.model);
    auto& [spelling, count] = models[compact(text)];
    spelling = text;
    ++count;
  }
  std::vector<std::string> names;
  for (const auto& [name, model] : models)
    if (model.second > 1) names.push_back(model.first);
  return names;
}

}  // namespace

std::string model_id(const Cohort& cohort) {
  return compact(cohort.manufacturer) + '~' + compact(cohort.model);
}

std::string class_of(const Estate& estate, const Cohort& cohort) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const CohortDevice& device : cohort.devices)
    if (const std::uint32_t place = estate.place_of(device.id); place != kNobody)
      ++counts[estate.devices[place].kind];
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
  return most == counts.end() ? std::string() : estate.classes.text(most->first);
}

Result<std::vector<Drift>> drift_of(Database& database, const std::string& model) {
  return whole_drifts(database, {.model = model});
}

Result<Drift> drift_named(Data& data, const std::string& id) {
  const std::size_t at = id.rfind('~');
  const Failure none = fail("there is no model " + escaped(id) + " of two devices or more");
  if (at == std::string::npos) return none;
  const auto models = models_of(data.estate());
  const auto model = std::ranges::find(models, id.substr(at + 1),
                                       [](const std::string& name) { return compact(name); });
  if (model == models.end()) return none;
  const auto lent = data.lend();
  auto drifts = drift_of(*lent, *model);
  if (!drifts) return std::unexpected(drifts.error());
  const auto drift =
      std::ranges::find(*drifts, id, [](const Drift& one) { return model_id(one.cohort); });
  if (drift == drifts->end()) return none;
  return std::move(*drift);
}

const ModelSummary* ModelList::named(std::string_view id) const {
  const auto found = std::ranges::find(models, id, &ModelSummary::id);
  return found == models.end() ? nullptr : &*found;
}

Models::Models(DataKeeper& keeper, Events& events, Prepare prepare)
    : keeper_(keeper),
      events_(events),
      prepare_(std::move(prepare)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Models::~Models() {
  thread_.request_stop();
  wake_.notify_all();
}

void Models::renew() {
  {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
  }
  wake_.notify_all();
}

std::shared_ptr<const ModelList> Models::list() const {
  const std::scoped_lock lock(mutex_);
  return list_;
}

void Models::work(const std::stop_token& stop) {
  give_way();
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [&] { return asked_; })) return;
      asked_ = false;
    }
    const auto data = keeper_.now();
    const auto tell = [&] {
      JsonObject age;
      age.text("version", data->version());
      if (data->estate().last > 0)
        age.text("as_of", to_rfc3339(time_from_nanoseconds(data->estate().last)));
      events_.tell("data", age.raw("loading", keeper_.loading() ? "true" : "false").json());
    };
    tell();
    {
      const std::scoped_lock one_at_a_time(keeper_.memory());
      auto list = assess(*data, stop);
      if (stop.stop_requested()) return;
      prepare_(*data, *list);
      const std::scoped_lock lock(mutex_);
      list_.swap(list);
    }
    ::malloc_trim(0);  // what comparing took would be kept for the next time
    tell();
  }
}

std::shared_ptr<const ModelList> Models::assess(Data& data, const std::stop_token& stop) {
  auto list = std::make_shared<ModelList>();
  list->version = data.version();
  list->last = data.estate().last;
  std::size_t kept = 0;  // bytes of answers
  std::set<std::string> known;
  for (const std::string& model : models_of(data.estate())) {
    if (stop.stop_requested()) break;
    const auto drifts = [&] {
      const auto lent = data.lend();
      return drift_of(*lent, model);
    }();
    if (!drifts) continue;
    for (const Drift& drift : *drifts) {
      if (!known.insert(model_id(drift.cohort)).second) continue;
      ModelSummary& summary = list->models.emplace_back(summary_of(data.estate(), drift));
      if (auto answers = model_answers(data, drift)) {
        kept += answers->bytes();
        if (kept <= kMostAnswers) summary.answers = *std::move(answers);
      }
    }
  }
  std::ranges::sort(list->models, [](const ModelSummary& a, const ModelSummary& b) {
    const auto rank = [](const ModelSummary& one) {
      return std::tuple(one.at_least, one.at_risk, one.devices);
    };
    return rank(a) != rank(b) ? rank(a) > rank(b) : a.name < b.name;
  });
  return list;
}

}  // namespace asepsis
