// What documents add to the inventory, once the devices are known: which row
// is about which device, what a register knows that the wire does not show,
// settings of exports, and where the two differ. Derived as a whole, from the
// stored documents and the devices, and nothing else. Of devices that are derived again
// documents_kept.hpp keeps it where it can stay, and documents_part.hpp joins anew what has to do
// with them where they have to do with little.

#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "inventory/document_rows.hpp"
#include "inventory/knowledge.hpp"
#include "store/database.hpp"

namespace asepsis {

// Replaces what documents added, in one transaction.
Result<void> derive_documents(Database& database, const Knowledge& knowledge);

// The same within a transaction of the caller. May throw SQLite::Exception.
void add_documents(SQLite::Database& sql, const Knowledge& knowledge);
// What rows of registers add to devices, where neither have anything to do with others, and
// nothing was added yet. May throw SQLite::Exception.
void join_registers(SQLite::Database& sql, const Knowledge& knowledge, std::vector<StoredRow> rows,
                    std::vector<StoredDevice> devices);
// The keys of the devices that rows and exports are about.
std::vector<std::int64_t> documented_devices(SQLite::Database& sql);
// Takes it all out again.
void remove_documents(SQLite::Database& sql);

}  // namespace asepsis
