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

#include <array>
#include <cstdint>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

class OpeningShape {
 public:
  using Text = ShortText<64>;
  using Mark = ShortText<4>;

  // The next bytes of a stream, or a whole datagram.
  void add(Side from, Bytes bytes, bool datagram);
  // The capture missed bytes of a stream.
  void lose(Side from, std::uint64_t size);
  // Nothing more is looked at.
  bool settled() const { return turns_[0].over && turns_[1].over; }
  // How many bytes the first turn of a side has, up to kMostSize.
  std::uint16_t size(Side side) const { return turns_[index(side)].size; }

  Text text() const;
  // Empty if the first bytes are not of the kind that may be told.
  Mark mark() const;

 private:
  static constexpr std::size_t kKept = 16;
  static constexpr std::size_t kMostSize = 1024;

  // The first turn of one side.
  struct Turn {
    std::array<std::uint8_t, kKept> bytes{};
    std::uint16_t size = 0;  // of the turn; no more is counted than kMostSize
    std::uint8_t kept = 0;
    bool gap = false;   // what follows the kept bytes is lost
    bool over = false;  // the other side spoke, or enough was seen

    Bytes begin() const { return Bytes(bytes).first(kept); }
  };

  static std::size_t index(Side side) { return static_cast<std::size_t>(side); }
  Turn* turn_of(Side from);
  static void count(Turn& turn, std::uint64_t size);

  std::array<Turn, 2> turns_;
  Side first_ = Side::client;
};

}  // namespace asepsis
