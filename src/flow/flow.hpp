// One conversation on the wire while it lasts: two sides, their counters, and
// how far each side's TCP stream has been read.

#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.hpp"
#include "base/cursor.hpp"
#include "base/time.hpp"

namespace asepsis {

// The two ends in a fixed order (a < b), so that both directions are one key.
// Flows of frames that are not IP have the MACs in the addresses (with_mac())
// and the EtherType in both ports.
struct FlowKey {
  Ip a, b;
  std::uint16_t port_a = 0, port_b = 0;
  std::uint16_t vlan = 0, outer_vlan = 0;
  std::uint32_t tunnel = 0;
  std::uint8_t protocol = 0;  // IANA; 0 with `frame`
  bool frame = false;         // not IP
  std::uint16_t unused_ = 0;  // no byte is left out: keys compare and hash as words

  using Words = std::array<std::uint64_t, 6>;
  Words words() const { return std::bit_cast<Words>(*this); }
  bool operator==(const FlowKey& other) const {
    const Words mine = words();
    const Words its = other.words();
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < mine.size(); ++i) differs |= mine[i] ^ its[i];
    return differs == 0;
  }
};

// What the listener keeps with a flow; deleted with it.
class FlowState {
 public:
  FlowState() = default;
  FlowState(const FlowState&) = delete;
  FlowState& operator=(const FlowState&) = delete;
  virtual ~FlowState() = default;
};

// Segments that came before their turn, in order of sequence number.
struct EarlySegments {
  struct Segment {
    std::uint32_t sequence;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Segment> segments;
  std::size_t bytes = 0;
};

// One direction, named by its sender.
struct FlowHalf {
  // Its own if it sent (that of the highest TTL), else where frames to it went.
  Mac mac;
  std::uint8_t ttl = 0;  // the highest it sent with; 0 if it sent nothing
  // Another MAC that it sent from: a second router, a mirror on both sides of one.
  Mac other_mac;
  std::uint8_t other_ttl = 0;
  std::uint16_t vlan = 0;      // on which its packets were seen
  std::uint8_t tcp_flags = 0;  // all it ever sent
  bool synchronised = false;   // next_sequence is known
  std::uint32_t next_sequence = 0;
  std::uint32_t packets = 0;
  std::uint64_t bytes = 0;    // of IP payload, on the wire
  std::uint64_t to_skip = 0;  // bytes of the stream that need not be shown
  std::unique_ptr<EarlySegments> early;
};

// In the order in which a packet touches it, a cache line at a time.
struct alignas(64) Flow {
  FlowKey key;
  std::uint64_t hash = 0;
  bool in_use = false;
  bool apart = false;  // each direction was seen on a VLAN of its own: the second
  std::uint16_t back_vlan = 0, back_outer_vlan = 0;
  bool client_is_a = true;
  bool wants_data = true;        // the listener may clear it: the rest is only counted
  bool oriented = false;         // who is the client is known, not guessed
  bool closed = false;           // TCP reset or finished by both sides
  bool refused = false;          // the server sent a packet of the client's back by ICMP
  std::uint16_t wheel_slot = 0;  // FlowTable's own, as below

  std::array<FlowHalf, 2> halves;  // [0] the client's, [1] the server's
  Time last;
  Time heard;  // what the table's clock showed at its last packet
  std::unique_ptr<FlowState> state;
  std::uint64_t first_packet = 0;  // number within the capture
  Time first;
  std::uint32_t wheel_next = 0, wheel_previous = 0;  // flows due in one second

  const Ip& client_ip() const { return client_is_a ? key.a : key.b; }
  const Ip& server_ip() const { return client_is_a ? key.b : key.a; }
  std::uint16_t client_port() const { return client_is_a ? key.port_a : key.port_b; }
  std::uint16_t server_port() const { return client_is_a ? key.port_b : key.port_a; }
  FlowHalf& client() { return halves[0]; }
  FlowHalf& server() { return halves[1]; }
  const FlowHalf& client() const { return halves[0]; }
  const FlowHalf& server() const { return halves[1]; }

  // As packets of the second VLAN say it, if the directions are apart.
  FlowKey back_key() const;

  // The bytes showed that the guess was wrong: client and server change places.
  void turn_round();
};
static_assert(sizeof(Flow) == 256);

// Routers between the sender and us, judged by the usual initial values of
// TTL (32, 64, 128, 255).
std::uint8_t hops_of(std::uint8_t ttl);

}  // namespace asepsis
