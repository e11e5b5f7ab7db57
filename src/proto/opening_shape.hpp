// What a flow that nothing recognises looks like where it opens: who speaks
// first, and of what kind the first turn of each side is. Flows of one unknown
// protocol have one shape, so that they can be counted together and a person
// can give them a name (knowledge/README.md, [[service]]).
//
//   client: text; server: binary
//   server: length be32 at 0          nothing was heard of the client
//   mid-stream                        its beginning was not captured (the worker's word)
//
// How long the turns are is told apart: messages of one protocol differ in that.
//
// Nobody knows what these bytes say: they may be a patient's name, number or
// birth date, in any encoding. So the shape tells classes of bytes, never
// bytes. The mark is the one exception: what the flow's first bytes begin with,
// at most two bytes in hexadecimal, each below 0x20. These are no letters and
// no digits in any encoding of text, and two of them are ten bits: too few for
// a number that tells a person from others, or for a birth date in packed
// decimals. Bytes from 0x80 on are letters in Latin-1 and parts of letters in
// UTF-8, GBK and Shift-JIS; so of these only the pairs of a short list are
// told, which protocols are known to begin with and names are not.
//
// Bytes of a stream count up to the other side's first word, not by segment:
// however they are cut, the shape is the same.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// What the turn that goes on begins with. Only one side's does, and only of a
// stream, so it is kept apart: flows are many, and most need none of it.
struct OpeningBytes {
  static constexpr std::size_t kMost = 16;
  std::array<std::uint8_t, kMost> bytes{};
  std::uint8_t size = 0;

  Bytes begin() const { return Bytes(bytes).first(size); }
};

class OpeningShape {
 public:
  using Text = ShortText<64>;
  using Mark = ShortText<4>;

  using Kept = OpeningBytes;

  // The next bytes of a stream. REQUIRES: `kept` as it was left, here and below.
  void add(Side from, Bytes bytes, Kept& kept);
  // The capture missed bytes of a stream.
  void lose(Side from, std::uint64_t size, Kept& kept);
  // No more bytes will come: what was kept is needed no more.
  void settle(const Kept& kept);
  void add_datagram(Side from, Bytes bytes);

  // Nothing more is looked at.
  bool settled() const { return turns_[0].over && turns_[1].over; }
  // A turn goes on: what is kept is needed.
  bool going_on() const {
    return std::ranges::any_of(turns_,
                               [](const Turn& turn) { return turn.size > 0 && !turn.over; });
  }
  // How many bytes the first turn of a side has, up to kMostSize.
  std::uint16_t size(Side side) const { return turns_[index(side)].size; }

  Text text(const Kept& kept = {}) const;
  // Empty if the first bytes are not of the kind that may be told.
  Mark mark(const Kept& kept = {}) const;

 private:
  static constexpr std::size_t kMostSize = 1024;

  // The first turn of one side.
  struct Turn {
    std::uint16_t size : 11 = 0;  // no more is counted than kMostSize
    bool first : 1 = false;       // of the side that spoke first
    bool gap : 1 = false;         // what follows the kept bytes is lost
    bool over : 1 = false;        // the other side spoke, or enough was seen
    std::uint16_t marks : 2 = 0;  // bytes of mark_
  };

  static std::size_t index(Side side) { return static_cast<std::size_t>(side); }
  Turn* turn_of(Side from, const Kept& kept);
  static void count(Turn& turn, std::uint64_t size);
  void end(Side side, const Kept& kept);

  std::array<Turn, 2> turns_;
  std::array<std::uint8_t, 2> kinds_{};  // of turns that are over
  std::array<std::uint8_t, 2> mark_{};   // of the first turn when it is over
};
static_assert(sizeof(OpeningShape) == 8);

}  // namespace asepsis
