// One table of a file of knowledge/, read key by key: a misspelt key is an
// error with its line. Only the readers of such files include this (it brings
// toml++ along, as headers).

#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "fact/claim.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

inline std::string at_line(std::string_view file, const toml::source_region& region) {
  return std::string(file) + ": line " + std::to_string(region.begin.line);
}

// One table of the file. Remembers the first thing that was wrong, so that a
// reader takes key after key in a straight line and asks once.
class Section {
 public:
  Section(std::string_view file, std::string_view kind, const toml::table& table)
      : file_(file), kind_(kind), table_(table) {}

  std::string where() const { return at_line(file_, table_.source()); }

  std::string text(std::string_view key, bool required = false) {
    const toml::node* node = take(key, required);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong(key, *node, "is not a text"), std::string();
    if (value->empty()) wrong(key, *node, "is empty");
    return *value;
  }

  bool yes(std::string_view key) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(key, *node, "is neither true nor false");
    return value.value_or(false);
  }

  std::uint64_t number(std::string_view key, std::uint64_t otherwise, std::uint64_t most) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 1 || static_cast<std::uint64_t>(*value) > most) {
      return wrong(key, *node, "is not a number from 1 to " + std::to_string(most)), otherwise;
    }
    return static_cast<std::uint64_t>(*value);
  }

  std::optional<double> weight(std::string_view key, bool required = false) {
    const toml::node* node = take(key, required);
    return node == nullptr ? std::nullopt : as_weight(key, *node);
  }

  // A text or a list of texts.
  std::vector<std::string> texts(std::string_view key, bool required = false) {
    std::vector<std::string> values;
    const toml::node* node = take(key, required);
    if (node == nullptr) return values;
    if (const auto one = node->value_exact<std::string>()) return {*one};
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, *node, "is not a list of texts"), values;
    for (const toml::node& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value || value->empty()) return wrong(key, item, "holds what is not a text"), values;
      values.push_back(*value);
    }
    return values;
  }

  // A list of numbers of ports.
  std::vector<std::uint16_t> ports(std::string_view key) {
    constexpr std::int64_t kMost = 65'535;
    std::vector<std::uint16_t> values;
    const toml::node* node = take(key, false);
    if (node == nullptr) return values;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, *node, "is not a list of ports"), values;
    for (const toml::node& item : *list) {
      const auto value = item.value_exact<std::int64_t>();
      if (!value || *value < 1 || *value > kMost)
        return wrong(key, item, "holds what is not a port"), values;
      values.push_back(static_cast<std::uint16_t>(*value));
    }
    return values;
  }

  // { name = 0.3, ... }, in the order of the names.
  std::vector<std::pair<std::string, double>> weights(std::string_view key) {
    std::vector<std::pair<std::string, double>> values;
    for_each_in(key, [&](std::string_view name, const toml::node& node) {
      values.emplace_back(name, as_weight(key, node).value_or(0));
    });
    return values;
  }

  // { class = "...", model = "..." }
  PerAttribute<std::string> attributes(std::string_view key) {
    PerAttribute<std::string> values;
    for_each_in(key, [&](std::string_view name, const toml::node& node) {
      const auto index = attribute(key, name, node);
      const auto value = node.value_exact<std::string>();
      if (!value) return wrong(key, node, "says what is not a text");
      if (index) values[*index] = *value;
    });
    return values;
  }

  // One weight for all, or { class = 0.8, model = 0.5 }.
  PerAttribute<double> attribute_weights(std::string_view key) {
    PerAttribute<double> values{};
    const auto node = table_.find(key);
    if (node != table_.end() && !node->second.is_table()) {
      values.fill(weight(key).value_or(0));
      return values;
    }
    for_each_in(key, [&](std::string_view name, const toml::node& item) {
      const auto index = attribute(key, name, item);
      if (index) values[*index] = as_weight(key, item).value_or(0);
    });
    return values;
  }

  std::vector<Condition> conditions(std::string_view key) {
    std::vector<Condition> values;
    const toml::node* node = take(key, false);
    if (node == nullptr) return values;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, *node, "is not a list of conditions"), values;
    for (const toml::node& item : *list) {
      if (!item.is_table()) return wrong(key, item, "holds what is not a condition"), values;
      Section inner(file_, key, *item.as_table());
      values.push_back({inner.claim("claim"), inner.text("match"), inner.text("example")});
      if (const auto bad = inner.finished(); !bad) error_ = error_.value_or(bad.error());
    }
    return values;
  }

  std::string claim(std::string_view key) {
    std::string name = text(key, true);
    if (!name.empty()) check_claim(key, name);
    return name;
  }

  void check_claim(std::string_view key, std::string_view name) {
    const auto found = std::ranges::find(kClaims, name, &ClaimRow::name);
    if (found == std::end(kClaims)) {
      wrong(key, table_, "names the unknown claim '" + std::string(name) + "'");
    }
  }

  // REQUIRES: every key that may be there was asked for.
  Result<void> finished() const {
    if (error_) return Failure(*error_);
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(taken_, key.str()) != taken_.end()) continue;
      return fail(at_line(file_, node.source()) + ": " + std::string(kind_) +
                  ": no such key: " + std::string(key.str()));
    }
    return {};
  }

  void wrong(std::string_view key, const toml::node& node, const std::string& why) {
    if (error_) return;
    const toml::node& known = node.source().begin.line > 0 ? node : table_;
    error_ = Error{at_line(file_, known.source()) + ": " + std::string(kind_) + ": " +
                   std::string(key) + " " + why};
  }
  void wrong(std::string_view key, const std::string& why) { wrong(key, table_, why); }

 private:
  const toml::node* take(std::string_view key, bool required) {
    taken_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && required) wrong(key, table_, "is missing");
    return node;
  }

  template <class Action>
  void for_each_in(std::string_view key, Action action) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return;
    if (!node->is_table()) return wrong(key, *node, "is not a table { ... }");
    for (const auto& [name, item] : *node->as_table()) action(name.str(), item);
  }

  std::optional<std::size_t> attribute(std::string_view key, std::string_view name,
                                       const toml::node& node) {
    const auto found = std::ranges::find(kAttributeNames, name);
    if (found == kAttributeNames.end()) {
      wrong(key, node, "names the unknown attribute '" + std::string(name) + "'");
      return std::nullopt;
    }
    return static_cast<std::size_t>(found - kAttributeNames.begin());
  }

  std::optional<double> as_weight(std::string_view key, const toml::node& node) {
    const auto value = node.value<double>();
    if (value && *value >= 0 && *value <= 1) return value;
    wrong(key, node, "is not a weight from 0 to 1");
    return std::nullopt;
  }

  std::string_view file_;
  std::string_view kind_;
  const toml::table& table_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

}  // namespace asepsis
