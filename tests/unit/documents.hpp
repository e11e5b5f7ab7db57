// Documents read from texts, as lines that tests compare.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "document/document_file.hpp"

namespace asepsis {

inline const Vocabulary& words() {
  static const auto kWords = Vocabulary::built_in();
  return kWords.value();
}

inline ReadDocument read(std::string_view text, DocumentOptions options = {}) {
  if (options.key.empty()) options.key = "a key";
  auto done = read_document(as_bytes(text), options, words());
  EXPECT_TRUE(done) << done.error().message;
  return done ? *std::move(done) : ReadDocument{};
}

inline DocumentOptions as(std::string kind) {
  DocumentOptions options;
  options.as = std::move(kind);
  return options;
}

// "line: claim=value claim=value", a row a line.
inline std::string rows_of(const Document& document, std::string_view without = "") {
  std::string out;
  for (const DocumentRow& row : document.rows) {
    out += std::to_string(row.line) + ':';
    for (const DocumentFact& fact : row.facts)
      if (without.empty() || !fact.claim.starts_with(without))
        out += ' ' + fact.claim + '=' + fact.value;
    out += '\n';
  }
  return out;
}

inline std::string problems_of(const Document& document) {
  std::string out;
  for (const DocumentProblem& problem : document.problems)
    out += std::to_string(problem.line) + ' ' + problem.column + ": " + problem.reason + '\n';
  return out;
}

// "path=value" of every setting, a line each.
inline std::string settings_of(const Document& document) {
  std::string out;
  for (const DocumentRow& row : document.rows)
    for (const DocumentFact& fact : row.facts)
      if (fact.claim.starts_with(kExportPrefix))
        out += fact.claim.substr(kExportPrefix.size()) + '=' + fact.value + '\n';
  return out;
}

}  // namespace asepsis
