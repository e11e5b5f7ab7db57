// Records of a pcap capture, one after the other (draft-ietf-opsawg-pcap, section 5).
// Part of the readers of pcap.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/cursor.hpp"
#include "base/time.hpp"
#include "capture/record_format.hpp"

namespace asepsis {

// How a file orders the two sizes of a record: what is captured came second
// until version 2.2; of version 2.3 there are files of either kind.
enum class PcapSizes : std::uint8_t { captured_first, captured_second, smaller_is_captured };

struct PcapFormat {
  bool swapped = false;
  PcapSizes sizes = PcapSizes::captured_first;
  std::size_t header_size = 16;
  std::uint32_t fraction = 1000;  // nanoseconds in a unit of the second time field
  std::uint16_t link_type = 0;
};

struct PcapRecord {
  Time time;
  std::uint32_t captured = 0;
  std::uint32_t length = 0;
};

// REQUIRES: `bytes` has the size of a header.
PcapRecord pcap_record(Bytes bytes, const PcapFormat& format);

// Whether another file was put behind the last one ("zcat *.gz"): its header,
// with which `window` begins, reads as a packet of no bytes.
bool is_pcap_header(const PcapRecord& record, Bytes window);

// As RecordFormat::walk() and guess().
RecordWalk walk_pcap(Bytes window, std::size_t own, const PcapFormat& format, std::uint64_t number,
                     std::vector<Packet>& packets, std::size_t limit);
std::optional<std::size_t> guess_pcap_record(Bytes window, std::size_t own,
                                             const PcapFormat& format);

}  // namespace asepsis
