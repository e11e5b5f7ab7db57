// Captures of every format, plain and compressed: whatever the bytes, each
// packet lies within what keeps it alive, reading ends, and neither the size of
// the batches nor reading it by pieces makes a difference.

#include <array>
#include <cassert>
#include <cstdint>

#include "base/hash.hpp"
#include "capture/capture_file.hpp"
#include "capture/capture_identity.hpp"
#include "capture/capture_pieces.hpp"

namespace asepsis {
namespace {

// A small input that decompresses without end is cut off here.
constexpr std::uint64_t kMostPackets = 200'000;

struct Read {
  std::uint64_t packets = 0;
  std::uint64_t hash = 0;

  bool operator==(const Read&) const = default;

  void add(const Packet& packet) {
    ++packets;
    const auto time = static_cast<std::uint64_t>(nanoseconds_since_1970(packet.time));
    hash = hash_mix(hash_bytes(packet.bytes, hash), time ^ packet.length);
  }
};

// Two pieces are read before the first of them is proven.
void read_pieces(CapturePieces& pieces, Read& out) {
  std::array<CapturePiece, 2> claimed;
  for (std::size_t count = claimed.size(); count == claimed.size();) {
    for (count = 0; count < claimed.size() && pieces.claim(claimed[count]);) ++count;
    for (std::size_t i = 0; i < count; ++i) pieces.read(claimed[i]);
    for (std::size_t i = 0; i < count; ++i) {
      CapturePiece& piece = claimed[i];
      while (pieces.prove(piece) == CapturePieces::Proof::wrong) pieces.read(piece);
      for (const Packet& packet : piece.batch.packets) {
        assert(piece.packets_before + packet.number == out.packets + 1);
        out.add(packet);
      }
    }
  }
}

Read read(Bytes bytes, std::size_t limit, bool by_pieces = false) {
  Read out;
  auto capture = CaptureFile::from_bytes(bytes, "input");
  if (!capture) {
    assert(!capture.error().message.empty());
    return out;
  }
  if (const auto pieces = by_pieces ? capture->pieces(limit) : nullptr) read_pieces(*pieces, out);
  CaptureIdentity identity;
  PacketBatch batch;
  while (out.packets < kMostPackets && capture->next(batch, limit)) {
    assert(!batch.packets.empty() && batch.packets.size() <= limit && batch.bytes_owner);
    for (const Packet& packet : batch.packets) {
      if (out.packets > kMostPackets) break;
      out.add(packet);
      assert(packet.length >= packet.bytes.size() && packet.number == out.packets);
      identity.add(packet);
    }
  }
  assert(identity.hex().size() == 32);
  return out;
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const asepsis::Bytes bytes{data, size};
  const asepsis::Read front = asepsis::read(bytes, 4096);
  const bool same = front == asepsis::read(bytes, 3) && front == asepsis::read(bytes, 2, true);
  assert(same);
  return 0;
}
