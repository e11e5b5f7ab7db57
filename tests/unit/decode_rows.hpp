// Rows of frames and what decode() gives of them: bytes in, one line out for
// each packet. The same frames are then cut after every byte and must neither
// crash, nor yield a payload that is not theirs, nor be shared out by anything
// but the packets in them.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "frames.hpp"
#include "net/decoded.hpp"

namespace asepsis::test {

inline std::string_view name(Decoded::Kind kind) {
  switch (kind) {
    case Decoded::Kind::frame: return "frame";
    case Decoded::Kind::datagram: return "datagram";
    case Decoded::Kind::fragment: return "fragment";
  }
  return "?";
}

// kind addresses protocol, what is tagged or tunnelled, payload captured/sent
class Lines final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override {
    if (!lines.empty()) lines += '\n';
    lines += name(packet.kind);
    if (packet.kind == Decoded::Kind::frame) {
      add(" ", to_text(packet.src_mac));
      add(" > ", to_text(packet.dst_mac));
      add(" type ", ShortText<>().number(packet.ethertype, 16));
    } else {
      add(" ", to_text(packet.src));
      if (packet.src_port != 0) add(":", std::to_string(packet.src_port));
      add(" > ", to_text(packet.dst));
      if (packet.dst_port != 0) add(":", std::to_string(packet.dst_port));
      add(" ip ", std::to_string(packet.protocol));
      if (!packet.src_mac.empty() && packet.src_mac.bytes[5] != 1)
        add(" mac ", to_text(packet.src_mac));
    }
    if (packet.kind == Decoded::Kind::fragment) {
      add(" id ", ShortText<>().number(packet.fragment_id, 16));
      add(" at ", std::to_string(packet.fragment_offset));
      add("", packet.more_fragments ? " more" : " last");
    }
    if (packet.outer_vlan != 0) add(" outer ", std::to_string(packet.outer_vlan));
    if (packet.vlan != 0) add(" vlan ", std::to_string(packet.vlan));
    if (packet.tunnel != 0) add("", " tunnelled");
    if (packet.tcp_flags != 0) add(" flags ", std::to_string(packet.tcp_flags));
    add(" [", as_text(packet.payload));
    add("]", std::to_string(packet.payload_length));
  }

  void add(std::string_view before, std::string_view value) {
    lines += before;
    lines += value;
  }

  std::string lines;
};

struct Row {
  const char* what;
  std::uint16_t link_type;
  Frame frame;
  std::string lines;
  DecodeError error = DecodeError::none;
};

inline void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

inline const Frame kUdp = udp(1000, 2000, text("hi"));
inline const Frame kIp = ipv4(17, kUdp);
inline const Frame kInner = inner_ipv4(17, kUdp);
inline const Frame kBridged = inner_ethernet(0x0800, kInner);
inline const Frame kLlcBpdu = hex("42 42 03 00 00");

inline const std::string kPlain = "datagram 10.0.0.1:1000 > 10.0.0.2:2000 ip 17 [hi]2";
inline const std::string kPlain6 = "datagram 2001:db8::1:1000 > 2001:db8::2:2000 ip 17 [hi]2";
inline const std::string kInnerLine =
    "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 tunnelled [hi]2";
inline const std::string kBridgedLine =
    "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 mac 02:00:00:00:00:0a tunnelled [hi]2";
inline const std::string kMirroredLine =
    "datagram 192.168.1.1:1000 > 192.168.1.2:2000 ip 17 mac 02:00:00:00:00:0a [hi]2";
inline const std::string kFrame = "frame 02:00:00:00:00:01 > 02:00:00:00:00:02 type ";

// A block of the exact size, so that a sanitizer sees a byte read past it.
class Bounds final : public DecodeSink {
 public:
  explicit Bounds(Bytes frame) : frame_(frame) {}
  void on_decoded(const Decoded& packet) override {
    EXPECT_GE(packet.payload_length, packet.payload.size());
    if (packet.payload.empty()) return;
    EXPECT_GE(packet.payload.data(), frame_.data());
    EXPECT_LE(packet.payload.data() + packet.payload.size(), frame_.data() + frame_.size());
  }

 private:
  Bytes frame_;
};

class Decode : public testing::TestWithParam<Row> {};

inline void expect_fields(const Row& row) {
  Lines out;
  const auto length = static_cast<std::uint32_t>(row.frame.size());
  EXPECT_EQ(decode(row.link_type, row.frame, length, out), row.error);
  EXPECT_EQ(out.lines, row.lines);
  EXPECT_EQ(link_type_supported(row.link_type), row.error != DecodeError::unknown_link_type);
}

inline void expect_no_crash_when_cut(const Row& row) {
  const auto length = static_cast<std::uint32_t>(row.frame.size());
  for (std::size_t size = 0; size < row.frame.size(); ++size) {
    const auto cut = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(row.frame.begin(), size, cut.get());
    const Bytes bytes(cut.get(), size);
    for (const auto sent : {length, static_cast<std::uint32_t>(size)}) {
      Bounds out(bytes);
      decode(row.link_type, bytes, sent, out);
    }
  }
}

}  // namespace asepsis::test
