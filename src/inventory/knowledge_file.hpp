// Reads one TOML file of knowledge/ and refuses what the schema does not
// know: a misspelt key is an error with its line, not a rule that never fires.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

struct DirectWeight {
  std::string claim;
  std::string protocol;  // empty: any other
  double weight = 0;
};

struct KnowledgeTables {
  std::vector<ClassInfo> classes;
  std::vector<Manufacturer> manufacturers;
  std::vector<Product> products;
  std::vector<Rule> rules;
  std::vector<ServiceName> services;
  std::vector<DirectWeight> direct;
  std::vector<TextTrust> texts;
  std::vector<SettingInfo> settings;
  std::vector<GradeRule> grades;
  std::uint64_t fingerprint = 0;  // of all texts that were read
};

// The fingerprint of what was read before, and of this.
std::uint64_t fingerprint_with(std::string_view name, std::string_view text, std::uint64_t before);

// Adds what the file says to the tables. Names of classes and manufacturers
// that other files define are not checked here.
Result<void> read_knowledge(std::string_view name, std::string_view text, KnowledgeTables& tables);

}  // namespace asepsis
