// Frames of every link type. The first two bytes are the link type, the next
// says how much longer the frame was on the wire. Whatever is decoded must lie
// within the frame, and a fragment that holds a whole datagram is read on.

#include <cstdlib>
#include <vector>

#include "net/decoded.hpp"

namespace asepsis {
namespace {

class Reader final : public DecodeSink {
 public:
  explicit Reader(Bytes frame) : frame_(frame) {}

  void on_decoded(const Decoded& packet) override {
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
  decode(link_type, frame, static_cast<std::uint32_t>(frame.size()) + cut, out);
  pair_hash(link_type, frame);
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asepsis::play(asepsis::Cursor({data, size}));
  return 0;
}
