// The one way to read TOML: a file is parsed, and its tables are taken key by
// key. What nobody asked for is refused: a misspelt key is an error with its
// file and line, not a rule that never fires. A table remembers the first thing
// that was wrong, so that a reader takes key after key in a straight line and
// asks once. Only the readers of such files include this (it brings toml++
// along, as headers).

#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/spelling.hpp"

namespace asepsis {

// "pack.toml: line 3"
inline std::string at_line(std::string_view file, const toml::source_region& region) {
  return std::string(file) + ": line " + std::to_string(region.begin.line);
}

// `file` stands in messages.
inline Result<toml::table> parse_toml(std::string_view file, std::string_view text) {
  toml::parse_result parsed = toml::parse(text, file);
  if (parsed) return std::move(parsed).table();
  std::string why(parsed.error().description());
  // What toml++ says of a text that goes on beyond its line.
  if (why.contains("parsing string") && why.contains("control characters"))
    why += " (is the closing quote missing?)";
  if (why.contains("as array-of-tables"))
    why += " (write each of them with two brackets, as [[check]])";
  return fail(at_line(file, parsed.error().source()) + ": " + why);
}

class TomlTable {
 public:
  // Both texts and the table must outlive it. `kind` stands in messages; it is
  // empty for the file as a whole.
  TomlTable(std::string_view file, std::string_view kind, const toml::table& table)
      : file_(file), kind_(kind), table_(table) {}

  std::string where() const { return at_line(file_, table_.source()); }
  std::string_view file() const { return file_; }

  // The value of a key, which then counts as asked for; null if it is not there.
  // For what no function below reads: wrong() says what is amiss with it.
  const toml::node* take(std::string_view key, bool required) {
    if (std::ranges::find(taken_, key) == taken_.end()) taken_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && required) wrong(key, "is missing");
    return node;
  }

  std::string text(std::string_view key, bool required = true) {
    const toml::node* node = take(key, required);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong(key, "is not a text", node), std::string();
    if (value->empty()) wrong(key, "is empty", node);
    return *value;
  }

  // A text that may be left out.
  std::string text_or(std::string_view key, std::string_view otherwise = {}) {
    std::string value = text(key, false);
    if (value.empty()) value = otherwise;
    return value;
  }

