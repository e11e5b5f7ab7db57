// Feeds one flow's bytes, in order, to its parser. A message that lies whole
// in a segment is parsed where it lies; only one that straddles segments is
// copied, into a buffer that is bounded and given back.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "proto/parser.hpp"

namespace asepsis {

// What is remembered of a stream from one piece to the next. Little: flows are many.
struct StreamPlace {
  enum class State : std::uint8_t {
    alive,
    done,     // the parser has heard enough of both sides
    gave_up,  // not this protocol, or the place in it was lost
    again,    // what follows is another protocol: see leftover()
  };

  bool lost(Side side) const { return (lost_ & bit(side)) != 0; }
  bool done(Side side) const { return (done_ & bit(side)) != 0; }
  void set_lost(Side side) { lost_ = (lost_ | bit(side)) & 3U; }
  void set_found(Side side) { lost_ = lost_ & ~bit(side) & 3U; }
  void set_done(Side side) { done_ = (done_ | bit(side)) & 3U; }

  State state : 2 = State::alive;

 private:
  static constexpr unsigned bit(Side side) { return side == Side::client ? 1 : 2; }

  std::uint8_t lost_ : 2 = 0;  // by side: looking for the next message
  std::uint8_t done_ : 2 = 0;
};
static_assert(sizeof(StreamPlace) == 1);

// Bytes of each side that wait for what follows them. Few flows have any.
struct WaitingBytes {
  std::vector<std::uint8_t>& of(Side side) { return of_side[static_cast<std::size_t>(side)]; }

  std::array<std::vector<std::uint8_t>, 2> of_side;
  // Of bytes that were shown out of turn: how many that follow need not be shown.
  std::array<std::uint64_t, 2> owed_skip{};

  bool needed() const {
    return !of_side[0].empty() || !of_side[1].empty() || owed_skip[0] > 0 || owed_skip[1] > 0;
  }
};

// One feeding of a stream whose parts somebody else keeps.
class StreamReading {
 public:
  StreamReading(Parser& parser, std::uint32_t max_message, StreamPlace& place,
                std::unique_ptr<WaitingBytes>& waiting)
      : parser_(parser), max_message_(max_message), place_(place), waiting_(waiting) {}

  // The next bytes of a side. Returns how many bytes after them need not be
  // shown: the caller drops them and carries on.
  std::uint64_t feed(Side from, Bytes bytes, FactSink& out);

  std::uint32_t malformed() const { return malformed_; }
  // In state `again`: the bytes, of the side fed, that were not consumed.
  Bytes leftover() const { return leftover_; }

 private:
  Bytes drain(Side from, Bytes bytes, FactSink& out, std::uint64_t& to_skip);
  void finish(Side from);

  Parser& parser_;
  std::uint32_t max_message_;
  StreamPlace& place_;
  std::unique_ptr<WaitingBytes>& waiting_;
  Bytes leftover_;
  std::uint32_t malformed_ = 0;
};

// The capture missed the next bytes of this side.
void lose(StreamPlace& place, std::unique_ptr<WaitingBytes>& waiting, Side from);

// A stream that keeps all its parts.
class Stream {
 public:
  using State = StreamPlace::State;

  Stream(std::unique_ptr<Parser> parser, std::uint32_t max_message)
      : parser_(std::move(parser)), max_message_(max_message) {}

  std::uint64_t feed(Side from, Bytes bytes, FactSink& out) {
    StreamReading reading(*parser_, max_message_, place_, waiting_);
    const std::uint64_t to_skip = reading.feed(from, bytes, out);
    malformed_ += reading.malformed();
    return to_skip;
  }
  void lose(Side from) { asepsis::lose(place_, waiting_, from); }

  State state() const { return place_.state; }
  std::uint32_t malformed() const { return malformed_; }

 private:
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<WaitingBytes> waiting_;
  std::uint32_t max_message_;
  std::uint32_t malformed_ = 0;
  StreamPlace place_;
};

}  // namespace asepsis
