#include "assess/cohort.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/text.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

struct Member {
  CohortDevice device;
  std::string manufacturer, model, firmware;
  std::string maker;  // the manufacturer, by the one name of all that it is told by
};

std::string value_of(const std::string& attribute) {
  return "(SELECT value FROM device_value v WHERE v.device = d.key AND v.attribute = '" +
         attribute + "' AND v.value <> '' LIMIT 1)";
}

// Ways to write models that may be meant; their makers are looked at later.
std::vector<std::string> spellings_of(SQLite::Database& sql, const CohortChoice& choice) {
  if (!choice.spellings.empty() || choice.model.empty()) return choice.spellings;
  const std::string name = compact(choice.model);
  std::vector<std::string> spellings;
  for (const auto& [model, all] : spellings_of_models(sql))
    if (name.ends_with(model)) spellings.insert(spellings.end(), all.begin(), all.end());
  return spellings;
}

Member member_of(SQLite::Statement& row) {
  Member member;
  member.device = {.key = row.getColumn(0).getInt64(),
                   .id = row.getColumn(1).getString(),
                   .site = row.getColumn(2).getString(),
                   .care_area = row.getColumn(6).getString()};
  member.manufacturer = row.getColumn(3).getString();
  member.model = row.getColumn(4).getString();
  member.firmware = row.getColumn(5).getString();
  member.maker = row.getColumn(7).getString();
  return member;
}

std::vector<Member> load_members(SQLite::Database& sql, const CohortChoice& choice) {
  SQLite::Statement rows(
      sql, "SELECT d.key, d.id, s.name, coalesce(" + value_of("manufacturer") +
               ", ''), m.value, coalesce(" + value_of("firmware") + ", ''), coalesce(" +
               value_of("care_area") + ", ''), coalesce(" + value_of("maker") +
               ", '') FROM device_value m JOIN device d ON d.key = m.device JOIN site s ON s.id = "
               "d.site WHERE m.attribute = 'model' AND m.value <> ''" +
               (choice.model.empty() ? "" : " AND m.value = ?") +
               (choice.where.empty()
                    ? ""
                    : " AND d.id IN (SELECT id FROM devices WHERE " + choice.where + ")"));
  std::vector<Member> members;
  const auto take = [&] {
    while (rows.executeStep()) members.push_back(member_of(rows));
    rows.reset();
  };
  if (choice.model.empty()) take();
  for (const std::string& model : spellings_of(sql, choice)) {
    rows.bind(1, model);
    take();
  }
  std::ranges::sort(members, {}, [](const Member& member) { return member.device.id; });
  return members;
}

// A device whose maker is not known has that of all others of its model, if
// they have one.
void complete_makers(std::vector<Member>& members) {
  std::map<std::string, std::set<std::string>> makers;
  for (const Member& member : members)
    if (!member.maker.empty()) makers[compact(member.model)].insert(member.maker);
  for (Member& member : members) {
    const auto& known = makers[compact(member.model)];
    if (member.maker.empty() && known.size() == 1) member.maker = *known.begin();
  }
}

bool is_meant(const Member& member, const std::string& model) {
  const std::string name = compact(model);
  return model.empty() || compact(member.model) == name ||
         compact(member.manufacturer + member.model) == name;
}

std::string part_of(const Member& member, SplitBy split) {
  switch (split) {
    case SplitBy::nothing: return {};
    case SplitBy::site: return member.device.site;
    case SplitBy::care_area: return member.device.care_area;
    case SplitBy::firmware: return member.firmware;
  }
  return {};
}

// What most say; of as many the first by the alphabet.
class MostSaid {
 public:
  void add(const std::string& text) {
    if (!text.empty()) ++counts_[text];
  }
  std::string text() const {
    const auto most =
        std::ranges::max_element(counts_, {}, [](const auto& entry) { return entry.second; });
    return most == counts_.end() ? std::string() : most->first;
  }

 private:
  std::map<std::string, std::size_t> counts_;
};

struct Gathered {
  Cohort cohort;
  MostSaid manufacturer, model;
};

std::vector<Cohort> gather(const std::vector<Member>& members, const CohortChoice& choice) {
  std::map<std::tuple<std::string, std::string, std::string>, Gathered> cohorts;
  for (const Member& member : members) {
    if (!is_meant(member, choice.model)) continue;
    const std::string part = part_of(member, choice.split);
    Gathered& gathered = cohorts[{compact(member.maker), compact(member.model), part}];
    gathered.manufacturer.add(member.manufacturer);
    gathered.model.add(member.model);
    gathered.cohort.maker = compact(member.maker);
    gathered.cohort.name = compact(member.model);
    gathered.cohort.part = part;
    gathered.cohort.devices.push_back(member.device);
  }
  std::vector<Cohort> all;
  for (auto& [key, gathered] : cohorts) {
    if (gathered.cohort.devices.size() < 2) continue;
    gathered.cohort.manufacturer = gathered.manufacturer.text();
    gathered.cohort.model = gathered.model.text();
    all.push_back(std::move(gathered.cohort));
  }
  return all;
}

Compare compare_named(const std::string& name) {
  const auto found = std::ranges::find(kCompareNames, name);
  return found == kCompareNames.end() ? Compare::never
                                      : static_cast<Compare>(found - kCompareNames.begin());
}

// One current row of a setting.
struct Row {
  std::int64_t kind = 0;
  std::string instance, value, level;
  bool refused = false;
};
using Kinds = std::map<std::int64_t, CohortSetting>;

