// Which care area each device serves, and who says so. This is the one place
// that knows whose word counts:
//
// 1. the device itself (HL7 location, SDC context): it knows where it is now;
// 2. a rule of people for the network or VLAN that it was heard in.
//
// What outranks another leaves it standing as evidence, with the weight 0.

#pragma once

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/area_rules.hpp"

namespace asepsis {

// Keeps these as the site's only rules. May throw SQLite::Exception.
void keep_area_rules(SQLite::Database& sql, const std::string& site,
                     const std::vector<AreaRule>& rules);

// Decides anew for every device. May throw SQLite::Exception.
void place_devices(SQLite::Database& sql);

}  // namespace asepsis
