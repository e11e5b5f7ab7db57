// WireGuard: that it is there. Its messages (wireguard.com/protocol: "Protocol
// & Cryptography") say nothing else: keys and names are all encrypted.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Type : std::uint8_t { initiation = 1, response = 2, cookie = 3, data = 4 };

// Each type has its size; three reserved bytes follow it.
bool is_message(Bytes bytes) {
  constexpr std::size_t kDataHeader = 16;
  constexpr std::size_t kTag = 16;
  Cursor in(bytes);
  const auto type = static_cast<Type>(in.u8());
  if (in.be24() != 0 || !in.ok()) return false;
  switch (type) {
    case Type::initiation: return bytes.size() == 148;
    case Type::response: return bytes.size() == 92;
    case Type::cookie: return bytes.size() == 64;
    case Type::data: return bytes.size() >= kDataHeader + kTag && bytes.size() % 16 == 0;
  }
  return false;
}

// What looks like noise has few zeros: here at most four of the bytes.
bool is_noise(Bytes bytes) { return std::ranges::count(bytes, std::uint8_t{0}) <= 4; }

class WireGuardParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink&) override { return is_message(in.rest()); }
};

// A handshake is told by its size, its key, and the second code at its end,
// which is nothing but zeros unless the responder asked for it; data is
// believed where it is expected.
Recognition recognise(const Opening& opening) {
  if (!is_message(opening.bytes)) return Recognition::no;
  constexpr std::size_t kCode = 16;
  Cursor in(opening.bytes);
  const auto type = static_cast<Type>(in.u8());
  in.skip(type == Type::initiation ? 7 : 11);  // reserved and indices
  switch (type) {
    case Type::initiation:
    case Type::response: {
      const Side speaker = type == Type::initiation ? Side::client : Side::server;
      const Bytes codes = opening.bytes.last(2 * kCode);
      const bool plain = std::ranges::count(codes.last(kCode), std::uint8_t{0}) == kCode;
      const bool fits = is_noise(in.take(32)) && is_noise(codes.first(kCode));
      return speaker == opening.from && fits && (plain || opening.expected_port) ? Recognition::yes
                                                                                 : Recognition::no;
    }
    default: return opening.expected_port ? Recognition::yes : Recognition::no;
  }
}

constexpr std::uint16_t kPorts[] = {51820};

}  // namespace

extern constinit const Protocol kWireGuard{
    .name = "wireguard",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<WireGuardParser>(); },
    .security = Security::other,
    .begins = FirstBytes::range(1, 4),
};

}  // namespace asepsis
