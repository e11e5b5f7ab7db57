// What evidence tells: facts, talks and what documents say, looked up by their id.

#pragma once

#include <cstdint>
#include <optional>

#include "assess/checking.hpp"
#include "assess/surroundings.hpp"
#include "store/database.hpp"

namespace asepsis {

// What a fact or a talk tells of a finding.
struct Told {
  Sighting sighting;
  const DeviceContext *client = nullptr, *server = nullptr;  // of a fact both are the device
  std::int64_t port = 0;
  Reach reach = Reach::unknown;
  bool in_use = false;
};

// What it calls may throw SQLite::Exception. Both must outlive it.
class Witnesses {
 public:
  Witnesses(SQLite::Database& sql, const Surroundings& around);

  std::optional<Told> fact(std::int64_t id);
  std::optional<Told> talk(std::int64_t id);
  // What a document says was not heard: from where it can be reached, others tell.
  std::optional<Told> document(std::int64_t id);

 private:
  const Surroundings& around_;
  SQLite::Statement fact_, talk_, document_;
};

}  // namespace asepsis
