// One model as the contract says it, without the age of the data: its variants,
// and the plan to the safest, which is answered some devices at a time.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assess/drift.hpp"
#include "base/result.hpp"
#include "web/data.hpp"

namespace asepsis {

struct PlannedDevice {
  std::string id, json;
};

struct ModelAnswers {
  std::string variants, plan;  // members of an object, without its braces
  std::vector<PlannedDevice> planned;

  std::size_t bytes() const;
  // The members of the plan with `limit` of its devices, those after the one that is
  // named (empty: the first); none if it is not in the plan.
  std::optional<std::string> plan_page(std::string_view after, std::size_t limit) const;
};

Result<ModelAnswers> model_answers(Data& data, const Drift& drift);

}  // namespace asepsis
