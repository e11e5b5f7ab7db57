#include "inventory/settings_file.hpp"

#include <algorithm>

#include "inventory/knowledge_file.hpp"
#include "inventory/knowledge_keys.hpp"
#include "inventory/settings.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kTakes[] = {"each", "latest", "lowest", "highest"};

// Which of `names` the key says; number `otherwise` if it is not there.
template <class Names>
std::size_t choice(TomlTable& in, std::string_view key, const Names& names,
                   std::size_t otherwise = 0) {
  const std::string text = in.text_or(key);
  if (text.empty()) return otherwise;
  const auto found = std::ranges::find(names, text);
  if (found == std::end(names)) return in.wrong(key, "is none of those that there are"), otherwise;
  return static_cast<std::size_t>(found - std::begin(names));
}

void read_sources(TomlTable& in, SettingInfo& setting) {
  setting.claims = in.texts("claims");
  for (const std::string& claim : setting.claims) check_claim(in, "claims", claim);
  setting.applications = in.texts("applications");
  setting.uses = in.texts("uses");
  setting.attribute = in.text_or("attribute");
  if (!setting.attribute.empty() &&
      std::ranges::find(kSettingAttributes, setting.attribute) == kSettingAttributes.end())
    in.wrong("attribute", "is none of firmware, hardware, os, serial");
  setting.derived = in.text_or("derived");
  if (!setting.derived.empty() && !is_setting_derivation(setting.derived))
    in.wrong("derived", "names the unknown derivation '" + setting.derived + "'");
  const int sources = (setting.claims.empty() ? 0 : 1) + (setting.uses.empty() ? 0 : 1) +
                      (setting.attribute.empty() ? 0 : 1) + (setting.derived.empty() ? 0 : 1) +
                      (setting.applications.empty() || !setting.derived.empty() ? 0 : 1);
  if (sources != 1) in.wrong("claims", "or applications, uses, attribute, derived: write one");
  setting.match = in.text_or("match");
  setting.says = in.text_or("says");
  setting.take = static_cast<Take>(choice(in, "take", kTakes));
  if (setting.take > Take::latest && setting.order.empty())
    in.wrong("take", "needs an order of the values");
  for (const std::int64_t port : in.numbers("ports", 1, 65'535))
    setting.ports.push_back(static_cast<std::uint16_t>(port));
  setting.except = in.texts("except");
  setting.shown_by = in.texts("shown_by");
}

// A service is told apart by its port, and has it or refuses it; what is told
// of devices as a whole has one value unless it says otherwise.
void read_comparison(TomlTable& in, SettingInfo& setting) {
  const bool service = !setting.applications.empty() && setting.derived.empty();
  const auto usual = static_cast<std::size_t>(service ? Compare::in_common : Compare::same);
  setting.instance = in.text_or("instance");
  if (service && setting.instance.empty()) setting.instance = "port";
  constexpr std::string_view kInstances[] = {"", "port", "peer", "role", "direction"};
  if (std::ranges::find(kInstances, setting.instance) == std::end(kInstances))
    in.wrong("instance", "is none of port, peer, role, direction");
  setting.compare = static_cast<Compare>(choice(in, "compare", kCompareNames, usual));
  setting.differs_by_nature = in.yes("differs_by_nature");
  if (setting.differs_by_nature) setting.compare = Compare::never;
}

}  // namespace

Result<void> read_setting(TomlTable& in, KnowledgeTables& tables) {
  SettingInfo setting;
  setting.name = in.text("name");
  setting.title = in.text("title");
  setting.meaning = in.text("meaning");
  setting.where = in.where();
  setting.type = in.text_or("type");
  if (setting.type.empty()) setting.type = "text";
  setting.unit = in.text_or("unit");
  setting.order = in.texts("order");
  read_sources(in, setting);
  read_comparison(in, setting);
  setting.open = in.texts("open");
  setting.weak = in.texts("weak");
  setting.strong = in.texts("strong");
  setting.change = in.text_or("change");
  setting.check = in.text_or("check");
  setting.eliminates = in.text_or("eliminates");
  setting.replaces = in.texts("replaces");
  setting.step = static_cast<std::uint64_t>(in.number("step", kUsualStep, 1, 9));
  if (!setting.change.empty() && (setting.check.empty() || setting.eliminates.empty()))
    in.wrong("change", "needs to say what to check first and what it eliminates");
  const auto old = std::ranges::find(tables.settings, setting.name, &SettingInfo::name);
  if (old == tables.settings.end()) {
    tables.settings.push_back(std::move(setting));
  } else {
    *old = std::move(setting);
  }
  return in.finished();
}

Result<void> read_grade(TomlTable& in, KnowledgeTables& tables) {
  GradeRule grade{.name = in.text("name"),
                  .meaning = in.text("meaning"),
                  .safety = static_cast<std::uint64_t>(in.number("safety", 1, 1, 100)),
                  .any = in.texts("any", true),
                  .none = in.texts("none")};
  for (const auto* levels : {&grade.any, &grade.none})
    for (const std::string& level : *levels)
      if (std::ranges::find(kLevels, level) == std::end(kLevels))
        in.wrong("any", "names the unknown level '" + level + "'");
  const auto old = std::ranges::find(tables.grades, grade.name, &GradeRule::name);
  if (old == tables.grades.end()) {
    tables.grades.push_back(std::move(grade));
  } else {
    *old = std::move(grade);
  }
  return in.finished();
}

}  // namespace asepsis
