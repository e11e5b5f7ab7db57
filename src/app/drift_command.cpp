#include "app/drift_command.hpp"

#include <algorithm>
#include <iostream>
#include <tuple>

#include "app/answers.hpp"
#include "app/drift_output.hpp"
#include "assess/cohort_store.hpp"
#include "assess/drift.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace asepsis {
namespace {

CohortChoice choice_of(const DriftCommand& command) {
  CohortChoice choice{.model = command.model, .where = command.where};
  if (command.split == "site") choice.split = SplitBy::site;
  if (command.split == "care-area") choice.split = SplitBy::care_area;
  if (command.split == "firmware") choice.split = SplitBy::firmware;
  return choice;
}

// As it is kept, where that says all that is shown.
Result<std::vector<Drift>> assess(Database& database, const DriftCommand& command) {
  const CohortChoice choice = choice_of(command);
  if (command.plan || choice.split != SplitBy::nothing || !choice.where.empty())
    return whole_drifts(database, choice);
  auto kept = kept_drifts(database, choice.model);
  if (!kept) return std::unexpected(kept.error());
  if (*kept && (choice.model.empty() || !(*kept)->empty())) return **std::move(kept);
  return whole_drifts(database, choice);
}

// Devices in variants of the lowest safety that is known of any.
std::size_t at_risk(const Drift& drift) {
  std::size_t count = 0;
  for (const Variant& variant : drift.variants)
    if (variant.grade.safety == 1) count += variant.devices.size();
  return count;
}

// The more ways, and of those the more devices at risk, the sooner to look at.
void sort_by_need(std::vector<Drift>& drifts) {
  std::ranges::sort(drifts, [](const Drift& a, const Drift& b) {
    const auto rank = [](const Drift& one) {
      return std::tuple(one.at_least, at_risk(one), one.cohort.devices.size());
    };
    const auto name = [](const Drift& one) {
      return std::tie(one.cohort.manufacturer, one.cohort.model, one.cohort.part);
    };
    return rank(a) != rank(b) ? rank(a) > rank(b) : name(a) < name(b);
  });
}

// What came after `since` on devices that were known before, and what it was.
std::string changes_sql(std::int64_t since) {
  const std::string then = std::to_string(since);
  const auto text_of = [](const std::string& setting) {
    return "coalesce(nullif(" + setting + ".value, ''), " + setting + ".state)";
  };
  const auto time_of = [](const std::string& time) {
    return "strftime('%Y-%m-%dT%H:%M:%S', " + time +
           " / 1000000000, 'unixepoch') || printf('.%06dZ', " + time + " / 1000 % 1000000)";
  };
  return "SELECT " + time_of("s.first_seen") +
         " AS first_seen, d.id AS device, (SELECT value FROM device_value v WHERE v.device = d.key "
         "AND v.attribute = 'model' AND v.value <> '') AS model, k.name AS setting, "
         "nullif(s.instance, '') AS instance, (SELECT group_concat(was, ', ') FROM (SELECT "
         "DISTINCT " +
         text_of("b") +
         " AS was FROM setting b WHERE b.device = s.device AND b.kind = s.kind AND b.instance = "
         "s.instance AND b.current = 0 AND b.first_seen < " +
         then + " ORDER BY 1)) AS was, " + text_of("s") +
         " || iif(s.state = 'refused' AND s.value <> '', ' refused', '') AS \"is\", "
         "nullif(s.level, '') AS level "
         "FROM setting s JOIN device d ON d.key = s.device JOIN setting_kind k ON k.id = s.kind "
         "WHERE s.first_seen >= " +
         then + " AND d.first_seen < " + then +
         " AND s.current = 1 AND s.state <> 'unknown' AND (?1 = '' OR d.id IN (SELECT value FROM "
         "json_each(?1))) ORDER BY s.first_seen, d.id, s.kind, s.instance, s.value";
}

Result<void> show_changes(const AnswerOptions& options, const DriftCommand& command,
                          Database& database) {
  const auto since =
      time_from_text(command.since.size() == 10 ? command.since + "T00:00:00Z" : command.since);
  if (!since)
    return fail(escaped(command.since) +
                " is no time: write it like 2026-03-03 or 2026-03-03T02:10:00Z");
  std::string devices;
  if (!command.model.empty() || !command.where.empty()) {
    const auto cohorts = load_cohorts(database, choice_of(command));
    if (!cohorts) return std::unexpected(cohorts.error());
    for (const Cohort& cohort : *cohorts)
      for (const CohortDevice& device : cohort.devices)
        devices += (devices.empty() ? "[\"" : ",\"") + device.id + '"';
    devices += devices.empty() ? "[]" : "]";
  }
  const auto rows =
      run_query(database, changes_sql(nanoseconds_since_1970(*since)), devices, kKnown);
  if (!rows) return std::unexpected(rows.error());
  if (options.form == Form::table && rows->cells.empty()) {
    std::cout << "Nothing that is known changed on a device that was there before.\n";
    return {};
  }
  print(*rows, options.form);
  return {};
}

}  // namespace

Result<void> show_drift(const AnswerOptions& options, const DriftCommand& command) {
  auto database = open_for_comparing(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  if (!command.since.empty()) return show_changes(options, command, *database);
  auto drifts = assess(*database, command);
  if (!drifts) return std::unexpected(drifts.error());
  sort_by_need(*drifts);
  if (drifts->empty() && options.form == Form::table) {
    std::cout << "There are no two devices of one model.\n";
    return {};
  }
  if (command.plan || !command.model.empty()) {
    for (Drift& drift : *drifts) {
      if (!command.plan && options.form == Form::table)
        if (const auto added = add_care_areas(*database, drift.cohort, devices_shown(drift));
            !added)
          return added;
      if (command.plan && drift.variants.size() < 2 && command.model.empty()) continue;
      if (options.form == Form::table && &drift != drifts->data()) std::cout << '\n';
      command.plan ? print_plan(drift, options.form) : print_matrix(drift, options.form);
    }
    return {};
  }
  print_overview(*drifts, options.form);
  return {};
}

}  // namespace asepsis
