// Tries a check on the fixtures that its author wrote: who must be found is
// found, nobody else is. A check that was never seen to fire, or never seen to
// keep quiet, is not finished.

#pragma once

#include <string>
#include <vector>

#include "assess/pack_set.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// An inventory of nothing but the fixture, in memory.
Result<Database> scratch_inventory(const Fixture& fixture, const Check& check,
                                   const Knowledge& knowledge);

struct FixtureOutcome {
  std::string where;    // file and line of the fixture
  std::string problem;  // empty: as it should be
};

// One entry a fixture; of checks that need a document none.
Result<std::vector<FixtureOutcome>> try_fixtures(const PackSet& packs, const Check& check);

}  // namespace asepsis
