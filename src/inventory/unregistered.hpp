// Devices that no register of their site has, and whether one would expect them there: medical
// ones, and those of a class that the register holds. Part of documents.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/document_rows.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

// Once rows are joined to devices. May throw SQLite::Exception: use it within the transaction
// that derives.
class Unregistered {
 public:
  Unregistered(SQLite::Database& sql, const Knowledge& knowledge, std::int64_t site);

  // Those of the site, or some; none of them is listed yet. A site without a register has nothing
  // to be missing from.
  void list(const Chosen& chosen);
  // Once the register may have begun or ceased to hold these classes: the keys of devices that
  // are expected now and were not, or the other way round.
  std::vector<std::int64_t> expect_anew(const std::set<std::string>& classes);

 private:
  bool expected(const std::string& device_class);
  bool held(const std::string& device_class);

  SQLite::Database& sql_;
  const Knowledge& knowledge_;
  std::int64_t site_;
  std::map<std::string, bool> held_;
};

}  // namespace asepsis
