// Asking the database: opening it for answers brings an inventory that was left behind, or made by
// another version of the program, up to date and adds the functions that our queries use.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "export/rows.hpp"
#include "store/database.hpp"

namespace asepsis {

// Hears in a sentence of what may take minutes before there is an answer.
using Notice = std::function<void(std::string_view)>;

Result<Database> open_for_answers(const std::filesystem::path& path, const Notice& notice = {});

// The same once all models are compared (assess/cohort_store.hpp), as far as the file can be
// written; and what it sees stays as it is now.
Result<Database> open_for_comparing(const std::filesystem::path& path, const Notice& notice = {});

// For a connection that was opened otherwise: the functions, and then only reads.
void prepare_for_answers(Database& database);

// The rows of one statement that only reads; its parameters, if any, are all
// `argument`. `known` says what is known of columns of those names: one counts
// as JSON only if it is said there, as text from the network may look like it.
Result<Rows> run_query(Database& database, const std::string& sql, const std::string& argument = {},
                       const std::vector<Column>& known = {});

// What JSON can write as one: infinity it cannot.
bool is_number(const SQLite::Column& value);

}  // namespace asepsis