Kinds load_kinds(SQLite::Database& sql) {
  Kinds kinds;
  SQLite::Statement rows(sql,
                         "SELECT id, name, title, compare, change, \"check\", eliminates, step "
                         "FROM setting_kind WHERE NOT differs_by_nature");
  while (rows.executeStep()) {
    CohortSetting& kind = kinds[rows.getColumn(0).getInt64()];
    kind.kind = rows.getColumn(0).getInt64();
    kind.name = rows.getColumn(1).getString();
    kind.title = rows.getColumn(2).getString();
    kind.compare = compare_named(rows.getColumn(3).getString());
    kind.change = rows.getColumn(4).getString();
    kind.check = rows.getColumn(5).getString();
    kind.eliminates = rows.getColumn(6).getString();
    kind.step = rows.getColumn(7).getInt();
  }
  SQLite::Statement replaced(sql,
                             "SELECT k.id, j.value FROM setting_kind k, json_each(k.replaces) j "
                             "WHERE NOT k.differs_by_nature");
  while (replaced.executeStep())
    kinds[replaced.getColumn(0).getInt64()].replaces.push_back(replaced.getColumn(1).getString());
  return kinds;
}

// Values of one setting follow each other, sorted: answers are built in order.
void add_row(const Row& row, std::size_t setting, Profile& known,
             std::vector<Cohort::Level>& levels) {
  auto at = std::ranges::lower_bound(known, setting, {}, &Profile::value_type::first);
  if (at == known.end() || at->first != setting) at = known.insert(at, {setting, Answer{}});
  Answer& answer = at->second;
  if (!row.refused) {
    answer.seen.push_back(row.value);
    if (!row.level.empty()) levels.push_back({setting, row.value, row.level});
  } else if (row.value.empty()) {
    answer.refuses_all = true;
  } else {
    answer.refused.push_back(row.value);
  }
}

// What was read before its settings had their numbers.
using Raw = std::vector<std::vector<Row>>;

void number_settings(const Raw& raw, const Kinds& kinds, Cohort& cohort) {
  std::map<std::pair<std::int64_t, std::string>, std::size_t> numbers;
  for (const auto& rows : raw)
    for (const Row& row : rows) numbers.try_emplace({row.kind, row.instance});
  for (auto& [key, number] : numbers) {
    number = cohort.settings.size();
    CohortSetting& setting = cohort.settings.emplace_back(kinds.at(key.first));
    setting.instance = key.second;
  }
  cohort.known.resize(raw.size());
  cohort.levels.resize(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i)
    for (const Row& row : raw[i])
      add_row(row, numbers.at({row.kind, row.instance}), cohort.known[i], cohort.levels[i]);
}

void load_settings(SQLite::Database& sql, const Kinds& kinds, std::vector<Cohort>& cohorts) {
  SQLite::Statement rows(sql,
                         "SELECT kind, instance, value, state, level FROM setting "
                         "WHERE device = ? AND current = 1 AND state <> 'unknown' "
                         "ORDER BY kind, instance, value");
  for (Cohort& cohort : cohorts) {
    Raw raw(cohort.devices.size());
    for (std::size_t i = 0; i < cohort.devices.size(); ++i) {
      rows.bind(1, cohort.devices[i].key);
      while (rows.executeStep())
        if (kinds.contains(rows.getColumn(0).getInt64()))
          raw[i].push_back({.kind = rows.getColumn(0).getInt64(),
                            .instance = rows.getColumn(1).getString(),
                            .value = rows.getColumn(2).getString(),
                            .level = rows.getColumn(4).getString(),
                            .refused = rows.getColumn(3).getString() == "refused"});
      rows.reset();
    }
    number_settings(raw, kinds, cohort);
  }
}

}  // namespace

std::map<std::string, std::vector<std::string>> spellings_of_models(SQLite::Database& sql) {
  std::map<std::string, std::vector<std::string>> spellings;
  SQLite::Statement rows(sql,
                         "SELECT DISTINCT value FROM device_value WHERE attribute = 'model' AND "
                         "value <> '' ORDER BY value");
  while (rows.executeStep())
    spellings[compact(rows.getColumn(0).getText())].push_back(rows.getColumn(0).getString());
  return spellings;
}

Result<void> add_care_areas(Database& database, Cohort& cohort,
                            const std::vector<std::size_t>& devices) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement area(database.sql(),
                           "SELECT v.value FROM device d JOIN device_value v ON v.device = d.key "
                           "WHERE d.id = ? AND v.attribute = 'care_area' AND v.value <> ''");
    for (const std::size_t device : devices) {
      area.bind(1, cohort.devices[device].id);
      if (area.executeStep()) cohort.devices[device].care_area = area.getColumn(0).getString();
      area.reset();
    }
    return {};
  });
}

Result<std::vector<Cohort>> load_cohorts(Database& database, const CohortChoice& choice) {
  return guarded(database.path(), [&]() -> Result<std::vector<Cohort>> {
    std::vector<Member> members = load_members(database.sql(), choice);
    complete_makers(members);
    const bool any = std::ranges::any_of(
        members, [&](const Member& member) { return is_meant(member, choice.model); });
    if (!choice.model.empty() && !any)
      return fail("there is no device of the model " + escaped(choice.model) +
                  ": asepsis drift lists the models");
    std::vector<Cohort> cohorts = gather(members, choice);
    load_settings(database.sql(), load_kinds(database.sql()), cohorts);
    return cohorts;
  });
}

}  // namespace asepsis
