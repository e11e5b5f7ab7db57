// The pcapng format: sections of blocks, each of which says its length before
// and behind (draft-ietf-opsawg-pcapng, section 3.1; the blocks: section 4).
// A length that lies leaves no way to find the next block: reading stops
// there. A block that is wrong only inside itself is counted and passed over.

#include <algorithm>

#include "capture/byte_order.hpp"
#include "capture/pcapng_interface.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::size_t kPacketHeaderSize = 20;     // of enhanced and obsolete ones
constexpr std::uint32_t kBlockOverhead = 12;      // type and both lengths
constexpr std::uint32_t kMaxBlock = 16U << 20;    // of secrets or names; packets are smaller
constexpr std::size_t kMaxInterfaces = 1U << 16;  // of a section

struct Section {
  bool swapped = false;
  std::vector<std::optional<PcapngInterface>> interfaces;  // without a value: not readable
};

class PcapngBlocks final : public RecordReader {
 public:
  bool read(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
            CaptureLosses& losses) override {
    for (;;) {
      std::size_t wanted = 0;
      while (wanted == 0 && !stop_ && packets.size() < limit)
        wanted = read_block(source, packets, losses);
      if (!packets.empty()) return true;
      if (!stop_ && source.fill(wanted)) continue;
      if (!stop_)
        stop_ = cut_short(source, wanted, "a block after packet " + std::to_string(number_));
      losses.ended_early = stop_;
      return false;
    }
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
  // Reads the block at the front of the window: consumes it or sets stop_.
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
    const std::uint32_t length = load32(header.subspan<4, 4>(), section_.swapped);
    if (length < kBlockOverhead || length > kMaxBlock) {
      stop(source, losses, "a block claims " + std::to_string(length) + " bytes");
      return 0;
    }
    // Some writers leave the padding to 32 bits out of the length.
    const std::uint32_t size = (length + 3) & ~3U;
    if (window.size() < size) return size;
    const std::uint32_t again = load32(window.subspan(size - 4).first<4>(), section_.swapped);
    if (again != length && again != size) {
      stop(source, losses,
           "a block claims " + std::to_string(length) + " bytes before and " +
               std::to_string(again) + " behind");
      return 0;
    }
    const Bytes body = window.subspan(8, size - kBlockOverhead);
    if (type == kSectionHeader) {
      begin_section(source, body, losses);
    } else if (!read_body(type, body, packets, losses)) {
      ++losses.damaged_blocks;
    }
    source.consume(size);
    return 0;
  }

  bool read_body(std::uint32_t type, Bytes body, std::vector<Packet>& packets,
                 CaptureLosses& losses) {
    switch (type) {
      case kEnhancedPacket: return enhanced_packet(body, packets, losses);
      case kSimplePacket: return simple_packet(body, packets, losses);
      case kObsoletePacket: return obsolete_packet(body, packets, losses);
      case kInterfaceDescription: return describe_interface(body);
      default: ++losses.skipped_blocks; return true;
    }
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

  // Enhanced and obsolete packet blocks are alike after the interface's number.
  bool enhanced_packet(Bytes body, std::vector<Packet>& packets, CaptureLosses& losses) {
    if (body.size() < kPacketHeaderSize) return false;
    return timed_packet(load32(body.first<4>(), section_.swapped), body, packets, losses);
  }

  bool obsolete_packet(Bytes body, std::vector<Packet>& packets, CaptureLosses& losses) {
    if (body.size() < kPacketHeaderSize) return false;
    return timed_packet(load16(body.first<2>(), section_.swapped), body, packets, losses);
  }

  bool timed_packet(std::uint32_t interface_number, Bytes body, std::vector<Packet>& packets,
                    CaptureLosses& losses) {
    const auto header = body.first<kPacketHeaderSize>();
    const bool swapped = section_.swapped;
    const std::uint32_t captured = load32(header.subspan<12, 4>(), swapped);
    if (captured > kMaxCaptured || captured > body.size() - kPacketHeaderSize) return false;
    if (interface_number >= section_.interfaces.size()) return false;
    const auto& interface = section_.interfaces[interface_number];
    if (!interface) return false;
    const std::uint64_t ticks = std::uint64_t{load32(header.subspan<4, 4>(), swapped)} << 32 |
                                load32(header.subspan<8, 4>(), swapped);
    time_ = pcapng_time(*interface, ticks);
    add({.time = time_,
         .bytes = body.subspan(kPacketHeaderSize, captured),
         .length = load32(header.subspan<16, 4>(), swapped),
         .link_type = interface->link_type},
        packets, losses);
    return true;
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
    add({.time = time_,
         .bytes = body.subspan(4, captured),
         .length = length,
         .link_type = interface.link_type},
        packets, losses);
    return true;
  }

  void add(Packet packet, std::vector<Packet>& packets, CaptureLosses& losses) {
    const auto captured = static_cast<std::uint32_t>(packet.bytes.size());
    if (packet.length > captured) {
      ++losses.cut_packets;
      losses.cut_bytes += packet.length - captured;
    }
    packet.length = std::max(packet.length, captured);
    packet.number = ++number_;
    packets.push_back(packet);
  }

  void stop(const ByteSource& source, CaptureLosses& losses, const std::string& why) {
    ++losses.damaged_blocks;
    stop_ = "is damaged at byte " + std::to_string(source.offset()) + ", after packet " +
            std::to_string(number_) + ": " + why;
  }

  Section section_;
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
