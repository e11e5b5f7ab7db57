#include "inventory/area_rules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/toml_table.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kMostVlan = 4094;  // IEEE 802.1Q; 4095 is reserved
constexpr std::size_t kMostRules = 10'000;
constexpr std::size_t kMostName = 100;  // bytes: it is a column of every table

std::string what_of(const AreaRule& rule) {
  return rule.vlan != 0 ? "VLAN " + std::to_string(rule.vlan) : to_text(rule.network);
}

void add(TomlTable& in, std::string_view key, AreaRule rule, std::vector<AreaRule>& rules) {
  const auto other = std::ranges::find_if(rules, [&](const AreaRule& one) {
    return one.vlan == rule.vlan && one.network == rule.network;
  });
  if (other != rules.end())
    return in.wrong(key, "names " + what_of(rule) + ", and so does " + other->where);
  if (rules.size() == kMostRules)
    return in.wrong(key, "is one too many: " + std::to_string(kMostRules) + " rules are the most");
  rules.push_back(std::move(rule));
}

void read_area(TomlTable& in, std::vector<AreaRule>& rules) {
  const AreaRule base{.area = in.text("name"), .where = in.where()};
  if (trimmed(base.area) != base.area) in.wrong("name", "begins or ends with a space");
  if (base.area.size() > kMostName)
    in.wrong("name", "is longer than " + std::to_string(kMostName) + " bytes");
  const auto vlans = in.numbers("vlans", 1, kMostVlan);
  const auto networks = in.texts("networks");
  if (vlans.empty() && networks.empty()) in.wrong("vlans", "is missing, and so is networks");
  for (const std::int64_t vlan : vlans) {
    AreaRule rule = base;
    rule.vlan = static_cast<std::uint16_t>(vlan);
    add(in, "vlans", std::move(rule), rules);
  }
  for (const std::string& text : networks) {
    const auto network = network_from_text(text);
    if (!network) {
      in.wrong("networks", "holds '" + text + "', which is not of the form 10.1.2.0/24");
    } else if (ip_from_text(text.substr(0, text.find('/'))) != network->first) {
      in.wrong("networks", "holds '" + text + "', whose network is " + to_text(*network));
    } else {
      AreaRule rule = base;
      rule.network = *network;
      add(in, "networks", std::move(rule), rules);
    }
  }
}

}  // namespace

Result<std::vector<AreaRule>> read_area_rules(std::string_view name, std::string_view text) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  std::vector<AreaRule> rules;
  TomlTable root(name, "", *parsed);
  root.tables("area", [&](TomlTable& in) { read_area(in, rules); });
  if (const auto done = root.finished(); !done) return std::unexpected(done.error());
  return rules;
}

}  // namespace asepsis
