// Which models have to be compared again: those of which a device came or went,
// or something that is known of its settings is another. Whoever derives tells
// it, and whoever compares (assess/cohort_store.hpp) takes it away.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace asepsis {

// May throw SQLite::Exception: use it within the transaction that derives.
class ChangedModels {
 public:
  explicit ChangedModels(SQLite::Database& sql);

  // Devices that may change, as they are before; of those that it was told of already, as
  // they were then.
  void before(const std::vector<std::int64_t>& devices);
  // The same ones and those that came, as they are now.
  void after(const std::vector<std::int64_t>& devices);

 private:
  struct Look {
    std::string model;        // by its letters and digits
    std::uint64_t known = 0;  // a hash of what it is and how it is configured
    bool operator==(const Look&) const = default;
  };
  using Looks = std::map<std::string, Look>;  // by the device's id

  Looks look(const std::vector<std::int64_t>& devices);
  void mark(const Looks& here, const Looks& there);

  SQLite::Database& sql_;
  std::set<std::int64_t> known_;  // as they were before: those without a model too
  Looks before_;
};

// All of them. May throw SQLite::Exception.
void mark_all_models(SQLite::Database& sql);

}  // namespace asepsis
