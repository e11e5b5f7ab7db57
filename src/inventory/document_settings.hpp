// Settings of exported configurations, beside those of the wire. Each path is
// a setting of its own; a device's own name or address in a value is no
// difference. Part of documents.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/document_rows.hpp"

namespace asepsis {

class DocumentSettings {
 public:
  explicit DocumentSettings(SQLite::Database& sql) : sql_(sql) {}

  // Rows of one device come the latest first.
  void add(const StoredDevice& device, const StoredRow& row);
  // All of them, in an order that depends on nothing but what they say.
  void write();

 private:
  struct Kind {
    bool by_nature = false;
    std::string about;
  };
  struct Value {
    std::int64_t device = 0, fact = 0;
    std::string value, level;
    bool current = false;
    std::int64_t first = 0, last = 0;
  };

  std::map<std::string, std::int64_t> write_kinds();

  SQLite::Database& sql_;
  std::map<std::string, Kind> kinds_;
  std::map<std::string, std::vector<Value>> values_;                     // by setting
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> latest_;  // device, setting -> row
};

}  // namespace asepsis
