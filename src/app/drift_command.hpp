// asepsis drift: where devices of one model are configured differently.

#pragma once

#include <string>

#include "app/commands.hpp"
#include "base/result.hpp"

namespace asepsis {

struct DriftCommand {
  std::string model = {};  // empty: all
  std::string split = {};  // "", "site", "care-area", "firmware"
  std::string where = {};  // SQL about a row of `devices`
  std::string since = {};  // if any: what changed since, and no more
  bool plan = false;
};

Result<void> show_drift(const AnswerOptions& options, const DriftCommand& command);

}  // namespace asepsis
