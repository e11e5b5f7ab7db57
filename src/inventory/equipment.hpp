// Equipment that messages speak of: is it the endpoint that sent them, another
// device that we hear too, or something behind a gateway?
//
// An archive forwards images of every scanner, a gateway the values of every
// pump. So an identity inside a message is bound to the device whose MAC or
// serial number it names; else to the sender only if that one speaks of a
// single piece of equipment and does not relay; else it is a device of its
// own, known through others.

#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/anchors.hpp"
#include "inventory/heard.hpp"

namespace asepsis {

using AnchorOfFact = std::vector<std::optional<std::uint32_t>>;  // for each of Heard::facts

// Moves the facts that name equipment from their senders to their owners,
// adding anchors for equipment known only through others.
void place_equipment(const Heard& heard, AnchorOfFact& anchor_of_fact, Anchors& anchors);

// What the equipment that messages speak of is known by: names, serial numbers
// and MAC addresses.
std::set<std::string> equipment_keys(const Heard& heard);

// Whether it may tell that who says so is a system, which speaks of equipment
// other than itself.
bool tells_systems(const HeardFact& fact);

// A serial number, or its like, that can tell two devices apart: no placeholder.
bool tells_apart(std::string_view serial);

}  // namespace asepsis
