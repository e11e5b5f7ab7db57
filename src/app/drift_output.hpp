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
// The devices that this names of a cohort for people, where it is too large to name all.
std::vector<std::size_t> devices_shown(const Drift& drift);
void print_plan(const Drift& drift, Form form);

}  // namespace asepsis
