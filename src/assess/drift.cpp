#include "assess/drift.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

namespace asepsis {
namespace {

const Answer* answer_of(const Cohort& cohort, std::size_t device, std::size_t setting) {
  const Profile& known = cohort.known[device];
  const auto at = std::ranges::lower_bound(known, setting, {}, &Profile::value_type::first);
  return at == known.end() || at->first != setting ? nullptr : &at->second;
}

// What is known of one setting, variant by variant.
struct Known {
  struct Of {
    std::size_t variant;
    bool assumed;  // the device is in it by assumption
    const Answer* answer;
  };
  std::vector<Of> answers;
  std::map<std::size_t, std::size_t> worst;  // by variant: the worst level, as a place in kLevels
};

constexpr std::array<std::string_view, 3> kLevels{"open", "weak", "strong"};

// Of each setting.
std::vector<Known> known_of(const Drift& drift) {
  std::vector<Known> all(drift.cohort.settings.size());
  for (std::size_t i = 0; i < drift.variants.size(); ++i)
    for (const std::size_t device : drift.variants[i].devices) {
      const bool assumed = std::ranges::binary_search(drift.variants[i].assumed, device);
      for (const auto& [setting, answer] : drift.cohort.known[device])
        all[setting].answers.push_back({i, assumed, &answer});
      for (const Cohort::Level& level : drift.cohort.levels[device]) {
        const auto place =
            static_cast<std::size_t>(std::ranges::find(kLevels, level.level) - kLevels.begin());
        auto& worst = all[level.setting].worst.try_emplace(i, place).first->second;
        worst = std::min(worst, place);
      }
    }
  return all;
}

// Two that conflict are never of one variant, so it does not matter whose they are.
bool proven(const Known& known, Compare compare) {
  const auto less = [](const Answer* a, const Answer* b) { return *a < *b; };
  std::set<const Answer*, decltype(less)> all(less);
  for (const Known::Of& one : known.answers) all.insert(one.answer);
  for (auto a = all.begin(); a != all.end(); ++a)
    for (auto b = std::next(a); b != all.end(); ++b)
      if (in_conflict(**a, **b, compare)) return true;
  return false;
}

// Not known of one variant, and seen of every device that surely belongs to another. Only of
// what says how safe a device is: the rest is no reason to look.
bool sets_off(const Drift& drift, const Known& known) {
  if (known.worst.empty()) return false;
  std::map<std::size_t, std::size_t> seen;  // sure devices, by variant
  for (const Known::Of& one : known.answers)
    seen[one.variant] += one.assumed || one.answer->seen.empty() ? 0 : 1;
  return seen.size() < drift.variants.size() && std::ranges::any_of(seen, [&](const auto& one) {
           const Variant& variant = drift.variants[one.first];
           return one.second > 0 && one.second == variant.devices.size() - variant.assumed.size();
         });
}

std::string text_of(std::span<const Known::Of> answers) {
  std::set<std::string> seen;
  std::set<std::string> refused;
  for (const Known::Of& one : answers) {
    seen.insert(one.answer->seen.begin(), one.answer->seen.end());
    refused.insert(one.answer->refused.begin(), one.answer->refused.end());
    if (one.answer->refuses_all) refused.emplace();
  }
  std::string text;
  const auto add = [&](const std::string& value) { text += (text.empty() ? "" : ", ") + value; };
  for (const std::string& value : seen) add(value);
  for (const std::string& value : refused) add(value.empty() ? "refused" : value + " refused");
  return text;
}

std::optional<Separating> separating_by(const Drift& drift, std::size_t setting,
                                        const Known& known) {
  Separating separating{.setting = setting, .values = {}, .levels = {}};
  separating.proven = proven(known, drift.cohort.settings[setting].compare);
  if (!separating.proven && !sets_off(drift, known)) return std::nullopt;
  const std::span<const Known::Of> all(known.answers);
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].variant == all[begin].variant) ++end;
    separating.values[all[begin].variant] = text_of(all.subspan(begin, end - begin));
    begin = end;
  }
  for (const auto& [variant, place] : known.worst)
    if (place < kLevels.size()) separating.levels[variant] = kLevels.at(place);
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
  std::vector<Known::Of> answers;
  for (const std::size_t device : devices)
    if (const Answer* answer = answer_of(cohort, device, setting))
      answers.push_back({0, false, answer});
  return text_of(answers);
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
  const std::vector<Known> known = known_of(drift);
  for (std::size_t i = 0; i < drift.cohort.settings.size(); ++i)
    if (auto separating = separating_by(drift, i, known[i]))
      drift.separating.push_back(std::move(*separating));
  return drift;
}

}  // namespace asepsis
