// JSON lines in the form of Suricata's EVE, for those who pipe to a SIEM: a
// "flow" event for each conversation, an "asepsis_fact" event for each fact.

#pragma once

#include <ostream>

#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// All that the database holds, in an order of its own.
Result<void> write_eve(std::ostream& out, Database& database);

}  // namespace asepsis
