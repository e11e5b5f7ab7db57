#include "inventory/settings_file.hpp"

#include <algorithm>

#include "inventory/knowledge_file.hpp"
#include "inventory/knowledge_section.hpp"
#include "inventory/settings.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kTakes[] = {"each", "latest", "lowest", "highest"};

// Which of `names` the key says; number `otherwise` if it is not there.
template <class Names>
std::size_t choice(Section& in, std::string_view key, const Names& names,
                   std::size_t otherwise = 0) {
  const std::string text = in.text(key);
  if (text.empty()) return otherwise;
  const auto found = std::ranges::find(names, text);
  if (found == std::end(names)) return in.wrong(key, "is none of those that there are"), otherwise;
  return static_cast<std::size_t>(found - std::begin(names));
}

void read_sources(Section& in, SettingInfo& setting) {
  setting.claims = in.texts("claims");
  for (const std::string& claim : setting.claims) in.check_claim("claims", claim);
  setting.applications = in.texts("applications");
  setting.uses = in.texts("uses");
  setting.attribute = in.text("attribute");
  if (!setting.attribute.empty() &&
      std::ranges::find(kSettingAttributes, setting.attribute) == kSettingAttributes.end())
    in.wrong("attribute", "is none of firmware, hardware, os, serial");
  setting.derived = in.text("derived");
  if (!setting.derived.empty() && !is_setting_derivation(setting.derived))
    in.wrong("derived", "names the unknown derivation '" + setting.derived + "'");
  const int sources = (setting.claims.empty() ? 0 : 1) + (setting.uses.empty() ? 0 : 1) +
                      (setting.attribute.empty() ? 0 : 1) + (setting.derived.empty() ? 0 : 1) +
                      (setting.applications.empty() || !setting.derived.empty() ? 0 : 1);
  if (sources != 1) in.wrong("claims", "or applications, uses, attribute, derived: write one");
  setting.match = in.text("match");
  setting.says = in.text("says");
  setting.take = static_cast<Take>(choice(in, "take", kTakes));
  if (setting.take > Take::latest && setting.order.empty())
    in.wrong("take", "needs an order of the values");
  setting.ports = in.ports("ports");
  setting.except = in.texts("except");
  setting.shown_by = in.texts("shown_by");
}

// A service is told apart by its port, and has it or refuses it; what is told
// of devices as a whole has one value unless it says otherwise.
void read_comparison(Section& in, SettingInfo& setting) {
  const bool service = !setting.applications.empty() && setting.derived.empty();
  const auto usual = static_cast<std::size_t>(service ? Compare::in_common : Compare::same);
  setting.instance = in.text("instance");
  if (service && setting.instance.empty()) setting.instance = "port";
  constexpr std::string_view kInstances[] = {"", "port", "peer", "role", "direction"};
  if (std::ranges::find(kInstances, setting.instance) == std::end(kInstances))
    in.wrong("instance", "is none of port, peer, role, direction");
  setting.compare = static_cast<Compare>(choice(in, "compare", kCompareNames, usual));
  setting.differs_by_nature = in.yes("differs_by_nature");
  if (setting.differs_by_nature) setting.compare = Compare::never;
}

}  // namespace

Result<void> read_setting(Section& in, KnowledgeTables& tables) {
  SettingInfo setting;
  setting.name = in.text("name", true);
  setting.title = in.text("title", true);
  setting.meaning = in.text("meaning", true);
  setting.where = in.where();
  setting.type = in.text("type");
  if (setting.type.empty()) setting.type = "text";
  setting.unit = in.text("unit");
  setting.order = in.texts("order");
  read_sources(in, setting);
  read_comparison(in, setting);
  setting.open = in.texts("open");
  setting.weak = in.texts("weak");
  setting.strong = in.texts("strong");
  setting.change = in.text("change");
  setting.check = in.text("check");
  setting.eliminates = in.text("eliminates");
  setting.replaces = in.texts("replaces");
  setting.step = in.number("step", kUsualStep, 9);
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

Result<void> read_grade(Section& in, KnowledgeTables& tables) {
  GradeRule grade{.name = in.text("name", true),
                  .meaning = in.text("meaning", true),
                  .safety = in.number("safety", 1, 100),
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
