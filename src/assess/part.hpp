// A few devices of an inventory, copied with what checks ask about them: all
// that is known of them, of those whose services they use what was heard, and
// of all that they talk with who they are. The views of a copy are those of
// the whole, so a check need not know of which it is asked.

#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// `devices`: ids; those that are not there any more are left out.
Result<Database> copy_part(Database& database, const std::vector<std::string>& devices);

}  // namespace asepsis
