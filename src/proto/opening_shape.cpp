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

// What kind of bytes a turn begins with. From `length` on: which width, and at which byte.
enum class Kind : std::uint8_t {
  none,
  lost,
  json,
  xml,
  text,
  zeros,
  framed,
  utf16,
  binary,
  length
};

struct Width {
  std::string_view name;
  std::uint8_t bytes;
  bool big;
};
constexpr std::array<Width, 4> kWidths{
    {{"be32", 4, true}, {"le32", 4, false}, {"be16", 2, true}, {"le16", 2, false}}};

std::uint64_t number_at(Bytes bytes, std::size_t at, const Width& width) {
  Cursor in(bytes);
  in.skip(at);
  if (width.bytes == 4) return width.big ? in.be32() : in.le32();
  return width.big ? in.be16() : in.le16();
}

// A number in the first bytes that says how long the turn is, or how much of
// it follows.
std::optional<std::uint8_t> length_field(Bytes bytes, std::size_t size) {
  constexpr std::size_t kLast = 6;  // behind a mark, a version and a type
  for (std::size_t at = 0; at <= kLast; ++at)
    for (std::size_t width = 0; width < kWidths.size(); ++width) {
      const std::size_t end = at + kWidths[width].bytes;
      if (end > bytes.size()) continue;
      const std::uint64_t value = number_at(bytes, at, kWidths[width]);
      if (value == size || value == size - end)
        return static_cast<std::uint8_t>(static_cast<std::size_t>(Kind::length) +
                                         at * kWidths.size() + width);
    }
  return std::nullopt;
}

// Nothing shorter is told by its length field: two bytes of it would be chance.
constexpr std::size_t kLeastWithLength = 8;

// `size`: of the turn that begins with the bytes; 0 if not known.
std::uint8_t kind_of(Bytes bytes, std::size_t size) {
  const auto plain = [](Kind kind) { return static_cast<std::uint8_t>(kind); };
  if (bytes.empty()) return plain(Kind::lost);
  if (all_text(bytes))
    return plain(bytes.front() == '{' || bytes.front() == '[' ? Kind::json
                 : bytes.front() == '<'                       ? Kind::xml
                                                              : Kind::text);
  if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; }))
    return plain(Kind::zeros);
  if (bytes.size() > 1 && bytes.front() < kSpace && all_text(bytes.subspan(1)))
    return plain(Kind::framed);
  if (utf16(bytes)) return plain(Kind::utf16);
  const auto length = size >= kLeastWithLength ? length_field(bytes, size) : std::nullopt;
  return length.value_or(plain(Kind::binary));
}

void add_kind(OpeningShape::Text& out, std::uint8_t kind) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::length)> kNames{
      "", "lost", "json", "xml", "text", "zeros", "framed text", "utf-16", "binary"};
  if (kind < kNames.size()) {
    out.add(kNames[kind]);
    return;
  }
  const std::size_t length = kind - kNames.size();
  out.add("length ")
      .add(kWidths[length % kWidths.size()].name)
      .add(" at ")
      .number(length / kWidths.size());
}

// How many of the first bytes may be told.
std::size_t marks_of(Bytes pair) {
  constexpr std::array<std::array<std::uint8_t, 2>, 9> kPairs{{{0xff, 0xff},
                                                               {0xaa, 0x55},
                                                               {0x55, 0xaa},
                                                               {0xa5, 0x5a},
                                                               {0x5a, 0xa5},
                                                               {0xeb, 0x90},
                                                               {0xca, 0xfe},
                                                               {0xfe, 0xed},
                                                               {0xde, 0xad}}};
  if (std::ranges::any_of(kPairs, [&](const auto& one) { return std::ranges::equal(one, pair); }))
    return pair.size();
  const auto end = std::ranges::find_if(pair, [](std::uint8_t byte) { return byte >= kSpace; });
  return static_cast<std::size_t>(end - pair.begin());
}

}  // namespace

void OpeningShape::count(Turn& turn, std::uint64_t size) {
  turn.size = std::min<std::uint64_t>(kMostSize, turn.size + size) & 0x7ffU;
}

// The turn is over: only what it was like stays.
void OpeningShape::end(Side side, const Kept& kept) {
  Turn& turn = turns_[index(side)];
  if (turn.over) return;
  turn.over = true;
  kinds_[index(side)] = kind_of(kept.begin(), turn.size < kMostSize ? turn.size : 0);
  if (!turn.first) return;
  const Bytes pair = kept.begin().first(std::min<std::size_t>(kept.size, mark_.size()));
  turn.marks = marks_of(pair) & 0x3U;
  std::copy_n(pair.begin(), turn.marks, mark_.begin());
}

// The turn that bytes of this side belong to, unless it is over.
OpeningShape::Turn* OpeningShape::turn_of(Side from, const Kept& kept) {
  Turn& own = turns_[index(from)];
  const Turn& others = turns_[index(other(from))];
  if (others.size > 0) {
    end(other(from), kept);
  } else if (own.size == 0) {
    own.first = true;
  }
  return own.over ? nullptr : &own;
}

void OpeningShape::add(Side from, Bytes bytes, Kept& kept) {
  Turn* turn = turn_of(from, kept);
  if (turn == nullptr) return;
  if (turn->size == 0) kept.size = 0;
  if (!turn->gap) {
    const Bytes begin = bytes.first(std::min(bytes.size(), Kept::kMost - kept.size));
    std::ranges::copy(begin, kept.bytes.begin() + kept.size);
    kept.size = static_cast<std::uint8_t>(kept.size + begin.size());
  }
  count(*turn, bytes.size());
  if (turn->size == kMostSize) end(from, kept);
}

void OpeningShape::add_datagram(Side from, Bytes bytes) {
  Turn* turn = turn_of(from, {});
  if (turn == nullptr) return;
  Kept kept;
  kept.size = static_cast<std::uint8_t>(std::min(bytes.size(), Kept::kMost));
  std::copy_n(bytes.begin(), kept.size, kept.bytes.begin());
  count(*turn, bytes.size());
  end(from, kept);
}

void OpeningShape::lose(Side from, std::uint64_t size, Kept& kept) {
  Turn* turn = turn_of(from, kept);
  if (turn == nullptr) return;
  if (turn->size == 0) kept.size = 0;
  turn->gap = true;
  count(*turn, size);
  if (turn->size == kMostSize) end(from, kept);
}

void OpeningShape::settle(const Kept& kept) {
  for (const Side side : {Side::client, Side::server})
    if (turns_[index(side)].size > 0) end(side, kept);
}

OpeningShape::Text OpeningShape::text(const Kept& kept) const {
  OpeningShape whole = *this;
  whole.settle(kept);
  const Side first = turns_[index(Side::server)].first ? Side::server : Side::client;
  Text out;
  for (const Side side : {first, other(first)}) {
    if (turns_[index(side)].size == 0) continue;
    if (!out.empty()) out.add("; ");
    out.add(side == Side::client ? "client: " : "server: ");
    add_kind(out, whole.kinds_[index(side)]);
  }
  return out;
}

OpeningShape::Mark OpeningShape::mark(const Kept& kept) const {
  OpeningShape whole = *this;
  whole.settle(kept);
  return Mark().hex(
      Bytes(whole.mark_).first(std::max(whole.turns_[0].marks, whole.turns_[1].marks)));
}

}  // namespace asepsis
