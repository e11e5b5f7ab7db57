// Opening the database for answers: brings a left-behind inventory up to date
// and adds the functions that our queries use.

#pragma once

#include <set>
#include <string>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "export/rows.hpp"
#include "store/database.hpp"

namespace asepsis {

Result<Database> open_for_answers(const std::filesystem::path& path);

// The rows of one statement that only reads; its parameters, if any, are all
// `argument`. A column counts as JSON only if it is named here: text from the
// network may look like it.
Result<Rows> run_query(Database& database, const std::string& sql, const std::string& argument = {},
                       const std::set<std::string>& json_columns = {});

void print(const Rows& rows, Form form);

}  // namespace asepsis
