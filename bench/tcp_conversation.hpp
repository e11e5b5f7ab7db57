// One TCP connection as a mirror port sees it: handshake, data in both
// directions with acknowledgements, and an orderly end (RFC 9293).

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/traffic.hpp"

namespace asepsis::bench {

struct Host {
  std::array<std::uint8_t, 6> mac{};
  std::uint32_t ip = 0;
};

// The `number`-th host of a network of /24s: 10.`network`.x.y.
Host make_host(std::uint32_t oui, std::uint32_t network, std::uint32_t number);

// What one side says before the other answers.
struct Turn {
  bool from_client = true;
  std::vector<std::uint8_t> bytes;
};

class Dialogue {
 public:
  virtual ~Dialogue() = default;
  virtual std::optional<Turn> next() = 0;  // none: the connection ends
};

struct Connection {
  Host client;
  Host server;
  std::uint16_t client_port = 0;
  std::uint16_t server_port = 0;
  // Full segments a receiver takes before it acknowledges them together.
  std::uint32_t segments_per_ack = 2;
};

std::unique_ptr<Conversation> tcp_conversation(const Connection& connection,
                                               std::unique_ptr<Dialogue> dialogue, Random& random);

}  // namespace asepsis::bench
