// The pcapng format: sections of blocks, each of which says its length before
// and behind (draft-ietf-opsawg-pcapng, section 3.1; the blocks: section 4).
// A length that lies leaves no way to find the next block: reading stops
// there. A block that is wrong only inside itself is counted and passed over.

#include <algorithm>

#include "capture/byte_order.hpp"
#include "capture/pcapng_walk.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

using namespace pcapng;

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::size_t kMaxInterfaces = 1U << 16;  // of a section

class PcapngBlocks final : public RecordReader {
 public:
  bool read(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
            CaptureLosses& losses) override {
    for (;;) {
      walk_packets(source, packets, limit, losses);
      if (packets.size() >= limit) return true;
      const std::size_t wanted = stop_ ? 0 : read_block(source, packets, losses);
      if (wanted == 0 && !stop_) continue;
      if (!packets.empty()) return true;
      if (!stop_ && source.fill(wanted)) continue;
      if (!stop_)
        stop_ = cut_short(source, wanted, "a block after packet " + std::to_string(number_));
      losses.ended_early = stop_;
      return false;
    }
  }

  // What interfaces there are is usually said before the first packet.
  std::unique_ptr<RecordFormat> format(ByteSource& source, CaptureLosses& losses) override {
    std::vector<Packet> none;
    while (source.fill(kBlockOverhead) && is_interface(source.window())) {
      const std::size_t wanted = read_block(source, none, losses);
      if (stop_ || (wanted > 0 && !source.fill(wanted))) break;
    }
    return format_of(section_);
  }
  void go_on_after(std::uint64_t packets, Time last) override {
    number_ = packets;
    time_ = last;
  }

  // Reads the first section header, without which it is no capture.
  Result<void> begin(ByteSource& source) {
    std::vector<Packet> none;
    CaptureLosses losses;
    const auto short_of = [&](std::size_t wanted) {
      return fail(cut_short(source, wanted, "its header").value_or("ends"));
    };
    if (!source.fill(kBlockOverhead)) return short_of(kBlockOverhead);
    const std::size_t wanted = read_block(source, none, losses);
    if (wanted > 0) {
      if (!source.fill(wanted)) return short_of(wanted);
      read_block(source, none, losses);
    }
    if (stop_) return fail(*stop_);
    return {};
  }

 private:
  void walk_packets(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
                    CaptureLosses& losses) {
    const std::size_t before = packets.size();
    const Bytes window = source.window();
    const RecordWalk walked = walk(window, window.size(), section_, number_, packets, limit);
    source.consume(walked.size);
    losses.add(walked.losses);
    number_ += packets.size() - before;
    if (packets.size() > before) time_ = packets.back().time;
  }

  // Reads the block at the front of the window, which is none that walk() reads:
  // consumes it or sets stop_.
  // Gives the size the window must have for it, if it has less.
  std::size_t read_block(ByteSource& source, std::vector<Packet>& packets, CaptureLosses& losses) {
    const Bytes window = source.window();
    if (window.size() < kBlockOverhead) return kBlockOverhead;
    const auto header = window.first<kBlockOverhead>();
    const std::uint32_t type = load32(header.subspan<0, 4>(), section_.swapped);
    if (type == kSectionHeader) {
      const auto magic = header.subspan<8, 4>();
      section_.swapped = load32(magic, false) != kByteOrderMagic;
      if (load32(magic, section_.swapped) != kByteOrderMagic) {
        stop(source, losses, "a section in no known byte order");
        return 0;
      }
    }
    const auto block = block_of(window, section_.swapped);
    if (!block) return wanted_of(source, header.subspan<4, 4>(), losses);
    bool right = true;
    switch (type) {
      case kSectionHeader: begin_section(source, block->body, losses); break;
      case kInterfaceDescription: right = describe_interface(block->body); break;
      default: right = simple_packet(block->body, packets, losses);
    }
    if (!right) ++losses.damaged_blocks;
    source.consume(block->size);
    return 0;
  }

  bool is_interface(Bytes window) const {
    return load32(window.first<4>(), section_.swapped) == kInterfaceDescription;
  }

  // Why there is no block at the front of the window, which has its length: its size if
  // the window has less; or sets stop_.
  std::size_t wanted_of(const ByteSource& source, std::span<const std::uint8_t, 4> at,
                        CaptureLosses& losses) {
    const std::uint32_t length = load32(at, section_.swapped);
    if (length < kBlockOverhead || length > kMaxBlock) {
      stop(source, losses, "a block claims " + std::to_string(length) + " bytes");
      return 0;
    }
    const std::uint32_t size = padded(length);
    if (source.window().size() < size) return size;
    const std::uint32_t again =
        load32(source.window().subspan(size - 4).first<4>(), section_.swapped);
    stop(source, losses,
         "a block claims " + std::to_string(length) + " bytes before and " + std::to_string(again) +
             " behind");
    return 0;
  }

  void begin_section(const ByteSource& source, Bytes body, CaptureLosses& losses) {
    section_.interfaces.clear();
    if (body.size() < 16) {
      stop(source, losses, "its section header is too short");
      return;
    }
    const std::uint16_t major = load16(body.subspan<4, 2>(), section_.swapped);
    const std::uint16_t minor = load16(body.subspan<6, 2>(), section_.swapped);
    if (major == 1) return;
    const std::string where =
        number_ == 0 ? "is" : "is from byte " + std::to_string(source.offset());
    stop_ = where + " a pcapng capture of version " + std::to_string(major) + "." +
            std::to_string(minor) + ", and only version 1 can be read";
  }

  bool describe_interface(Bytes body) {
    if (section_.interfaces.size() >= kMaxInterfaces) return false;
    section_.interfaces.push_back(pcapng_interface(body, section_.swapped));
    return section_.interfaces.back().has_value();
  }

  // Has no time: that of the packet before it.
  bool simple_packet(Bytes body, std::vector<Packet>& packets, CaptureLosses& losses) {
    if (body.size() < 4 || section_.interfaces.empty() || !section_.interfaces.front())
      return false;
    const PcapngInterface& interface = *section_.interfaces.front();
    const std::uint32_t length = load32(body.first<4>(), section_.swapped);
    const std::uint32_t captured =
        interface.snaplen == 0 ? length : std::min(length, interface.snaplen);
    if (captured > kMaxCaptured || captured > body.size() - 4) return false;
    add_packet({.time = time_,
                .bytes = body.subspan(4, captured),
                .length = length,
                .link_type = interface.link_type},
               ++number_, packets, losses);
    return true;
  }

  void stop(const ByteSource& source, CaptureLosses& losses, const std::string& why) {
    ++losses.damaged_blocks;
    stop_ = "is damaged at byte " + std::to_string(source.offset()) + ", after packet " +
            std::to_string(number_) + ": " + why;
  }

  PcapngSection section_;
  std::uint64_t number_ = 0;
  Time time_;
  std::optional<std::string> stop_;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> read_pcapng(ByteSource& source) {
  auto blocks = std::make_unique<PcapngBlocks>();
  if (const auto begun = blocks->begin(source); !begun) return fail(begun.error().message);
  return blocks;
}

}  // namespace asepsis
