// Captures of every format, plain and compressed: whatever the bytes, each
// packet lies within what keeps it alive, reading ends, and the size of the
// batches makes no difference.

#include <cassert>
#include <cstdint>

#include "base/hash.hpp"
#include "capture/capture_file.hpp"
#include "capture/capture_identity.hpp"

namespace asepsis {
namespace {

// A small input that decompresses without end is cut off here.
constexpr std::uint64_t kMostPackets = 200'000;

struct Read {
  std::uint64_t packets = 0;
  std::uint64_t hash = 0;

  bool operator==(const Read&) const = default;
};

Read read(Bytes bytes, std::size_t limit) {
  Read out;
  auto capture = CaptureFile::from_bytes(bytes, "input");
  if (!capture) {
    assert(!capture.error().message.empty());
    return out;
  }
  CaptureIdentity identity;
  PacketBatch batch;
  while (out.packets < kMostPackets && capture->next(batch, limit)) {
    assert(!batch.packets.empty() && batch.packets.size() <= limit && batch.bytes_owner);
    for (const Packet& packet : batch.packets) {
      if (++out.packets > kMostPackets) break;
      assert(packet.length >= packet.bytes.size() && packet.number == out.packets);
      const auto time = static_cast<std::uint64_t>(nanoseconds_since_1970(packet.time));
      out.hash = hash_mix(hash_bytes(packet.bytes, out.hash), time ^ packet.length);
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
  const bool same = asepsis::read(bytes, 4096) == asepsis::read(bytes, 3);
  assert(same);
  return 0;
}
