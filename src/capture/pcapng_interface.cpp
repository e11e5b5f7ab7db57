// Interface description blocks: draft-ietf-opsawg-pcapng, section 4.2; options:
// 3.5; the time of a packet: 4.3.

#include "capture/pcapng_interface.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "capture/byte_order.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kTimeResolution = 9;
constexpr std::uint16_t kTimeOffset = 14;
constexpr std::uint8_t kPowerOfTwo = 0x80;
constexpr std::uint32_t kNanosecondsInSecond = 1'000'000'000;

constexpr Uint128 power_of_ten(unsigned exponent) {
  Uint128 value = 1;
  while (exponent-- > 0) value *= 10;
  return value;
}

// Rounded down; less than 2^94.
Uint128 nanoseconds_of(std::uint64_t ticks, std::uint8_t resolution) {
  const unsigned exponent = resolution & 0x7f;
  if ((resolution & kPowerOfTwo) != 0)
    return static_cast<Uint128>(ticks) * kNanosecondsInSecond >> exponent;
  if (exponent <= 9) return ticks * power_of_ten(9 - exponent);
  constexpr unsigned kDigits = 20;  // of the greatest number of ticks
  return exponent - 9 > kDigits ? 0 : ticks / power_of_ten(exponent - 9);
}

void read_option(PcapngInterface& interface, std::uint16_t code, Bytes value, bool swapped) {
  if (code == kTimeResolution && value.size() == 1) interface.resolution = value[0];
  if (code == kTimeOffset && value.size() == 8)
    interface.offset = static_cast<std::int64_t>(load64(value.first<8>(), swapped));
}

}  // namespace

std::optional<PcapngInterface> pcapng_interface(Bytes body, bool swapped) {
  if (body.size() < 8) return std::nullopt;
  PcapngInterface interface;
  interface.link_type = load16(body.first<2>(), swapped);
  interface.snaplen = load32(body.subspan<4, 4>(), swapped);
  Cursor options(body.subspan(8));
  while (options.rest().size() >= 4) {
    const Bytes header = options.take(4);
    const std::uint16_t code = load16(header.first<2>(), swapped);
    const std::uint16_t size = load16(header.subspan<2, 2>(), swapped);
    if (code == kEndOfOptions) break;
    read_option(interface, code, options.take(size), swapped);
    options.skip(std::min<std::size_t>((4 - size % 4) % 4, options.rest().size()));
  }
  const bool simple = interface.resolution <= 9 && interface.offset == 0;
  interface.unit = simple ? static_cast<std::uint32_t>(power_of_ten(9U - interface.resolution)) : 0;
  return interface;
}

Time pcapng_time_slow(const PcapngInterface& interface, std::uint64_t ticks) {
  __extension__ using Int128 = __int128;
  const Int128 nanoseconds = static_cast<Int128>(nanoseconds_of(ticks, interface.resolution)) +
                             (static_cast<Int128>(interface.offset) * kNanosecondsInSecond);
  constexpr Int128 kFirst = nanoseconds_since_1970(kEarliest);
  constexpr Int128 kLast = nanoseconds_since_1970(kLatest);
  return time_from_nanoseconds(static_cast<std::int64_t>(std::clamp(nanoseconds, kFirst, kLast)));
}

}  // namespace asepsis
