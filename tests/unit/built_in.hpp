// What ships with the program, for tests that need it: read once.

#pragma once

#include "assess/pack_set.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

inline const Knowledge& knowledge() {
  static const auto kKnowledge = Knowledge::built_in();
  return kKnowledge.value();
}

inline const PackSet& packs() {
  static const auto kPacks = PackSet::built_in(knowledge());
  return kPacks.value();
}

}  // namespace asepsis
