// What the commands that answer from the database have in common.

#pragma once

#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/database_access.hpp"
#include "base/result.hpp"
#include "export/rows.hpp"

namespace asepsis {

// What is known of our columns: which hold JSON or times, and what a table may
// leave out or cut.
extern const std::vector<Column> kKnown;

// In SQL: the last part of the path in `source`.
extern const std::string kFileName;

// Opens the database, asks, and prints the rows.
Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::vector<Column>& known = kKnown);

// The device's own id, whatever id of it was given: in full, by an alias, or
// by enough of its beginning.
Result<std::string> resolve(Database& database, const std::string& id);

// A text of ours or of the user in SQL, quoted.
std::string quoted(const std::string& text);

}  // namespace asepsis
