// What a row of a document and a device can be joined by, each as a number: a row and a device
// that share none have nothing to do with each other. Kept, so that news of a few devices
// reach the rows and devices that share something with them and no others. Different
// things of one number are only looked at for nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/document_rows.hpp"

namespace asepsis {

// Of a device that is out there none. The site keeps hospitals apart.
std::vector<std::int64_t> handles_of(std::int64_t site, const StoredRow& row);
std::vector<std::int64_t> handles_of(std::int64_t site, const StoredDevice& device);

// All may throw SQLite::Exception, and belong into the transaction that derives.

// Of all rows and devices of a site; there were none of it.
void write_handles(SQLite::Database& sql, std::int64_t site, const std::vector<StoredRow>& rows,
                   const std::vector<StoredDevice>& devices);
// Of a few devices, as they were and as they are.
void renew_handles(SQLite::Database& sql, std::int64_t site,
                   const std::vector<StoredDevice>& before, const std::vector<StoredDevice>& after);
void forget_handles(SQLite::Database& sql);

// The rows that share something with them, the devices that share that, and so on.
struct Related {
  std::set<std::int64_t> rows, devices;  // ids and keys
};

// Nothing: they are too many to be joined by themselves.
std::optional<Related> related_by(SQLite::Database& sql, std::int64_t site,
                                  const std::vector<StoredDevice>& devices);

}  // namespace asepsis
