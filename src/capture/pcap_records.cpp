// The pcap format: a file header, then records of a header and a frame
// (draft-ietf-opsawg-pcap, sections 4 and 5).

#include <algorithm>

#include "capture/byte_order.hpp"
#include "capture/magic.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kFileHeaderSize = 24;
constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
// Kuznetzov's variant: interface, protocol and packet type follow the usual
// four fields of a record's header.
constexpr std::uint32_t kModified = 0xa1b2cd34;

constexpr std::size_t kHeaders = 48;  // of a frame, about where TCP begins

// How a file orders the two sizes of a record: what is captured came second
// until version 2.2; of version 2.3 there are files of either kind.
enum class Sizes : std::uint8_t { captured_first, captured_second, smaller_is_captured };

struct Format {
  bool swapped = false;
  Sizes sizes = Sizes::captured_first;
  std::size_t header_size = 16;
  std::uint32_t fraction = 1000;  // nanoseconds in a unit of the second time field
  std::uint16_t link_type = 0;
};

struct Record {
  Time time;
  std::uint32_t captured = 0;
  std::uint32_t length = 0;
};

// Inlined by order: it is half of the work of the hot loop below.
[[gnu::always_inline]] inline Record record_of(std::span<const std::uint8_t, 16> header,
                                               const Format& format) {
  const std::uint64_t seconds = load32(header.subspan<0, 4>(), format.swapped);
  const std::uint64_t fraction = load32(header.subspan<4, 4>(), format.swapped);
  Record record{
      .time = time_from_nanoseconds(
          static_cast<std::int64_t>((seconds * 1'000'000'000) + (fraction * format.fraction))),
      .captured = load32(header.subspan<8, 4>(), format.swapped),
      .length = load32(header.subspan<12, 4>(), format.swapped),
  };
  if (format.sizes != Sizes::captured_first &&
      (format.sizes == Sizes::captured_second || record.captured > record.length))
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

// Consumes the file header at the front.
Result<Format> read_header(ByteSource& source) {
  if (!source.fill(kFileHeaderSize))
    return fail(cut_short(source, kFileHeaderSize, "its header").value_or("ends"));
  const auto header = source.window().first<kFileHeaderSize>();
  Format format;
  std::uint32_t magic = load32(header.subspan<0, 4>(), false);
  format.swapped = magic != kMicroseconds && magic != kNanoseconds && magic != kModified;
  magic = load32(header.subspan<0, 4>(), format.swapped);
  if (magic == kNanoseconds) format.fraction = 1;
  if (magic == kModified) format.header_size = 24;

  const std::uint16_t major = load16(header.subspan<4, 2>(), format.swapped);
  const std::uint16_t minor = load16(header.subspan<6, 2>(), format.swapped);
  if (major != 2)
    return fail("is a pcap capture of version " + std::to_string(major) + "." +
                std::to_string(minor) + ", and only version 2 can be read");
  if (minor < 3) format.sizes = Sizes::captured_second;
  if (minor == 3) format.sizes = Sizes::smaller_is_captured;
  // Above the link type: whether, and how long, a frame check sequence is.
  format.link_type =
      static_cast<std::uint16_t>(load32(header.subspan<20, 4>(), format.swapped) & 0xffff);
  source.consume(kFileHeaderSize);
  return format;
}

class PcapRecords final : public RecordReader {
 public:
  explicit PcapRecords(const Format& format) : format_(format) {}

  bool read(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
            CaptureLosses& losses) override {
    for (;;) {
      source.consume(walk(source.window(), packets, limit, losses));
      if (!packets.empty()) return true;
      // The window begins with a record that is not whole, or is none.
      std::size_t wanted = format_.header_size;
      if (source.fill(wanted)) {
        const Record record = record_of(source.window().first<16>(), format_);
        if (file_header(record, source.window())) {
          if (next_file(source, losses)) continue;
          return false;
        }
        if (record.captured > kMaxCaptured) return damaged(source, record.captured, losses);
        wanted += record.captured;
      }
      if (!source.fill(wanted)) {
        losses.ended_early = cut_short(source, wanted, "packet " + std::to_string(number_ + 1));
        return false;
      }
    }
  }

 private:
  // Whether another file was put behind the last one ("zcat *.gz"): its header
  // reads as a packet of no bytes.
  static bool file_header(const Record& record, Bytes window) {
    return record.captured == 0 && record.length == 0 && begins_as_pcap(window);
  }

  bool next_file(ByteSource& source, CaptureLosses& losses) {
    const auto format = read_header(source);
    if (format) {
      format_ = *format;
    } else {
      losses.ended_early = "cannot be read past packet " + std::to_string(number_) +
                           ", where another capture begins: it " + format.error().message;
    }
    return format.has_value();
  }

  // The hot loop of reading captures. Gives the size of the records it read.
  std::size_t walk(Bytes window, std::vector<Packet>& packets, std::size_t limit,
                   CaptureLosses& losses) {
    const Format format = format_;
    std::uint64_t number = number_;
    std::uint64_t cut_packets = 0;
    std::uint64_t cut_bytes = 0;
    Bytes rest = window;
    while (packets.size() < limit && rest.size() >= format.header_size) {
      const Record record = record_of(rest.first<16>(), format);
      if (record.captured > kMaxCaptured || record.captured > rest.size() - format.header_size)
        break;
      if (file_header(record, rest)) break;
      const std::uint32_t length = std::max(record.length, record.captured);
      cut_packets += length > record.captured ? 1 : 0;
      cut_bytes += length - record.captured;
      const Bytes bytes = rest.subspan(format.header_size, record.captured);
      fetch_ahead(bytes, rest);
      packets.push_back({
          .time = record.time,
          .bytes = bytes,
          .length = length,
          .number = ++number,
          .link_type = format.link_type,
      });
      rest = rest.subspan(format.header_size + record.captured);
    }
    number_ = number;
    losses.cut_packets += cut_packets;
    losses.cut_bytes += cut_bytes;
    return window.size() - rest.size();
  }

  bool damaged(const ByteSource& source, std::uint32_t captured, CaptureLosses& losses) const {
    ++losses.damaged_blocks;
    losses.ended_early = "is damaged at byte " + std::to_string(source.offset()) + ": packet " +
                         std::to_string(number_ + 1) + " claims " + std::to_string(captured) +
                         " bytes";
    return false;
  }

  Format format_;
  std::uint64_t number_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> read_pcap(ByteSource& source) {
  const auto format = read_header(source);
  if (!format) return std::unexpected(format.error());
  return std::make_unique<PcapRecords>(*format);
}

}  // namespace asepsis
