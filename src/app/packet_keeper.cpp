#include "app/packet_keeper.hpp"

#include "base/cursor.hpp"
#include "proto/patient_free.hpp"

namespace asepsis {
namespace {

// Whether a segment of TLS begins with a record and holds nothing but handshake:
// what was agreed on may be not to encrypt. RFC 8446, 5.1.
bool only_handshake(Bytes segment) {
  constexpr std::uint8_t kChangeCipherSpec = 20;
  constexpr std::uint8_t kHandshake = 22;
  Cursor in(segment);
  while (in.ok() && !in.done()) {
    const std::uint8_t type = in.u8();
    if (type < kChangeCipherSpec || type > kHandshake || in.u8() != 3) return false;
    in.skip(1);
    in.skip(std::min<std::size_t>(in.be16(), in.rest().size()));
  }
  return in.ok();
}

bool inside(Bytes part, Bytes whole) {
  return part.data() != nullptr && part.data() >= whole.data() &&
         part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

void PacketKeeper::layer(const Decoded& packet) {
  if (piece_) return;  // what was put together does not lie in this packet
  payload_ = packet.payload;
  piece_ = packet.kind == Decoded::Kind::fragment;
  whole_ = false;
}

void PacketKeeper::speech(std::string_view protocol) {
  whole_ = !piece_ && patient_free(protocol) && (protocol != "tls" || only_handshake(payload_));
}

void PacketKeeper::end(const Packet& packet, DecodeError error) {
  if (keep_ == Keep::everything) {
    ring_->add(packet, packet.bytes);
    ++kept_whole_;
  } else if (error != DecodeError::none || !inside(payload_, packet.bytes)) {
    ++not_kept_;
  } else {
    // What follows the payload may be what lay in the sender's memory.
    const auto headers = static_cast<std::size_t>(payload_.data() - packet.bytes.data());
    ring_->add(packet, packet.bytes.first(headers + (whole_ ? payload_.size() : 0)));
    ++(whole_ || payload_.empty() ? kept_whole_ : headers_only_);
  }
  payload_ = {};
  piece_ = whole_ = false;
}

void PacketKeeper::flush() {
  ring_->flush();
  failed_ += ring_->take_failed();
}

void PacketKeeper::count(Counters& counters) const {
  counters["packets kept whole"] += kept_whole_;
  counters["packets kept without what they say"] += headers_only_;
  counters["packets not kept"] += not_kept_;
  counters["packets not kept as the disk did not take them"] += failed_;
}

}  // namespace asepsis
