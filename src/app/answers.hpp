// What the commands that answer from the database have in common.

#pragma once

#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/database_access.hpp"
#include "base/result.hpp"
#include "export/questions.hpp"
#include "export/rows.hpp"

namespace asepsis {

// Opens the database, asks, and prints the rows.
Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::vector<Column>& known = kKnown);

}  // namespace asepsis
