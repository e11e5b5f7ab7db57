// An interface of a pcapng section: what its packets are, and what its clock
// counts.

#pragma once

#include <cstdint>
#include <optional>

#include "base/cursor.hpp"
#include "base/time.hpp"

namespace asepsis {

struct PcapngInterface {
  std::uint16_t link_type = 0;
  std::uint32_t snaplen = 0;  // 0: no limit
  // if_tsresol: a negative power of ten or, with the highest bit set, of two.
  std::uint8_t resolution = 6;
  std::int64_t offset = 0;  // if_tsoffset: seconds to add
  // Nanoseconds in a unit of its clock, if that makes the whole of the work.
  std::uint32_t unit = 1000;
};

// Reads the body of an interface description block; nothing if it is too short
// to be one. Options that make no sense are as if they were not there.
std::optional<PcapngInterface> pcapng_interface(Bytes body, bool swapped);

// As pcapng_time, of any clock. What is before kEarliest or after kLatest becomes that.
Time pcapng_time_slow(const PcapngInterface& interface, std::uint64_t ticks);

inline Time pcapng_time(const PcapngInterface& interface, std::uint64_t ticks) {
  std::int64_t nanoseconds = 0;
  if (interface.unit == 0 || __builtin_mul_overflow(ticks, interface.unit, &nanoseconds) ||
      nanoseconds > nanoseconds_since_1970(kLatest))
    return pcapng_time_slow(interface, ticks);
  return time_from_nanoseconds(nanoseconds);
}

}  // namespace asepsis
