// The rules of knowledge/ that read one claim, matched together. Part of
// knowledge; RE2 is not seen outside it.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <re2/re2.h>
#include <re2/set.h>

#include "inventory/knowledge.hpp"

namespace asepsis {

// How expressions of knowledge/ are meant: whatever the case.
RE2::Options expression_options();

// Groups of an expression that a rule may use, and the whole.
inline constexpr int kMaxRuleGroups = 10;

inline re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

class ClaimRules {
 public:
  // `number`: the rule's place in the list of all rules.
  void add(std::size_t number) { places_.push_back(number); }

  // The places of those that match, in the order of the files. Remembers what
  // it was asked: for one thread at a time.
  const std::vector<std::size_t>& matching(std::string_view value, const std::vector<Rule>& all);

 private:
  std::vector<std::size_t> ask(std::string_view value, const std::vector<Rule>& all);
  void compile(const std::vector<Rule>& all);

  std::unique_ptr<RE2::Set> set_;
  bool usable_ = false;              // else the rules are asked one by one
  std::vector<std::size_t> places_;  // by their number in the set
  // Devices of one model say the same things: what was asked lately.
  std::unordered_map<std::string, std::vector<std::size_t>> lately_;
};

}  // namespace asepsis
