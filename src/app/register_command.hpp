// `asepsis register`: what people have on their lists against what is heard.

#pragma once

#include <string>

#include "app/commands.hpp"
#include "base/result.hpp"

namespace asepsis {

// `only`: "conflicts", "never-heard", "unlisted" or "joined"; empty: all of
// them, but to people not those that agree.
Result<void> show_register(const AnswerOptions& options, const std::string& only);

}  // namespace asepsis
