#include "capture/pcap_walk.hpp"

#include <algorithm>
#include <chrono>

#include "capture/byte_order.hpp"
#include "capture/magic.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeaders = 48;  // of a frame, about where TCP begins

// Inlined by order: it is half of the work of the hot loop below.
[[gnu::always_inline]] inline PcapRecord record_of(std::span<const std::uint8_t, 16> header,
                                                   const PcapFormat& format) {
  const std::uint64_t seconds = load32(header.subspan<0, 4>(), format.swapped);
  const std::uint64_t fraction = load32(header.subspan<4, 4>(), format.swapped);
  PcapRecord record{
      .time = time_from_nanoseconds(
          static_cast<std::int64_t>((seconds * 1'000'000'000) + (fraction * format.fraction))),
      .captured = load32(header.subspan<8, 4>(), format.swapped),
      .length = load32(header.subspan<12, 4>(), format.swapped),
  };
  if (format.sizes != PcapSizes::captured_first &&
      (format.sizes == PcapSizes::captured_second || record.captured > record.length))
    std::swap(record.captured, record.length);
  return record;
}

// Memory is what this loop waits for, as each record says where the next one is.
// So its own headers are sent for, for who decodes them later, and a place a few
// records on: those of images are of one size.
[[gnu::always_inline]] inline void fetch_ahead(Bytes frame, Bytes rest) {
  constexpr std::size_t kRecordsAhead = 4;
  constexpr std::size_t kCacheLine = 64;
  __builtin_prefetch(frame.data() + std::min(kHeaders, frame.size()));
  const std::size_t ahead = kRecordsAhead * (frame.size() + 16);
  if (ahead + kCacheLine >= rest.size()) return;
  __builtin_prefetch(rest.data() + ahead);
  __builtin_prefetch(rest.data() + ahead + kCacheLine);
}

// Bytes that are no record's header rarely begin a captured size: looked at first, as
// this is asked of one place after the other.
bool plausible_sizes(std::span<const std::uint8_t, 16> header, const PcapFormat& format) {
  const auto fits = [](std::uint32_t size) { return size - 1 < kMaxCaptured; };
  return fits(load32(header.subspan<8, 4>(), format.swapped)) &&
         fits(load32(header.subspan<12, 4>(), format.swapped));
}

// A record of bytes, not longer than it was on the wire, at a time of day.
bool plausible(const PcapRecord& record, std::span<const std::uint8_t, 16> header,
               const PcapFormat& format) {
  if (record.captured > record.length) return false;
  const std::uint64_t fraction = load32(header.subspan<4, 4>(), format.swapped);
  return fraction * format.fraction < 1'000'000'000;
}

// Whether so many records as it takes to believe it follow each other here, or all
// up to the very end.
bool records_follow(Bytes bytes, const PcapFormat& format) {
  constexpr int kEnough = 5;
  constexpr auto kApart = std::chrono::hours(24);
  std::optional<Time> before;
  for (int i = 0; i < kEnough; ++i) {
    if (bytes.empty()) return i > 0;
    if (bytes.size() < format.header_size || !plausible_sizes(bytes.first<16>(), format))
      return false;
    const PcapRecord record = record_of(bytes.first<16>(), format);
    if (!plausible(record, bytes.first<16>(), format)) return false;
    if (before && (record.time - *before > kApart || *before - record.time > kApart)) return false;
    before = record.time;
    bytes = bytes.subspan(format.header_size);
    if (record.captured > bytes.size()) return false;
    bytes = bytes.subspan(record.captured);
  }
  return true;
}

}  // namespace

PcapRecord pcap_record(Bytes bytes, const PcapFormat& format) {
  return record_of(bytes.first<16>(), format);
}

bool is_pcap_header(const PcapRecord& record, Bytes window) {
  return record.captured == 0 && record.length == 0 && begins_as_pcap(window);
}

RecordWalk walk_pcap(Bytes window, std::size_t own, const PcapFormat& format, std::uint64_t number,
                     std::vector<Packet>& packets, std::size_t limit) {
  const PcapFormat layout = format;  // known not to change in the loop
  RecordWalk done;
  Bytes rest = window;
  const std::size_t behind = window.size() - own;
  while (packets.size() < limit && rest.size() > behind && rest.size() >= layout.header_size) {
    const PcapRecord record = record_of(rest.first<16>(), layout);
    if (record.captured > kMaxCaptured || record.captured > rest.size() - layout.header_size) break;
    if (is_pcap_header(record, rest)) break;
    const std::uint32_t length = std::max(record.length, record.captured);
    done.losses.cut_packets += length > record.captured ? 1 : 0;
    done.losses.cut_bytes += length - record.captured;
    const Bytes bytes = rest.subspan(layout.header_size, record.captured);
    fetch_ahead(bytes, rest);
    packets.push_back({
        .time = record.time,
        .bytes = bytes,
        .length = length,
        .number = ++number,
        .link_type = layout.link_type,
    });
    rest = rest.subspan(layout.header_size + record.captured);
  }
  done.size = window.size() - rest.size();
  return done;
}

std::optional<std::size_t> guess_pcap_record(Bytes window, std::size_t own,
                                             const PcapFormat& format) {
  for (std::size_t at = 0; at < std::min(own, window.size()); ++at)
    if (records_follow(window.subspan(at), format)) return at;
  return std::nullopt;
}

}  // namespace asepsis
