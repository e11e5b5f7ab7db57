// What is wrong with the SQL of a check, told so that whoever wrote it finds the place: the line of
// the file, the text there, and what may have been meant.

#pragma once

#include <optional>
#include <string>

#include "assess/pack.hpp"
#include "store/database.hpp"

namespace asepsis {

// "ours.toml: line 12: ours.telnet": of the key, for what is wrong with all of the query.
std::string place_of_query(const Check& check);

// Nothing if the query can be asked. May throw SQLite::Exception.
std::optional<Error> fault_of_query(Database& database, const Check& check);

}  // namespace asepsis
