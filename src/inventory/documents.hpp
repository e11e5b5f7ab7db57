// What documents add to the inventory, once the devices are known: which row
// is about which device, what a register knows that the wire does not show,
// settings of exports, and where the two differ. Derived as a whole, from the
// stored documents and the devices, and nothing else; where it can stay for devices
// that are derived again, documents_kept.hpp keeps it.

#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

// Replaces what documents added, in one transaction.
Result<void> derive_documents(Database& database, const Knowledge& knowledge);

// The same within a transaction of the caller. May throw SQLite::Exception.
void add_documents(SQLite::Database& sql, const Knowledge& knowledge);
// The keys of the devices that rows and exports are about.
std::vector<std::int64_t> documented_devices(SQLite::Database& sql);
// Takes it all out again.
void remove_documents(SQLite::Database& sql);

}  // namespace asepsis
