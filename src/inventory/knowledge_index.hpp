// What the tables of the knowledge are found by: names in hash tables, expressions
// ready to match. Part of Knowledge.

#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "inventory/claim_rules.hpp"
#include "inventory/knowledge.hpp"
#include "inventory/knowledge_file.hpp"

namespace asepsis {

inline constexpr std::size_t kMaxNameWords = 12;

// Borrows the tables that it is made of.
struct KnowledgeIndex {
  struct MakerName {
    const Manufacturer* maker;
    std::size_t words;  // of the spelling with the most
  };
  std::unordered_map<std::string_view, const ClassInfo*> classes;
  std::unordered_map<std::string, MakerName> makers;  // by compact name
  std::size_t most_maker_words = 1;
  std::vector<std::pair<std::string, const Manufacturer*>> owners;  // small letters, longest first
  std::unordered_map<std::string, std::vector<const Product*>> products;  // by compact name
  // As the rules; only for those whose groups are used: the set knows what matches.
  std::vector<std::unique_ptr<RE2>> expressions;
  std::map<std::string, std::unique_ptr<RE2>, std::less<>> conditions;
  std::map<std::string, ClaimRules, std::less<>> claims;
  ServiceNames services;
  SettingExpressions settings;

  // Says what is wrong with the tables as a whole.
  Result<void> add(const KnowledgeTables& tables);

 private:
  Result<void> add_makers(const KnowledgeTables& tables);
  Result<void> add_products(const KnowledgeTables& tables);
  Result<void> add_rules(const KnowledgeTables& tables);
  Result<void> add_conditions(const Rule& rule);
};

// Sets of expressions are built when they are first asked, which is too late
// to tell somebody that theirs is wrong.
Result<void> check_expressions(std::span<const Rule> rules);

}  // namespace asepsis
