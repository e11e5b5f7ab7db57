// What a table of a file of knowledge/ holds beside texts and numbers: claims,
// weights, and what is said of the attributes of a device. Only the readers of
// such files include this.

#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/toml_table.hpp"
#include "fact/claim.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

inline std::optional<double> as_weight(TomlTable& in, std::string_view key,
                                       const toml::node& node) {
  const auto value = node.value<double>();
  if (value && *value >= 0 && *value <= 1) return value;
  in.wrong(key, "is not a weight from 0 to 1", &node);
  return std::nullopt;
}

inline std::optional<double> read_weight(TomlTable& in, std::string_view key,
                                         bool required = false) {
  const toml::node* node = in.take(key, required);
  return node == nullptr ? std::nullopt : as_weight(in, key, *node);
}

// Calls action(name, node) for each entry of { name = ..., ... }.
template <class Action>
void for_each_in(TomlTable& in, std::string_view key, const toml::node& node, Action action) {
  if (!node.is_table()) return in.wrong(key, "is not a table { ... }", &node);
  for (const auto& [name, item] : *node.as_table()) action(name.str(), item);
}

// { name = 0.3, ... }, in the order of the names.
inline std::vector<std::pair<std::string, double>> read_weights(TomlTable& in,
                                                                std::string_view key) {
  std::vector<std::pair<std::string, double>> values;
  if (const toml::node* node = in.take(key, false))
    for_each_in(in, key, *node, [&](std::string_view name, const toml::node& item) {
      values.emplace_back(name, as_weight(in, key, item).value_or(0));
    });
  return values;
}

inline std::optional<std::size_t> attribute_named(TomlTable& in, std::string_view key,
                                                  std::string_view name, const toml::node& node) {
  const auto* const found = std::ranges::find(kAttributeNames, name);
  if (found != kAttributeNames.end())
    return static_cast<std::size_t>(found - kAttributeNames.begin());
  in.wrong(key, "names the unknown attribute '" + std::string(name) + "'", &node);
  return std::nullopt;
}

// { class = "...", model = "..." }
inline PerAttribute<std::string> read_attributes(TomlTable& in, std::string_view key) {
  PerAttribute<std::string> values;
  if (const toml::node* node = in.take(key, false))
    for_each_in(in, key, *node, [&](std::string_view name, const toml::node& item) {
      const auto index = attribute_named(in, key, name, item);
      const auto value = item.value_exact<std::string>();
      if (!value) return in.wrong(key, "says what is not a text", &item);
      if (index) values[*index] = *value;
    });
  return values;
}

// One weight for all, or { class = 0.8, model = 0.5 }.
inline PerAttribute<double> read_attribute_weights(TomlTable& in, std::string_view key) {
  PerAttribute<double> values{};
  const toml::node* node = in.take(key, false);
  if (node == nullptr) return values;
  if (!node->is_table()) {
    values.fill(as_weight(in, key, *node).value_or(0));
    return values;
  }
  for_each_in(in, key, *node, [&](std::string_view name, const toml::node& item) {
    const auto index = attribute_named(in, key, name, item);
    if (index) values[*index] = as_weight(in, key, item).value_or(0);
  });
  return values;
}

inline void check_claim(TomlTable& in, std::string_view key, std::string_view name) {
  if (std::ranges::find(kClaims, name, &ClaimRow::name) == std::end(kClaims))
    in.wrong(key, "names the unknown claim '" + std::string(name) + "'");
}

inline std::string read_claim(TomlTable& in, std::string_view key) {
  std::string name = in.text(key);
  if (!name.empty()) check_claim(in, key, name);
  return name;
}

inline std::vector<Condition> read_conditions(TomlTable& in, std::string_view key) {
  std::vector<Condition> values;
  in.tables(key, [&](TomlTable& row) {
    values.push_back({.claim = read_claim(row, "claim"),
                      .match = row.text_or("match"),
                      .example = row.text_or("example")});
  });
  return values;
}

}  // namespace asepsis
