// Pieces of datagrams in any order, from a table with small limits. Six bytes
// a piece: id, offset (in eights, twice), size, what else, seconds passed. A
// piece's bytes tell their place, so a wrong reassembly shows.

#include <cstdlib>
#include <vector>

#include "flow/fragments.hpp"

namespace asepsis {
namespace {

constexpr FragmentLimits kLimits{.datagrams = 8, .bytes = 20'000, .pieces = 16};

std::uint8_t byte_at(std::size_t place) {
  return static_cast<std::uint8_t>(place * 31 + place / 251);
}

void check(Bytes whole) {
  if (whole.empty() || whole.size() > 65'535) std::abort();
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (whole[i] != byte_at(i)) std::abort();
}

void play(Cursor in) {
  FragmentTable table(kLimits);
  Time now = time_from_nanoseconds(0);
  while (!in.done()) {
    Decoded piece;
    piece.kind = Decoded::Kind::fragment;
    piece.fragment_id = in.u8() & 15;
    piece.fragment_offset = (in.be16() & 0x1fffU) * 8;
    const std::size_t eights = in.u8() & 31;
    const unsigned flags = in.u8();
    now += std::chrono::seconds(in.u8() / 16);
    piece.more_fragments = (flags & 1) != 0;
    std::vector<std::uint8_t> bytes(eights * 8 + (flags >> 1 & 7));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(piece.fragment_offset + i);
    piece.payload = bytes;
    piece.payload_length =
        static_cast<std::uint32_t>(bytes.size()) + ((flags & 0x30) == 0x30 ? 1 : 0);
    if (const auto whole = table.add(piece, now)) check(*whole);
  }
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asepsis::play(asepsis::Cursor({data, size}));
  return 0;
}
