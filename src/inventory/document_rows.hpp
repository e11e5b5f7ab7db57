// The current rows of documents and the devices of a site as both are stored,
// for deriving what documents add. Part of documents.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/row_join.hpp"

namespace asepsis {

struct RowFact {
  std::int64_t id = 0;
  std::string claim, value, level, about;
  bool by_nature = false, current = false;
  std::int64_t first = 0, last = 0;
};

struct StoredRow {
  std::int64_t id = 0, document = 0, dated = 0;
  bool of_register = false;
  std::string document_name;
  std::string told;            // the id of the device that the document was said to be of
  std::vector<RowFact> facts;  // by claim

  const RowFact* fact(std::string_view claim) const;
  std::string value(std::string_view claim) const;
};

struct StoredDevice {
  JoinDevice join;
  std::string device_class;
  bool external = false;
  std::set<std::string> ips;
  std::set<std::string> aliases;  // those that a document was said to be of
  struct Heard {
    std::string value;
    double confidence = 0;
  };
  std::map<std::string, Heard, std::less<>> values;  // of attributes with one value

  // Nothing if the wire does not show it.
  const Heard* heard(std::string_view attribute) const {
    const auto found = values.find(attribute);
    return found == values.end() ? nullptr : &found->second;
  }
};

// All of a site, or some.
struct Chosen {
  std::int64_t site = 0;
  std::optional<std::vector<std::int64_t>> keys = {};
};

// The condition of a query by which they are chosen, and its parameter ?1: `key` and `site` are
// the columns.
std::string which_of(const Chosen& chosen, const std::string& key, const std::string& site);
void bind_chosen(SQLite::Statement& statement, const Chosen& chosen);

// Rows that are current, the latest document first; devices as the wire shows them, whatever
// documents added. May throw SQLite::Exception, as all of these.
std::vector<StoredRow> load_rows(SQLite::Database& sql, const Chosen& chosen);
std::vector<StoredDevice> load_devices(SQLite::Database& sql, const Chosen& chosen);

}  // namespace asepsis
