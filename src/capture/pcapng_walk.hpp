// Packets of a pcapng section, one block after the other (draft-ietf-opsawg-pcapng,
// sections 3.1 and 4). Part of the reader of pcapng.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/cursor.hpp"
#include "capture/pcapng_interface.hpp"
#include "capture/record_format.hpp"

namespace asepsis {

struct PcapngSection {
  bool swapped = false;
  std::vector<std::optional<PcapngInterface>> interfaces;  // without a value: not readable
};

namespace pcapng {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;

constexpr std::uint32_t kBlockOverhead = 12;    // type and both lengths
constexpr std::uint32_t kMaxBlock = 16U << 20;  // of secrets or names; packets are smaller

struct Block {
  std::uint32_t type = 0;
  std::uint32_t size = 0;
  Bytes body;
};

// With the padding to 32 bits, which some writers leave out of the length.
constexpr std::uint32_t padded(std::uint32_t length) { return (length + 3) & ~3U; }

// The block with which `window` begins; nothing if it is not whole, or says two lengths.
std::optional<Block> block_of(Bytes window, bool swapped);

// Counts it and adds it behind the others.
void add_packet(Packet packet, std::uint64_t number, std::vector<Packet>& packets,
                CaptureLosses& losses);

// As RecordFormat::walk(): reads packets of known interfaces and passes over what is of
// no use, up to what changes how packets behind it are read, or has its time from the
// packet before it.
RecordWalk walk(Bytes window, std::size_t own, const PcapngSection& section, std::uint64_t number,
                std::vector<Packet>& packets, std::size_t limit);

std::unique_ptr<RecordFormat> format_of(PcapngSection section);

}  // namespace pcapng
}  // namespace asepsis
