// Opening the database for answers: brings a left-behind inventory up to date
// and adds the functions that our queries use.

#pragma once

#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "export/rows.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

Result<Database> open_for_answers(const std::filesystem::path& path);

// The rows of one statement that only reads; its parameters, if any, are all
// `argument`. `known` says what is known of columns of those names: one counts
// as JSON only if it is said there, as text from the network may look like it.
Result<Rows> run_query(Database& database, const std::string& sql, const std::string& argument = {},
                       const std::vector<Column>& known = {});

void print(const Rows& rows, Form form);

// What the program knows, and what a folder of the site's own adds; "": none.
Result<Knowledge> load_knowledge(const std::string& folder);

}  // namespace asepsis
