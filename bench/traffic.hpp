// The kinds of traffic. Each is a crowd of conversations that take turns, one
// packet at a time, so that their packets are interleaved as on a busy network.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <vector>

#include "base/result.hpp"
#include "bench/capture_writer.hpp"

namespace asepsis::bench {

using Random = std::mt19937_64;

// From 0 to `limit` - 1; unlike the distributions of the standard library, the
// same on every platform.
inline std::uint32_t below(Random& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

class Conversation {
 public:
  virtual ~Conversation() = default;
  // Writes the next packet; false if there is none left.
  virtual bool step(CaptureWriter& out) = 0;
};

class Traffic {
 public:
  virtual ~Traffic() = default;
  // The next conversation that starts.
  virtual std::unique_ptr<Conversation> start(Random& random) = 0;
  // How many go on at a time.
  virtual std::size_t at_a_time() const = 0;
};

// Modalities that store images to archives over the DICOM upper layer.
std::unique_ptr<Traffic> dicom_traffic();

// A few hundred systems that send HL7 v2 over short MLLP connections.
std::unique_ptr<Traffic> hl7_traffic();

// The Ethernet packets of captures, over and over with other addresses.
Result<std::unique_ptr<Traffic>> mixed_traffic(const std::vector<std::filesystem::path>& captures);

}  // namespace asepsis::bench
