// What a protocol must answer: is this it, where does its next message end,
// and what does that message say. Buffering, message loops, lost segments and
// limits live in stream.cpp, once, for all of them.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// The answer to "how long is the message that starts here?"
struct Frame {
  enum class Kind : std::uint8_t { message, skip, unknown, foreign, done, again };

  Kind kind;
  std::uint64_t size = 0;

  // Hand me these bytes when all of them are there.
  static constexpr Frame message(std::uint64_t size) { return {Kind::message, size}; }
  // They say nothing we want (pixels, file contents): drop them unbuffered.
  static constexpr Frame skip(std::uint64_t size) { return {Kind::skip, size}; }
  // Too few bytes to tell.
  static constexpr Frame unknown() { return {Kind::unknown}; }
  // Not this protocol.
  static constexpr Frame foreign() { return {Kind::foreign}; }
  // Nothing more of this side is of interest; the flow costs only its counters
  // once both sides are done.
  static constexpr Frame done() { return {Kind::done}; }
  // From this byte on the flow speaks another protocol (STARTTLS, CONNECT):
  // recognise again.
  static constexpr Frame again() { return {Kind::again}; }
};

// One per flow; its members are what the protocol must remember of that flow.
// A datagram protocol has one for all flows of a worker and keeps no state,
// unless its row says that it remembers.
class Parser {
 public:
  Parser() = default;
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  virtual ~Parser() = default;

  // Streams only. REQUIRES: bytes is not empty. Looks at the header only, and
  // is linear in it: it is asked again as bytes come. `from` is who sent them.
  virtual Frame frame(Side from, Bytes bytes) {
    static_cast<void>(from);
    static_cast<void>(bytes);
    return Frame::done();
  }

  // Reads one whole message (a datagram: its payload). False if it is
  // malformed; the facts told before the fault stand.
  virtual bool message(Side from, Cursor in, FactSink& out) = 0;

  // Streams only: bytes of `from` were lost and what follows is `bytes`.
  // Where the next message begins in them, if that can be told.
  virtual std::optional<std::size_t> resume(Side from, Bytes bytes) {
    static_cast<void>(from);
    static_cast<void>(bytes);
    return std::nullopt;
  }
};

enum class Transport : std::uint8_t { tcp, udp, icmp6, ip, frame };

// What recognition has to go by: the first bytes that one side sent.
struct Opening {
  Side from;           // who sent them, if the flow's orientation is right
  Bytes bytes;         // at most a few hundred, at least one
  bool expected_port;  // the server's port is one of Protocol::ports
  Bytes earlier = {};  // how the datagram began that this side sent before, if one
};

enum class Recognition : std::uint8_t {
  no,
  more,  // could be: show me more bytes
  yes,
};

// What the first byte of an opening may be.
class FirstBytes {
 public:
  static constexpr FirstBytes any() { return range(0x00, 0xff); }
  static constexpr FirstBytes of(std::initializer_list<std::uint8_t> bytes) {
    FirstBytes set;
    for (const std::uint8_t byte : bytes) set.bits_[byte / 64] |= std::uint64_t{1} << byte % 64;
    return set;
  }
  static constexpr FirstBytes range(std::uint8_t first, std::uint8_t last) {
    FirstBytes set;
    for (int byte = first; byte <= last; ++byte)
      set.bits_[static_cast<std::size_t>(byte / 64)] |= std::uint64_t{1} << byte % 64;
    return set;
  }
  constexpr bool has(std::uint8_t byte) const { return (bits_[byte / 64] >> byte % 64 & 1) != 0; }

 private:
  std::array<std::uint64_t, 4> bits_{};
};

// A row of the protocol table (registry.cpp).
struct Protocol {
  std::string_view name;  // what conversations show: "dicom", "hl7", "http"
  Transport transport;
  // Where to expect it: a hint for recognise(). For Transport::frame: the
  // EtherTypes, for Transport::ip: the numbers of IP's protocols; those must fit.
  std::span<const std::uint16_t> ports;
  // By content; linear in the opening. Never says yes for the port alone,
  // unless every payload of that shape is plausible. Of a stream it may see one
  // byte at first, and says no only if no more bytes would make it a yes.
  Recognition (*recognise)(const Opening& opening);
  std::unique_ptr<Parser> (*make)();
  Security security = Security::clear;
  std::uint32_t max_message = 16'384;  // what one side of a flow may hold back, in bytes
  bool remembers = false;              // datagrams: one parser a flow, as streams have
  // Datagrams: what recognise() says no to whatever else they hold. Of streams
  // it is not told here: they are asked (proto/recognition.hpp).
  FirstBytes begins = FirstBytes::any();
  bool only_on_ports = false;  // recognise() says no where the port is not expected
};

std::span<const Protocol* const> protocols();
const Protocol* find_protocol(std::string_view name);

}  // namespace asepsis
