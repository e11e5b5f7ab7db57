#include "proto/opening_shape.hpp"

#include <algorithm>
#include <optional>

namespace asepsis {
namespace {

constexpr std::uint8_t kSpace = 0x20;

bool white(std::uint8_t byte) { return byte == '\t' || byte == '\r' || byte == '\n'; }
bool printable(std::uint8_t byte) { return (byte >= kSpace && byte < 0x7f) || white(byte); }

bool all_text(Bytes bytes) { return std::ranges::all_of(bytes, printable); }

// Letters with a zero before or after each.
bool utf16(Bytes bytes) {
  if (bytes.size() < 4) return false;
  bool little = true;
  bool big = true;
  for (Cursor in(bytes); in.rest().size() >= 2;) {
    const std::uint8_t even = in.u8();
    const std::uint8_t odd = in.u8();
    little = little && printable(even) && odd == 0;
    big = big && printable(odd) && even == 0;
  }
  return little || big;
}

// A number in the first bytes that says how long the turn is, or how much of
// it follows.
struct LengthField {
  std::string_view kind;
  std::size_t at;
};

std::optional<LengthField> length_field(Bytes bytes, std::size_t size) {
  constexpr std::size_t kLast = 6;  // behind a mark, a version and a type
  for (std::size_t at = 0; at <= kLast; ++at) {
    const auto says = [&](std::size_t width, std::uint64_t value) {
      return at + width <= bytes.size() && (value == size || value == size - at - width);
    };
    Cursor here(bytes);
    here.skip(at);
    const auto read = [&](auto number) {
      Cursor in = here;
      return (in.*number)();
    };
    if (says(4, read(&Cursor::be32))) return LengthField{"be32", at};
    if (says(4, read(&Cursor::le32))) return LengthField{"le32", at};
    if (says(2, read(&Cursor::be16))) return LengthField{"be16", at};
    if (says(2, read(&Cursor::le16))) return LengthField{"le16", at};
  }
  return std::nullopt;
}

// Nothing shorter is told by its length field: two bytes of it would be chance.
constexpr std::size_t kLeastWithLength = 8;

// `size`: of the turn that begins with the bytes; 0 if not known.
void describe(OpeningShape::Text& out, Bytes bytes, std::size_t size) {
  const auto length = size >= kLeastWithLength ? length_field(bytes, size) : std::nullopt;
  if (bytes.empty()) {
    out.add("lost");
  } else if (all_text(bytes)) {
    out.add(bytes.front() == '{' || bytes.front() == '[' ? "json"
            : bytes.front() == '<'                       ? "xml"
                                                         : "text");
  } else if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) {
    out.add("zeros");
  } else if (bytes.size() > 1 && bytes.front() < kSpace && all_text(bytes.subspan(1))) {
    out.add("framed text");
  } else if (utf16(bytes)) {
    out.add("utf-16");
  } else if (length) {
    out.add("length ").add(length->kind).add(" at ").number(length->at);
  } else {
    out.add("binary");
  }
}

}  // namespace

void OpeningShape::count(Turn& turn, std::uint64_t size) {
  turn.size = static_cast<std::uint16_t>(std::min<std::uint64_t>(kMostSize, turn.size + size));
  if (turn.size == kMostSize) turn.over = true;
}

// The turn that bytes of this side belong to, unless it is over.
OpeningShape::Turn* OpeningShape::turn_of(Side from) {
  Turn& own = turns_[index(from)];
  Turn& others = turns_[index(other(from))];
  if (others.size > 0) {
    others.over = true;
  } else if (own.size == 0) {
    first_ = from;
  }
  return own.over ? nullptr : &own;
}

void OpeningShape::add(Side from, Bytes bytes, bool datagram) {
  Turn* turn = turn_of(from);
  if (turn == nullptr) return;
  if (!turn->gap) {
    const Bytes kept = bytes.first(std::min(bytes.size(), kKept - turn->kept));
    std::ranges::copy(kept, turn->bytes.begin() + turn->kept);
    turn->kept = static_cast<std::uint8_t>(turn->kept + kept.size());
  }
  count(*turn, bytes.size());
  if (datagram) turn->over = true;
}

void OpeningShape::lose(Side from, std::uint64_t size) {
  Turn* turn = turn_of(from);
  if (turn == nullptr) return;
  turn->gap = true;
  count(*turn, size);
}

OpeningShape::Text OpeningShape::text() const {
  Text out;
  for (const Side side : {first_, other(first_)}) {
    const Turn& turn = turns_[index(side)];
    if (turn.size == 0) continue;
    if (!out.empty()) out.add("; ");
    out.add(side == Side::client ? "client: " : "server: ");
    describe(out, turn.begin(), turn.size < kMostSize ? turn.size : 0);
  }
  return out;
}

OpeningShape::Mark OpeningShape::mark() const {
  constexpr std::array<std::array<std::uint8_t, 2>, 9> kPairs{{{0xff, 0xff},
                                                               {0xaa, 0x55},
                                                               {0x55, 0xaa},
                                                               {0xa5, 0x5a},
                                                               {0x5a, 0xa5},
                                                               {0xeb, 0x90},
                                                               {0xca, 0xfe},
                                                               {0xfe, 0xed},
                                                               {0xde, 0xad}}};
  constexpr std::size_t kMost = 2;
  const Bytes bytes = turns_[index(first_)].begin();
  const Bytes pair = bytes.first(std::min(bytes.size(), kMost));
  if (std::ranges::any_of(kPairs, [&](const auto& one) { return std::ranges::equal(one, pair); }))
    return Mark().hex(pair);
  const auto end = std::ranges::find_if(pair, [](std::uint8_t byte) { return byte >= kSpace; });
  return Mark().hex(pair.first(static_cast<std::size_t>(end - pair.begin())));
}

}  // namespace asepsis
