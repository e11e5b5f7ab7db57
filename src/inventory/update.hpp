// The inventory, brought up to what was heard since it was last derived: a
// few devices and what depends on them, or all of it where the change reaches
// further. Either way the rows are those of deriving everything, but for keys
// and ids that mean nothing.
//
// Everything is derived where the knowledge is another, facts went, thousands
// of endpoints changed, a MAC of many addresses has no witness that it is a
// router's, what tells systems from devices is new beside equipment that others
// speak of, or something comes or changes that may be such equipment.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

// What is to be brought up to date.
enum class Since : std::uint8_t {
  all,   // whatever was stored
  some,  // what was not known, and a part of what was seen again: the rest can wait
};

struct Updated {
  bool whole = false;  // everything was derived
  bool more = false;   // something that was seen again waits
  std::vector<std::string> devices =
      {};  // else the ids of those that were derived again, or are gone
};

Result<Updated> update_inventory(Database& database, const Knowledge& knowledge,
                                 Since since = Since::all);

}  // namespace asepsis