  bool yes(std::string_view key) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(key, "is neither true nor false", node);
    return value.value_or(false);
  }

  std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t least,
                      std::int64_t most) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) return *value;
    wrong(key, "is not a number from " + std::to_string(least) + " to " + std::to_string(most),
          node);
    return otherwise;
  }

  // A number or a list of numbers; empty if it is neither.
  std::vector<std::int64_t> numbers(std::string_view key, std::int64_t least, std::int64_t most,
                                    bool required = false) {
    std::vector<std::int64_t> values;
    const toml::node* node = take(key, required);
    if (node == nullptr) return values;
    const auto add = [&](const toml::node& item) {
      const auto value = item.value_exact<std::int64_t>();
      if (value && *value >= least && *value <= most) return values.push_back(*value);
      wrong(
          key,
          "is not a list of numbers from " + std::to_string(least) + " to " + std::to_string(most),
          &item);
    };
    if (const toml::array* list = node->as_array()) {
      for (const toml::node& item : *list) add(item);
    } else {
      add(*node);
    }
    return error_ ? std::vector<std::int64_t>() : values;
  }

  // A text or a list of texts.
  std::vector<std::string> texts(std::string_view key, bool required = false) {
    return texts(key, required, [](const std::string&) { return std::string(); });
  }

  // The same, where `fault(text)` says what is wrong with one; nothing if it is right.
  template <class Fault>
  std::vector<std::string> texts(std::string_view key, bool required, Fault fault) {
    std::vector<std::string> values;
    const toml::node* node = take(key, required);
    if (node == nullptr) return values;
    const auto add = [&](const toml::node& item) {
      const auto value = item.value_exact<std::string>();
      if (!value || value->empty()) return wrong(key, "holds what is not a text", &item);
      if (const std::string why = fault(*value); !why.empty())
        wrong(key, "holds '" + *value + "', " + why, &item);
      values.push_back(*value);
    };
    if (node->is_string()) return add(*node), values;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, "is not a list of texts", node), values;
    for (const toml::node& item : *list) add(item);
    if (required && list->empty()) wrong(key, "is an empty list", node);
    return values;
  }

  // One of a few words; something else than `otherwise` must be there if that is empty.
  template <class Words>
  std::string word(std::string_view key, const Words& words, std::string_view otherwise = {}) {
    std::string value = otherwise.empty() ? text(key) : text_or(key, otherwise);
    if (error_ || std::ranges::find(words, value) != std::ranges::end(words)) return value;
    wrong(key, "is '" + value + "', none of " + listed(words));
    return value;
  }

  // The table under a key, read by `read(TomlTable&)`.
  template <class Read>
  void table(std::string_view key, Read read, bool required = false) {
    const toml::node* node = take(key, false);
    if (node == nullptr)
      return required ? wrong(key, "is missing: a table, " + header(key, "[", "]")) : void();
    if (!node->is_table()) return wrong(key, "is not a table, " + header(key, "[", "]"), node);
    inner(key, *node->as_table(), read);
  }

  // The tables of a list, or the one that stands there instead of a list.
  template <class Read>
  void tables(std::string_view key, Read read, bool required = false) {
    const toml::node* node = take(key, false);
    if (node == nullptr)
      return required ? wrong(key, "is missing: tables, " + header(key, "[[", "]]")) : void();
    if (node->is_table()) return inner(key, *node->as_table(), read);
    if (!node->is_array())
      return wrong(key, "is not a list of tables, " + header(key, "[[", "]]"), node);
    for (const toml::node& item : *node->as_array()) {
      if (!item.is_table()) return wrong(key, "holds what is not a table", &item);
      inner(key, *item.as_table(), read);
    }
  }

  // The keys that are there, for tables whose keys are names.
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& [key, node] : table_) names.emplace_back(key.str());
    return names;
  }

  // What is wrong is said of the node's line, or else of the table's.
  void wrong(std::string_view key, const std::string& why, const toml::node* node = nullptr) {
    if (error_) return;
    if (node == nullptr) node = table_.get(key);
    if (node == nullptr) missing_ = key;
    const bool known = node != nullptr && node->source().begin.line > 0;
    error_ = Error{at_line(file_, known ? node->source() : table_.source()) + ": " + prefix() +
                   std::string(key) + ' ' + why};
  }

  // REQUIRES: every key that may be there was asked for.
  Result<void> finished() const {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(taken_, key.str()) != taken_.end()) continue;
      // What is missing may be what this was meant to be: then it is this line that is wrong.
      if (error_ && (missing_.empty() || !is_slip_of(key.str(), missing_))) continue;
      return fail(at_line(file_, node.source()) + ": " + prefix() +
                  "no such key: " + std::string(key.str()) + instead_of(key.str()));
    }
    return error_ ? Result<void>(Failure(*error_)) : Result<void>();
  }

 private:
  // What was meant by a key that is not known, or which others there may be.
  std::string instead_of(std::string_view written) const {
    std::vector<std::string> free;
    std::ranges::copy_if(taken_, std::back_inserter(free),
                         [&](const std::string& key) { return !table_.contains(key); });
    std::string meant = meant_by(written, free);
    if (!meant.empty() || free.empty()) return meant;
    return " (there may be " + listed(free) + ')';
  }

  template <class Words>
  static std::string listed(const Words& words) {
    std::string all;
    for (const auto& one : words) all += (all.empty() ? "" : ", ") + std::string(one);
    return all;
  }

  // How a table is begun, as "[check.advice]".
  std::string header(std::string_view key, std::string_view begin, std::string_view end) const {
    return std::string(begin) + kind_under(key) + std::string(end);
  }

  std::string kind_under(std::string_view key) const {
    return kind_.empty() ? std::string(key) : std::string(kind_) + '.' + std::string(key);
  }

  std::string prefix() const { return kind_.empty() ? "" : std::string(kind_) + ": "; }

  template <class Read>
  void inner(std::string_view key, const toml::table& table, Read& read) {
    const std::string kind = kind_under(key);
    TomlTable section(file_, kind, table);
    read(section);
    if (const auto done = section.finished(); !done && !error_) error_ = done.error();
  }

  std::string_view file_;
  std::string_view kind_;
  const toml::table& table_;
  std::vector<std::string> taken_;
  std::string missing_;  // the key, if that is the error
  std::optional<Error> error_;
};

}  // namespace asepsis
