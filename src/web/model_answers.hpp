// One model as the contract says it, without the age of the data: its variants,
// and the plan to the safest.

#pragma once

#include <string>

#include "assess/drift.hpp"
#include "base/result.hpp"
#include "web/data.hpp"

namespace asepsis {

struct ModelAnswers {
  std::string variants, plan;  // members of an object, without its braces
};

Result<ModelAnswers> model_answers(Data& data, const Drift& drift);

}  // namespace asepsis
