// One conversation on the wire while it lasts: two sides, their counters, and
// how far each side's TCP stream has been read.

#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
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
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < Words().size(); ++i) differs |= word(i) ^ other.word(i);
    return differs == 0;
  }

 private:
  // By itself: a copy of all words would be written before it is compared.
  std::uint64_t word(std::size_t i) const {
    std::uint64_t word = 0;
    std::memcpy(&word, reinterpret_cast<const char*>(this) + (i * sizeof word), sizeof word);
    return word;
  }
};

// What the listener keeps with a flow. Its own: the table knows that it is there,
// and the listener takes it back when the flow ends.
class FlowState {
 public:
  FlowState(const FlowState&) = delete;
  FlowState& operator=(const FlowState&) = delete;

 protected:
  FlowState() = default;
  ~FlowState() = default;
};

// What fits the fields of 48 bits: no capture has more packets, no stream more bytes.
inline constexpr std::uint64_t kMost48 = (std::uint64_t{1} << 48) - 1;

// One direction, named by its sender.
struct FlowHalf {
  // Its own if it sent (that of the highest TTL), else where frames to it went.
  Mac mac;
  std::uint8_t ttl = 0;        // the highest it sent with; 0 if it sent nothing
  std::uint8_t tcp_flags = 0;  // all it ever sent
  std::uint32_t next_sequence = 0;
  std::uint32_t packets = 0;
  std::uint64_t bytes = 0;         // of IP payload, on the wire
  std::uint64_t to_skip : 48 = 0;  // bytes of the stream that need not be shown
  std::uint16_t vlan : 12 = 0;     // on which its packets were seen
  bool synchronised : 1 = false;   // next_sequence is known
  bool early : 1 = false;          // segments wait for their turn: FlowExtra
  bool second_mac : 1 = false;     // it sent from another MAC too: FlowExtra
};
static_assert(sizeof(FlowHalf) == 32);

// In the order in which a packet touches it. There may be a million of them: what
// few flows need is a FlowExtra of the table.
struct alignas(32) Flow {
  FlowKey key;
  std::array<FlowHalf, 2> halves;  // [0] the client's, [1] the server's
  Time last;
  Time heard;                           // what the table's clock showed at its last packet
  std::uint64_t first_packet : 48 = 0;  // number within the capture
  bool in_use : 1 = false;
  bool apart : 1 = false;  // each direction was seen on a VLAN of its own: FlowExtra
  bool extra : 1 = false;  // it has a FlowExtra
  bool client_is_a : 1 = true;
  bool wants_data : 1 = true;  // the listener may clear it: the rest is only counted
  bool oriented : 1 = false;   // who is the client is known, not guessed
  bool closed : 1 = false;     // TCP reset or finished by both sides
  bool refused : 1 = false;    // the server sent a packet of the client's back by ICMP
  FlowState* state = nullptr;
  Time first;
  std::uint32_t wheel_next = 0, wheel_previous = 0;  // FlowTable's own

  const Ip& client_ip() const { return client_is_a ? key.a : key.b; }
  const Ip& server_ip() const { return client_is_a ? key.b : key.a; }
  std::uint16_t client_port() const { return client_is_a ? key.port_a : key.port_b; }
  std::uint16_t server_port() const { return client_is_a ? key.port_b : key.port_a; }
  FlowHalf& client() { return halves[0]; }
  FlowHalf& server() { return halves[1]; }
  const FlowHalf& client() const { return halves[0]; }
  const FlowHalf& server() const { return halves[1]; }

  // The bytes showed that the guess was wrong: client and server change places.
  void turn_round();
};
static_assert(sizeof(Flow) == 160);

// Segments that came before their turn, in order of sequence number.
struct EarlySegments {
  struct Segment {
    // What it takes: its bytes, and beside them what holds them (with what allocating costs).
    std::size_t cost() const { return bytes.size() + kOverhead; }
    static constexpr std::size_t kOverhead = 64;

    std::uint32_t sequence;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Segment> segments;
  std::size_t cost = 0;  // of all of them
};

// What few flows need, of each side. By the ends of the key, as these do not change places.
struct FlowExtra {
  struct End {
    std::unique_ptr<EarlySegments> early;
    // Another MAC that it sent from: a second router, a mirror on both sides of one.
    Mac other_mac;
    std::uint8_t other_ttl = 0;
  };
  std::array<End, 2> ends;                           // [0] a, [1] b
  std::uint16_t back_vlan = 0, back_outer_vlan = 0;  // of a flow that is apart
};

// Routers between the sender and us, judged by the usual initial values of
// TTL (32, 64, 128, 255).
std::uint8_t hops_of(std::uint8_t ttl);

}  // namespace asepsis
