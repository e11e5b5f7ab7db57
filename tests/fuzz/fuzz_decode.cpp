// Frames of every link type. The first two bytes are the link type, the next
// says how much longer the frame was on the wire. Whatever is decoded must lie
// within the frame, and a fragment that holds a whole datagram is read on. The other
// direction of a packet must meet it.

#include <cstdlib>
#include <utility>
#include <vector>

#include "net/decoded.hpp"
#include "net/pair_hash.hpp"

namespace asepsis {
namespace {

Decoded turned_round(Decoded packet) {
  std::swap(packet.src, packet.dst);
  std::swap(packet.src_mac, packet.dst_mac);
  return packet;
}

class Reader final : public DecodeSink {
 public:
  explicit Reader(Bytes frame) : frame_(frame) {}

  void on_decoded(const Decoded& packet) override {
    if (pair_hash(packet) != pair_hash(turned_round(packet))) std::abort();
    if (packet.payload_length < packet.payload.size()) std::abort();
    if (packet.payload.empty()) return;
    if (packet.payload.data() < frame_.data()) std::abort();
    if (packet.payload.data() + packet.payload.size() > frame_.data() + frame_.size()) std::abort();
    if (packet.kind != Decoded::Kind::fragment || ++fragments_ > 4) return;
    decode_transport(packet, packet.payload, *this);
  }

 private:
  Bytes frame_;
  int fragments_ = 0;
};

void play(Cursor in) {
  const std::uint16_t link_type = in.be16();
  const std::uint32_t cut = in.u8();
  const std::vector<std::uint8_t> frame(in.rest().begin(), in.rest().end());
  Reader out(frame);
  const std::uint32_t length = static_cast<std::uint32_t>(frame.size()) + cut;
  decode(link_type, frame, length, out);
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asepsis::play(asepsis::Cursor({data, size}));
  return 0;
}
