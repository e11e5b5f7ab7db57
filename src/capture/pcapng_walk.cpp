#include "capture/pcapng_walk.hpp"

#include <algorithm>
#include <utility>

#include "capture/byte_order.hpp"
#include "capture/record_reader.hpp"

namespace asepsis::pcapng {
namespace {

constexpr std::size_t kPacketHeaderSize = 20;  // of enhanced and obsolete ones

bool is_packet(std::uint32_t type) { return type == kEnhancedPacket || type == kObsoletePacket; }

bool stands_alone(std::uint32_t type) {
  return type != kSectionHeader && type != kInterfaceDescription && type != kSimplePacket;
}

// What an enhanced or an obsolete packet block holds, without a number; nothing if it is
// wrong inside itself.
std::optional<Packet> packet_of(const Block& block, const PcapngSection& section) {
  if (!is_packet(block.type) || block.body.size() < kPacketHeaderSize) return std::nullopt;
  const auto header = block.body.first<kPacketHeaderSize>();
  const bool swapped = section.swapped;
  // They are alike after the interface's number.
  const std::uint32_t number = block.type == kEnhancedPacket
                                   ? load32(header.subspan<0, 4>(), swapped)
                                   : load16(header.subspan<0, 2>(), swapped);
  const std::uint32_t captured = load32(header.subspan<12, 4>(), swapped);
  if (captured > kMaxCaptured || captured > block.body.size() - kPacketHeaderSize)
    return std::nullopt;
  if (number >= section.interfaces.size() || !section.interfaces[number]) return std::nullopt;
  const PcapngInterface& interface = *section.interfaces[number];
  const std::uint64_t ticks = std::uint64_t{load32(header.subspan<4, 4>(), swapped)} << 32 |
                              load32(header.subspan<8, 4>(), swapped);
  return Packet{.time = pcapng_time(interface, ticks),
                .bytes = block.body.subspan(kPacketHeaderSize, captured),
                .length = load32(header.subspan<16, 4>(), swapped),
                .link_type = interface.link_type};
}

// Whether so many blocks as it takes to believe it follow each other here, a packet
// first, or all up to the very end.
bool blocks_follow(Bytes bytes, const PcapngSection& section) {
  constexpr int kEnough = 3;
  for (int i = 0; i < kEnough; ++i) {
    if (bytes.empty()) return i > 0;
    const auto block = block_of(bytes, section.swapped);
    if (!block || (i == 0 && !packet_of(*block, section))) return false;
    bytes = bytes.subspan(block->size);
  }
  return true;
}

class PcapngFormat final : public RecordFormat {
 public:
  explicit PcapngFormat(PcapngSection section) : section_(std::move(section)) {}

  RecordWalk walk(Bytes window, std::size_t own, std::uint64_t number, std::vector<Packet>& packets,
                  std::size_t limit) const override {
    return pcapng::walk(window, own, section_, number, packets, limit);
  }

  std::optional<std::size_t> guess(Bytes window, std::size_t own) const override {
    for (std::size_t at = 0; at < std::min(own, window.size()); ++at)
      if (blocks_follow(window.subspan(at), section_)) return at;
    return std::nullopt;
  }

 private:
  PcapngSection section_;
};

}  // namespace

std::optional<Block> block_of(Bytes window, bool swapped) {
  if (window.size() < kBlockOverhead) return std::nullopt;
  const auto header = window.first<8>();
  const std::uint32_t length = load32(header.subspan<4, 4>(), swapped);
  if (length < kBlockOverhead || length > kMaxBlock) return std::nullopt;
  const std::uint32_t size = padded(length);
  if (window.size() < size) return std::nullopt;
  const std::uint32_t again = load32(window.subspan(size - 4).first<4>(), swapped);
  if (again != length && again != size) return std::nullopt;
  return Block{.type = load32(header.subspan<0, 4>(), swapped),
               .size = size,
               .body = window.subspan(8, size - kBlockOverhead)};
}

void add_packet(Packet packet, std::uint64_t number, std::vector<Packet>& packets,
                CaptureLosses& losses) {
  const auto captured = static_cast<std::uint32_t>(packet.bytes.size());
  if (packet.length > captured) {
    ++losses.cut_packets;
    losses.cut_bytes += packet.length - captured;
  }
  packet.length = std::max(packet.length, captured);
  packet.number = number;
  packets.push_back(packet);
}

RecordWalk walk(Bytes window, std::size_t own, const PcapngSection& section, std::uint64_t number,
                std::vector<Packet>& packets, std::size_t limit) {
  RecordWalk done;
  Bytes rest = window;
  const std::size_t behind = window.size() - own;
  while (packets.size() < limit && rest.size() > behind) {
    const auto block = block_of(rest, section.swapped);
    if (!block || !stands_alone(block->type)) break;
    if (!is_packet(block->type)) {
      ++done.losses.skipped_blocks;
    } else if (const auto packet = packet_of(*block, section)) {
      add_packet(*packet, ++number, packets, done.losses);
    } else {
      ++done.losses.damaged_blocks;
    }
    rest = rest.subspan(block->size);
  }
  done.size = window.size() - rest.size();
  return done;
}

std::unique_ptr<RecordFormat> format_of(PcapngSection section) {
  return std::make_unique<PcapngFormat>(std::move(section));
}

}  // namespace asepsis::pcapng
