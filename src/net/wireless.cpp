// IEEE 802.11 frames as captured off the air: radiotap (radiotap.org), Prism
// and AVS headers before them. Only data frames in clear go further; those
// that are encrypted tell the addresses. Control and management frames tell
// nothing here.

#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kAvsMagic = 0x80211000;  // the last byte is the version

// Frame control (IEEE 802.11, 9.2.4.1), first and second byte.
constexpr unsigned kTypeData = 2;
constexpr std::uint8_t kNoData = 0x40;
constexpr std::uint8_t kQos = 0x80;
constexpr std::uint8_t kToDs = 0x01;
constexpr std::uint8_t kFromDs = 0x02;
constexpr std::uint8_t kMoreFragments = 0x04;
constexpr std::uint8_t kProtected = 0x40;
constexpr std::uint8_t kOrder = 0x80;
constexpr std::uint8_t kAggregate = 0x80;  // of the QoS control: an A-MSDU

// The radiotap field "flags", if it is there.
constexpr std::uint8_t kHasChecksum = 0x10;
constexpr std::uint8_t kPadded = 0x20;

std::uint8_t radiotap_flags(Bytes header) {
  Cursor in(header);
  in.skip(4);
  const std::uint32_t present = in.le32();
  std::size_t at = 8;
  std::uint32_t more = present;
  while (in.ok() && (more >> 31) != 0) {
    more = in.le32();
    at += 4;
  }
  if ((present & 2) == 0) return 0;
  if ((present & 1) != 0) at = (at + 7) / 8 * 8 + 8;  // the clock, aligned to its size
  return at < header.size() ? header[at] : std::uint8_t{0};
}

}  // namespace

Walk::Step Walk::radiotap() {
  if (!has(8)) return Step::truncated;
  const std::size_t size = rest()[2] | std::size_t{rest()[3]} << 8;
  if (rest()[0] != 0 || size < 8) return Step::bad_header;
  if (!has(size)) return Step::truncated;
  const std::uint8_t flags = radiotap_flags(rest().first(size));
  drop(size);
  if ((flags & kHasChecksum) != 0 && wire_ >= 4) set_length(wire_ - 4);
  padded_ = (flags & kPadded) != 0;
  return Step::wireless;
}

// Prism's header gives its size in the byte order of the machine, after a
// message code; AVS's after a magic number, big-endian.
Walk::Step Walk::prism() {
  if (!has(8)) return Step::truncated;
  const auto start = rest().first<8>();
  Cursor in(start);
  in.skip(4);
  std::uint32_t size = in.le32();
  if ((be32(start, 0) & 0xfffff000) == kAvsMagic || size > 0xffff) size = be32(start, 4);
  if (size < 8) return Step::bad_header;
  if (!has(size)) return Step::truncated;
  drop(size);
  return Step::wireless;
}

Walk::Step Walk::wireless() {
  if (!has(24)) return Step::truncated;
  const auto header = rest().first<24>();
  const std::uint8_t kind = header[swapped_ ? 1 : 0];
  const std::uint8_t flags = header[swapped_ ? 0 : 1];
  if ((kind & 3) != 0) return Step::bad_header;  // of another version
  if ((kind >> 2 & 3) != kTypeData) return Step::done;
  const bool to_ds = (flags & kToDs) != 0;
  const bool from_ds = (flags & kFromDs) != 0;
  const bool qos = (kind & kQos) != 0;
  const bool more_control = qos && (flags & kOrder) != 0;
  std::size_t size = 24 + (to_ds && from_ds ? 6U : 0U) + (qos ? 2U : 0U) + (more_control ? 4U : 0U);
  if (!has(size)) return Step::truncated;

  // IEEE 802.11, table 9-30: where source and destination stand.
  const std::size_t dst = to_ds ? 16 : 4;
  const std::size_t src = !from_ds ? 10 : to_ds ? 24 : 16;
  leave_outer();
  packet_.dst_mac = Mac::from(rest().subspan(dst, 6));
  packet_.src_mac = Mac::from(rest().subspan(src, 6));
  packet_.vlan = packet_.outer_vlan = 0;
  known_ = true;
  const bool aggregate = qos && (rest()[to_ds && from_ds ? 30 : 24] & kAggregate) != 0;
  const bool piece = (flags & kMoreFragments) != 0 || (header[22] & 0xf) != 0;
  if ((kind & kNoData) != 0 || (flags & kProtected) != 0 || aggregate || piece) return Step::done;
  if (padded_) size = (size + 3) / 4 * 4;
  if (!has(size)) return Step::truncated;
  drop(size);
  return Step::llc;
}

}  // namespace asepsis
