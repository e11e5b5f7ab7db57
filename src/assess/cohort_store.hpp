// How the devices of each model differ, kept beside the inventory (the views cohorts,
// variants, variant_devices, separating_settings): thousands of devices take longer to
// compare than anybody waits. A model is compared again when anything of it was derived
// anew (inventory/changed_models.hpp).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assess/drift.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// Of so many devices a model is compared in a few milliseconds, which who listens has time for.
inline constexpr std::size_t kMostCompared = 1'000;

// Compares the models that wait for it, on as many threads as there are processors if they
// are many, in one transaction. Those of more than `most` devices wait on.
Result<void> renew_cohorts(Database& database, std::size_t most = SIZE_MAX);

// Whether there are any.
Result<bool> cohorts_wait(Database& database);

// The kept cohorts of a model, written as CohortChoice has it; empty: of all. Of their
// settings only those that separate variants are there, by name alone, and of devices
// only the ids. Nothing: the model waits to be compared.
Result<std::optional<std::vector<Drift>>> kept_drifts(Database& database, const std::string& model);

// Cohorts with all that is known of their devices, and how these differ: as it is kept, or
// compared now where it is not kept so. REQUIRES: one state of the database, a transaction.
Result<std::vector<Drift>> whole_drifts(Database& database, const CohortChoice& choice);

}  // namespace asepsis
