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

class Stream {
 public:
  Stream(std::unique_ptr<Parser> parser, std::uint32_t max_message)
      : parser_(std::move(parser)), max_message_(max_message) {}

  // The next bytes of a side. Returns how many bytes after them need not be
  // shown: the caller drops them and carries on.
  std::uint64_t feed(Side from, Bytes bytes, FactSink& out);

  // The capture missed the next `size` bytes of this side.
  void lose(Side from);

  enum class State : std::uint8_t {
    alive,
    done,     // the parser has heard enough of both sides
    gave_up,  // not this protocol, or the place in it was lost
    again,    // what follows is another protocol: see leftover()
  };
  State state() const { return state_; }
  std::uint32_t malformed() const { return malformed_; }
  // In state `again`: the bytes, of the side last fed, that were not consumed.
  Bytes leftover() const { return leftover_; }

 private:
  struct Half {
    std::vector<std::uint8_t> pending;  // the start of a message not yet whole
    bool lost = false;                  // looking for the next message
    bool done = false;
  };

  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  Bytes drain(Side from, Bytes bytes, FactSink& out, std::uint64_t& to_skip);
  void finish(Side from);

  std::unique_ptr<Parser> parser_;
  std::array<Half, 2> halves_;
  Bytes leftover_;
  std::uint32_t max_message_;
  std::uint32_t malformed_ = 0;
  State state_ = State::alive;
};

}  // namespace asepsis
