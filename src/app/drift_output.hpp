// How drift is shown: as JSON, CSV and tables.

#pragma once

#include <vector>

#include "app/commands.hpp"
#include "assess/drift.hpp"

namespace asepsis {

// One cohort a line, for programs; for people an overview.
void print_overview(const std::vector<Drift>& drifts, Form form);
// Settings by variants, then who is in each. A row a value in CSV.
void print_matrix(const Drift& drift, Form form);
void print_plan(const Drift& drift, Form form);

}  // namespace asepsis
