// Drift and plans as rows, and the sentences about them: what the command line
// and the API say alike.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "assess/drift.hpp"
#include "assess/plan.hpp"
#include "export/rows.hpp"

namespace asepsis {

std::optional<std::string> optional_text(const std::string& text);

// One cohort a row, for programs.
Rows drift_rows(std::span<const Drift> drifts);
// A row a separating setting and variant.
Rows matrix_rows(const Drift& drift);
// A row a device that is not there yet. REQUIRES: the plan has a target.
Rows plan_rows(const Drift& drift, const Plan& plan);

std::string grade_text(const Variant& variant);
std::string setting_text(const CohortSetting& setting);
// "3 hardened, 8 wide open", the worst last.
std::string grades_of(const Drift& drift);
// Names of the settings that are proven to differ.
std::string differing(const Drift& drift);
std::string drift_headline(const Drift& drift);

}  // namespace asepsis
