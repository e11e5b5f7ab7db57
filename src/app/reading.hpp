// Reads one source: a capture through the workers, packets in, facts and counts
// out; or a log of another sensor, whose lines take the place of packets.
//
// With several workers whoever is idle reads the next packets and shares them
// out by the pair of addresses; each then works through its own share in
// order, so the same flow always meets the same worker and the outcome does
// not depend on how many there are.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "app/worker.hpp"
#include "base/result.hpp"
#include "capture/capture_file.hpp"

namespace asepsis {

struct ReadingOptions {
  std::string filter{};  // pcap-filter(7); empty lets everything through
  std::size_t workers = 1;
  WorkerLimits limits{};
  const std::atomic<bool>* stop = nullptr;  // set when the person wants no more
  // Called now and then by the thread that called read_source().
  std::function<void(std::uint64_t bytes, std::uint64_t total, std::uint64_t packets)> progress{};
};

struct Reading {
  std::string identity;  // of the capture, by its content
  FactTable facts;
  WorkerCounts counts;
  std::uint64_t filtered_out = 0;  // packets that the filter did not let through
  CaptureLosses losses;
  bool log = false;      // the packets counted are lines
  bool stopped = false;  // before the end, because asked to
  // Everything that was lost, refused or malformed, by name: "malformed dicom".
  std::map<std::string, std::uint64_t> counters;
};

Result<Reading> read_source(const std::filesystem::path& path, const ReadingOptions& options);

// Whether the file is a log that read_source() reads as one.
bool is_log(const std::filesystem::path& path);

}  // namespace asepsis
