// The pcap format: a file header, then records of a header and a frame
// (draft-ietf-opsawg-pcap, sections 4 and 5).

#include <algorithm>

#include "capture/byte_order.hpp"
#include "capture/pcap_walk.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kFileHeaderSize = 24;
constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
// Kuznetzov's variant: interface, protocol and packet type follow the usual
// four fields of a record's header.
constexpr std::uint32_t kModified = 0xa1b2cd34;

// Consumes the file header at the front.
Result<PcapFormat> read_header(ByteSource& source) {
  if (!source.fill(kFileHeaderSize))
    return fail(cut_short(source, kFileHeaderSize, "its header").value_or("ends"));
  const auto header = source.window().first<kFileHeaderSize>();
  PcapFormat format;
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
  if (minor < 3) format.sizes = PcapSizes::captured_second;
  if (minor == 3) format.sizes = PcapSizes::smaller_is_captured;
  // Above the link type: whether, and how long, a frame check sequence is.
  format.link_type =
      static_cast<std::uint16_t>(load32(header.subspan<20, 4>(), format.swapped) & 0xffff);
  source.consume(kFileHeaderSize);
  return format;
}

class PcapRecordFormat final : public RecordFormat {
 public:
  explicit PcapRecordFormat(const PcapFormat& format) : format_(format) {}

  RecordWalk walk(Bytes window, std::size_t own, std::uint64_t number, std::vector<Packet>& packets,
                  std::size_t limit) const override {
    return walk_pcap(window, own, format_, number, packets, limit);
  }
  std::optional<std::size_t> guess(Bytes window, std::size_t own) const override {
    return guess_pcap_record(window, own, format_);
  }

 private:
  PcapFormat format_;
};

class PcapRecords final : public RecordReader {
 public:
  explicit PcapRecords(const PcapFormat& format) : format_(format) {}

  std::unique_ptr<RecordFormat> format(ByteSource&, CaptureLosses&) override {
    return std::make_unique<PcapRecordFormat>(format_);
  }
  void go_on_after(std::uint64_t packets, Time) override { number_ = packets; }

  bool read(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
            CaptureLosses& losses) override {
    for (;;) {
      const Bytes window = source.window();
      const RecordWalk walk = walk_pcap(window, window.size(), format_, number_, packets, limit);
      source.consume(walk.size);
      number_ += packets.size();
      losses.add(walk.losses);
      if (!packets.empty()) return true;
      // The window begins with a record that is not whole, or is none.
      std::size_t wanted = format_.header_size;
      if (source.fill(wanted)) {
        const PcapRecord record = pcap_record(source.window(), format_);
        if (is_pcap_header(record, source.window())) {
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

  bool damaged(const ByteSource& source, std::uint32_t captured, CaptureLosses& losses) const {
    ++losses.damaged_blocks;
    losses.ended_early = "is damaged at byte " + std::to_string(source.offset()) + ": packet " +
                         std::to_string(number_ + 1) + " claims " + std::to_string(captured) +
                         " bytes";
    return false;
  }

  PcapFormat format_;
  std::uint64_t number_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> read_pcap(ByteSource& source) {
  const auto format = read_header(source);
  if (!format) return std::unexpected(format.error());
  return std::make_unique<PcapRecords>(*format);
}

}  // namespace asepsis
