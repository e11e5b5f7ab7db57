// `asepsis watch`: listens to interfaces, or plays captures as if it did, until
// it is told to end.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

struct WatchCommand {
  std::vector<std::string> interfaces;
  std::vector<std::string> replay;  // captures instead
  double speed = 1;                 // of a replay; 0: as fast as it can be read
  std::filesystem::path database = "asepsis.db";
  std::string site = "site";
  std::string filter;
  std::filesystem::path knowledge;            // the site's own folder; empty: none
  std::vector<std::filesystem::path> packs;   // of checks; files and folders, beside the usual ones
  std::string metrics;                        // where to tell how it is doing; empty: nowhere
  std::size_t memory = std::size_t{1} << 30;  // of the process, bytes
  std::uint64_t keep_packets = 0;             // bytes on disk; 0: none
  std::filesystem::path packets;              // the folder of these; empty: beside the database
  std::string keep_patients;                  // kAllowed, and then patients too
  std::size_t workers = 0;  // of interfaces; 0: as many as the machine has processors
};

// What an operator must say to keep what identifies patients.
inline constexpr std::string_view kAllowed = "I am allowed to keep what identifies patients";

// Where packets are kept if nothing else is said.
std::filesystem::path packets_beside(const std::filesystem::path& database);

Result<void> run(const WatchCommand& asked);

}  // namespace asepsis
