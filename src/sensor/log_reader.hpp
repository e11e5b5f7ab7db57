// Logs of other sensors: Zeek's (tab-separated or JSON) and Suricata's EVE
// JSON, as facts and conversations. A line stands where a packet stands in a
// capture: its number is the provenance.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "capture/input.hpp"
#include "fact/fact_table.hpp"

namespace asepsis {

// Whether what begins so is a log of a kind we read. `head` should be what
// there is, up to kLogHead bytes.
constexpr std::size_t kLogHead = 4096;
bool begins_as_log(Bytes head);

struct LogOptions {
  FactLimits limits{};
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t bytes, std::uint64_t total, std::uint64_t lines)> progress{};
};

struct LogReading {
  std::string identity;  // by its content, as that of captures
  FactTable facts;
  std::uint64_t lines = 0;  // that hold an event
  std::uint64_t bytes = 0;
  Time first, last;
  std::optional<std::string> ended_early;  // a sentence
  bool stopped = false;
  std::map<std::string, std::uint64_t> counters;
};

// `companion`, if it is given, is a log of TLS beside a log of certificates: it
// tells whose the certificates are, and nothing else of it is read. Fails with
// a sentence that names the line if no line is what the first one promised.
Result<LogReading> read_log(Input input, const LogOptions& options,
                            std::optional<Input> companion = std::nullopt);

}  // namespace asepsis
