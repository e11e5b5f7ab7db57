#include "assess/drift.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <tuple>

namespace asepsis {
namespace {

const Answer* answer_of(const Cohort& cohort, std::size_t device, std::size_t setting) {
  const Profile& known = cohort.known[device];
  const auto at = std::ranges::lower_bound(known, setting, {}, &Profile::value_type::first);
  return at == known.end() || at->first != setting ? nullptr : &at->second;
}

// Different things that are known of a setting of a variant.
std::set<Answer> answers_of(const Cohort& cohort, const Variant& variant, std::size_t setting) {
  std::set<Answer> answers;
  for (const std::size_t device : variant.devices)
    if (const Answer* answer = answer_of(cohort, device, setting)) answers.insert(*answer);
  return answers;
}

// Two that conflict are never of one variant, so it does not matter whose they are.
bool proven(const std::vector<std::set<Answer>>& answers, Compare compare) {
  std::set<Answer> all;
  for (const auto& of_variant : answers) all.insert(of_variant.begin(), of_variant.end());
  for (auto a = all.begin(); a != all.end(); ++a)
    for (auto b = std::next(a); b != all.end(); ++b)
      if (in_conflict(*a, *b, compare)) return true;
  return false;
}

// Seen of every device that surely belongs to the variant.
bool seen_of_all(const Cohort& cohort, const Variant& variant, std::size_t setting) {
  const auto sees = [&](std::size_t device) {
    const Answer* answer = answer_of(cohort, device, setting);
    return (answer != nullptr && !answer->seen.empty()) ||
           std::ranges::binary_search(variant.assumed, device);
  };
  return variant.assumed.size() < variant.devices.size() &&
         std::ranges::all_of(variant.devices, sees);
}

// Something of it says how safe a device is: the rest is no reason to look.
bool says_safety(const Cohort& cohort, std::size_t setting) {
  return std::ranges::any_of(cohort.levels, [&](const auto& levels) {
    return std::ranges::any_of(
        levels, [&](const Cohort::Level& level) { return level.setting == setting; });
  });
}

bool sets_off(const Drift& drift, const std::vector<std::set<Answer>>& answers,
              std::size_t setting) {
  const bool unknown_of_one =
      std::ranges::any_of(answers, [](const auto& set) { return set.empty(); });
  return unknown_of_one && says_safety(drift.cohort, setting) &&
         std::ranges::any_of(drift.variants, [&](const Variant& variant) {
           return seen_of_all(drift.cohort, variant, setting);
         });
}

std::optional<Separating> separating_by(const Drift& drift, std::size_t setting) {
  std::vector<std::set<Answer>> answers;
  answers.reserve(drift.variants.size());
  for (const Variant& variant : drift.variants)
    answers.push_back(answers_of(drift.cohort, variant, setting));
  Separating separating{.setting = setting, .values = {}};
  separating.proven = proven(answers, drift.cohort.settings[setting].compare);
  if (!separating.proven && !sets_off(drift, answers, setting)) return std::nullopt;
  for (std::size_t i = 0; i < drift.variants.size(); ++i)
    if (!answers[i].empty())
      separating.values[i] = value_text(drift.cohort, drift.variants[i].devices, setting);
  return separating;
}

// "A" to "Z", "AA" ...
std::string letters(std::size_t number) {
  constexpr std::size_t kLetters = 26;
  const std::string text(1, static_cast<char>('A' + number % kLetters));
  return number < kLetters ? text : letters(number / kLetters - 1) + text;
}

std::vector<Variant> variants_of(const Cohort& cohort, Grouping&& grouping, const Grades& grades) {
  std::vector<Variant> variants;
  for (Grouping::Group& group : grouping.groups) {
    Variant& variant = variants.emplace_back();
    variant.devices = std::move(group.devices);
    variant.assumed = std::move(group.assumed);
    std::vector<const std::vector<Cohort::Level>*> levels;
    levels.reserve(variant.devices.size());
    for (const std::size_t device : variant.devices) levels.push_back(&cohort.levels[device]);
    variant.grade = grades.of(levels);
  }
  // They came the largest first, and of as large ones in an order of their own.
  for (std::size_t i = 0; i < variants.size(); ++i) variants[i].id = letters(i);
  std::ranges::sort(variants, [](const Variant& a, const Variant& b) {
    const auto rank = [](const Variant& one) {
      return std::tuple(-one.grade.safety, one.id.size(), one.id);
    };
    return rank(a) < rank(b);
  });
  for (std::size_t i = 0; i < variants.size(); ++i) variants[i].id = letters(i);
  return variants;
}

std::vector<std::string> levels_named(SQLite::Database& sql, const std::string& column,
                                      std::int64_t grade) {
  SQLite::Statement rows(
      sql, "SELECT j.value FROM grade g, json_each(g.\"" + column + "\") j WHERE g.id = ?");
  rows.bind(1, grade);
  std::vector<std::string> levels;
  while (rows.executeStep()) levels.push_back(rows.getColumn(0).getString());
  return levels;
}

}  // namespace

Result<Grades> Grades::load(Database& database) {
  return guarded(database.path(), [&]() -> Result<Grades> {
    Grades grades;
    SQLite::Statement rows(database.sql(), "SELECT id, name, safety FROM grade ORDER BY id");
    while (rows.executeStep()) {
      const std::int64_t id = rows.getColumn(0).getInt64();
      grades.rules_.push_back({.grade = {rows.getColumn(1).getString(), rows.getColumn(2).getInt()},
                               .any = levels_named(database.sql(), "any", id),
                               .none = levels_named(database.sql(), "none", id)});
    }
    return grades;
  });
}

Grade Grades::of(const std::vector<const std::vector<Cohort::Level>*>& levels) const {
  std::set<std::string> seen;
  for (const auto* list : levels)
    for (const Cohort::Level& level : *list) seen.insert(level.level);
  const auto is_seen = [&](const std::string& level) { return seen.contains(level); };
  for (const Rule& rule : rules_)
    if (std::ranges::any_of(rule.any, is_seen) && std::ranges::none_of(rule.none, is_seen))
      return rule.grade;
  return {};
}

std::string value_text(const Cohort& cohort, const std::vector<std::size_t>& devices,
                       std::size_t setting) {
  std::set<std::string> seen;
  std::set<std::string> refused;
  for (const std::size_t device : devices) {
    const Answer* answer = answer_of(cohort, device, setting);
    if (answer == nullptr) continue;
    seen.insert(answer->seen.begin(), answer->seen.end());
    refused.insert(answer->refused.begin(), answer->refused.end());
    if (answer->refuses_all) refused.emplace();
  }
  std::string text;
  const auto add = [&](const std::string& value) { text += (text.empty() ? "" : ", ") + value; };
  for (const std::string& value : seen) add(value);
  for (const std::string& value : refused) add(value.empty() ? "refused" : value + " refused");
  return text;
}

Drift assess_drift(Cohort cohort, const Grades& grades) {
  std::vector<Compare> compares;
  compares.reserve(cohort.settings.size());
  for (const CohortSetting& setting : cohort.settings) compares.push_back(setting.compare);
  Grouping grouping = group(cohort.known, compares);
  Drift drift{
      .cohort = std::move(cohort), .at_least = grouping.at_least, .variants = {}, .separating = {}};
  drift.variants = variants_of(drift.cohort, std::move(grouping), grades);
  if (drift.variants.size() < 2) return drift;
  for (std::size_t i = 0; i < drift.cohort.settings.size(); ++i)
    if (auto separating = separating_by(drift, i))
      drift.separating.push_back(std::move(*separating));
  return drift;
}

}  // namespace asepsis
