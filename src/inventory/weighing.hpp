// How statements become an opinion.
//
// Statements whose values are the same name (words.hpp), or of which one
// holds the other, are one candidate. Within a candidate the strongest
// statement of each source counts, and sources are independent witnesses:
// 1 - (1-a)(1-b)... Candidates exclude each other, and so does "none of
// them": each is believed in proportion to its odds.

#pragma once

#include <string>
#include <vector>

#include "inventory/identify.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

struct Statement {
  std::string value;        // the text to show
  std::string name;         // what it is compared by; the canonical name of a manufacturer
  double weight = 0;        // 0 to 1
  std::string_view source;  // a protocol, "oui": one witness
  bool own_words = false;   // the device's own, to be preferred when shown
  std::int64_t fact_id = 0;
  std::string rule;
};

Opinion weigh(Attribute attribute, std::vector<Statement> statements);

}  // namespace asepsis
