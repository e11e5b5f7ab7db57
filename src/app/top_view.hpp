// What `asepsis top` shows, as it stands in the database now.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace asepsis {

// Who listens, or listened last.
struct TopListener {
  std::string site, name, state;
  std::uint64_t workers = 0, memory = 0, memory_limit = 0, running = 0, dropped = 0, packets = 0,
                bytes = 0;
  double packet_rate = 0, byte_rate = 0, drop_rate = 0, write_seconds = 0, derive_seconds = 0;
  Time began, written;
};

// A row of a list, as people may read it: nothing in it is obeyed by a terminal.
using TopRow = std::vector<std::string>;

struct TopView {
  std::optional<TopListener> listener;
  std::uint64_t sources = 0, devices = 0;
  std::vector<std::pair<std::string, std::uint64_t>> losses;   // of the listener, the most first
  std::vector<std::pair<std::string, std::uint64_t>> ratings;  // of open findings, the worst first
  std::vector<TopRow> classes;                                 // class, devices
  std::vector<TopRow> newest;    // time, id, class, what it is, address
  std::vector<TopRow> facts;     // time, address, claim, value
  std::vector<TopRow> findings;  // rating, time, device, title and detail
};

inline constexpr int kTopRows = 200;  // of a list

Result<TopView> top_view(Database& database);

}  // namespace asepsis
