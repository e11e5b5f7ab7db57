// Instants. Time always comes with the packet or the document: nothing in the
// core reads a clock.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asepsis {

// Nanoseconds since 1970-01-01 UTC; what a capture or a document says it is.
using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

constexpr std::int64_t nanoseconds_since_1970(Time time) { return time.time_since_epoch().count(); }
constexpr Time time_from_nanoseconds(std::int64_t count) {
  return Time(std::chrono::nanoseconds(count));
}

// What a clock may say: 1823 to 2116. Of two such instants the difference fits,
// and there is room to add any time-out.
inline constexpr Time kEarliest = time_from_nanoseconds(-(std::int64_t{1} << 62));
inline constexpr Time kLatest = time_from_nanoseconds(std::int64_t{1} << 62);

// RFC 3339 in UTC with microseconds: 2026-03-01T09:02:11.000250Z.
std::string to_rfc3339(Time time);

// Seconds since 1970 ("1591367999.305988"), or ISO 8601 with or without an
// offset from UTC ("2026-03-01T09:02:11.000250+0100"). Nothing beyond what a
// clock may say.
std::optional<Time> time_from_text(std::string_view text);

}  // namespace asepsis
