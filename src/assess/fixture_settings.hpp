// The settings of a fixture's devices, as its facts and talks make them. Part
// of trying fixtures.

#pragma once

#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

// REQUIRES: one site, whose devices, facts and talks are written; their keys
// count from one. May throw SQLite::Exception.
void add_fixture_settings(Database& database, const Knowledge& knowledge);

}  // namespace asepsis
