#include "capture/pcapng_writer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kSection = 0x0a0d0d0a, kInterface = 1, kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint16_t kResolution = 9, kResolutionBytes = 1;  // if_tsresol
constexpr char kNanoseconds = 9;                                // 10^-9 s
constexpr std::size_t kAlignment = 4;

template <class Number>
void append(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void align(std::string& out) {
  out.resize((out.size() + kAlignment - 1) / kAlignment * kAlignment);
}

// REQUIRES: `body` is aligned.
void append_block(std::string& out, std::uint32_t type, std::string_view body) {
  const auto size = static_cast<std::uint32_t>(3 * sizeof(std::uint32_t) + body.size());
  append(out, type);
  append(out, size);
  out += body;
  append(out, size);
}

}  // namespace

void append_section(std::string& out) {
  std::string body;
  append(body, kByteOrder);
  append(body, std::uint16_t{1});
  append(body, std::uint16_t{0});
  append(body, std::int64_t{-1});  // its length is not told
  append_block(out, kSection, body);
}

void append_interface(std::string& out, std::uint16_t link_type) {
  std::string body;
  append(body, link_type);
  append(body, std::uint16_t{0});
  append(body, std::uint32_t{0});  // no limit to the length of a packet
  append(body, kResolution);
  append(body, kResolutionBytes);
  body += kNanoseconds;
  align(body);
  append(body, std::uint32_t{0});  // the end of the options
  append_block(out, kInterface, body);
}

void append_packet(std::string& out, std::uint32_t interface, const Packet& packet, Bytes kept) {
  const auto time =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, nanoseconds_since_1970(packet.time)));
  std::string body;
  body.reserve(kept.size() + 32);
  append(body, interface);
  append(body, static_cast<std::uint32_t>(time >> 32));
  append(body, static_cast<std::uint32_t>(time));
  append(body, static_cast<std::uint32_t>(kept.size()));
  append(body, packet.length);
  body += as_text(kept);
  align(body);
  append_block(out, kEnhancedPacket, body);
}

}  // namespace asepsis
