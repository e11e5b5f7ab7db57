// The inventory, built anew from the facts: devices, what each is, and whom
// it talks to. A pure function of what is stored: the same facts give the
// same rows, whatever order they came in.

#pragma once

#include "base/result.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

// Replaces all derived tables, in one transaction.
Result<void> derive_inventory(Database& database, const Knowledge& knowledge);

// The same within a transaction of the caller. May throw SQLite::Exception.
void derive_whole(Database& database, const Knowledge& knowledge);

// Empties all derived tables: they point at facts that are about to change.
// May throw SQLite::Exception: call it within guarded() and a transaction.
void empty_inventory(SQLite::Database& sql);

// Whether facts were stored after the inventory was last derived (a run was
// interrupted between the two).
Result<bool> inventory_is_stale(Database& database);

// Whether it was derived by what was built into another version of the program, and by nothing
// else: what somebody added (--knowledge) is not at hand to whoever asks.
Result<bool> knowledge_is_of_another_version(Database& database);

}  // namespace asepsis
