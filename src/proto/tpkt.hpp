// What stands below S7 and MMS: TPKT (RFC 1006, section 6) and the ISO transport
// protocol, class 0 (X.224, 13.3 connection request, 13.7 data).

#pragma once

#include <array>
#include <cstdint>

#include "proto/parser.hpp"

namespace asepsis {

constexpr std::size_t kTpktHeader = 4;
constexpr std::size_t kTpduHeader = 3;  // of data: length, code, number and end mark

namespace tpdu {
constexpr std::uint8_t kConnectionRequest = 0xe0;
constexpr std::uint8_t kConnectionConfirm = 0xd0;
constexpr std::uint8_t kDisconnectRequest = 0x80;
constexpr std::uint8_t kData = 0xf0;
}  // namespace tpdu

// As much of the two headers as is there.
struct TpktStart {
  enum class Kind : std::uint8_t { no, more, yes };

  Kind kind = Kind::no;
  std::size_t size = 0;       // of the whole packet
  std::size_t indicator = 0;  // of the transport header, without itself
  std::uint8_t code = 0;

  bool data() const { return code == tpdu::kData && indicator + 1 == kTpduHeader; }
};

constexpr TpktStart tpkt_start(Bytes bytes) {
  constexpr std::uint8_t kVersion = 3;
  using Kind = TpktStart::Kind;
  TpktStart start;
  Cursor in(bytes);
  if (in.u8() != kVersion || in.u8() != 0) return start;
  start.size = in.be16();
  start.indicator = in.u8();
  start.code = in.u8();
  start.kind = in.ok() ? Kind::yes : Kind::more;
  if (in.ok() && start.size < kTpktHeader + 1 + start.indicator) start.kind = Kind::no;
  return start;
}

// After a loss: where the first packet of data begins, or may yet begin.
constexpr std::size_t next_tpkt(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const TpktStart start = tpkt_start(bytes.subspan(at));
    if (start.kind == TpktStart::Kind::yes && start.data()) return at;
    if (start.kind == TpktStart::Kind::more) return at;
  }
  return bytes.size();
}

// Where packets end, for the parsers of what they carry; looks for the next
// one after a loss.
class TpktFraming {
 public:
  Frame frame(Side from, Bytes bytes) {
    constexpr std::size_t kMost = 8192;
    bool& searching = searching_[static_cast<std::size_t>(from)];
    if (searching) {
      const std::size_t start = next_tpkt(bytes);
      if (start > 0) return Frame::skip(start);
    }
    const TpktStart start = tpkt_start(bytes);
    switch (start.kind) {
      case TpktStart::Kind::no: return Frame::foreign();
      case TpktStart::Kind::more: return Frame::unknown();
      case TpktStart::Kind::yes: break;
    }
    searching = false;
    return start.size <= kMost ? Frame::message(start.size) : Frame::skip(start.size);
  }

  std::size_t resume(Side from) {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  std::array<bool, 2> searching_{};
};

}  // namespace asepsis
