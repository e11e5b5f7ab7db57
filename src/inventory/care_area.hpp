// Which care area each device serves, and who says so. This is the one place
// that knows whose word counts; whoever is asked first keeps it:
//
// 1. the device itself (HL7 location, SDC context): it knows where it is now;
// 2. what is listed of this one device, by whoever derives lists;
// 3. a rule of people for the network or VLAN that it was heard in.
//
// A rule that is outranked stays as evidence, with the weight 0.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/area_rules.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"

namespace asepsis {

// Keeps these as the site's only rules. May throw SQLite::Exception.
void keep_area_rules(SQLite::Database& sql, const std::string& site,
                     const std::vector<AreaRule>& rules);

// What a device says of itself.
struct CareAreaSaid {
  std::string area;      // what it said most often; empty: nothing
  std::string evidence;  // as device_value has it
};
CareAreaSaid care_area_said(const Heard& heard, const FusedDevice& device);

// Takes back what rules said, so that others can be asked before them. May throw
// SQLite::Exception, as the one below.
void forget_rules(SQLite::Database& sql);
// Of these devices, by their keys.
void forget_rules(SQLite::Database& sql, const std::vector<std::int64_t>& devices);

// Asks the rules, as they are now, for the devices that nobody else has placed.
void place_by_rules(SQLite::Database& sql);
// The same for these devices alone, that nobody asked the rules for yet; by their keys.
void place_by_rules(SQLite::Database& sql, const std::vector<std::int64_t>& devices);

}  // namespace asepsis
