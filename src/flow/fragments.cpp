// Datagrams being put together. Pieces are kept as they came, in order of
// offset, and copied together once the last gap closes: what is held is never
// more than what was sent. Datagrams wait in order of their first piece, so
// the front of the list is at once the first to time out and the first to go
// when room is needed.

#include "flow/fragments.hpp"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"

namespace asepsis {
namespace {

// RFC 791 and RFC 8200 both give a datagram 16 bits of length.
constexpr std::size_t kLargestDatagram = 65'535;
// What a piece and a datagram take besides their bytes, about.
constexpr std::size_t kPieceOverhead = 64;
constexpr std::size_t kDatagramOverhead = 256;

struct Key {
  Ip src, dst;
  std::uint32_t id = 0;
  std::uint32_t tunnel = 0;
  std::uint16_t vlan = 0;
  std::uint16_t outer_vlan = 0;
  std::uint8_t protocol = 0;

  bool operator==(const Key&) const = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    const std::uint64_t ids = static_cast<std::uint64_t>(key.id) << 32 | key.tunnel;
    const std::uint64_t rest = static_cast<std::uint64_t>(key.vlan) << 32 |
                               static_cast<std::uint64_t>(key.outer_vlan) << 16 | key.protocol;
    return hash_bytes(key.src.bytes, hash_bytes(key.dst.bytes, hash_mix(ids, rest)));
  }
};

Key key_of(const Decoded& piece) {
  return {.src = piece.src,
          .dst = piece.dst,
          .id = piece.fragment_id,
          .tunnel = piece.tunnel,
          .vlan = piece.vlan,
          .outer_vlan = piece.outer_vlan,
          .protocol = piece.protocol};
}

struct Piece {
  std::size_t offset;
  std::vector<std::uint8_t> bytes;

  std::size_t end() const { return offset + bytes.size(); }
};

Decoded without_payload(Decoded piece) {
  piece.payload = {};
  piece.payload_length = 0;
  return piece;
}

struct Datagram {
  Key key;
  Decoded met;  // headers of its first piece
  Time first;
  std::uint64_t number = 0;
  std::vector<Piece> pieces;         // by offset, none overlapping
  std::size_t bytes = 0;             // of all pieces
  std::optional<std::size_t> total;  // known once the last piece is here
  bool refused = false;              // RFC 5722: pieces still to come are refused too

  std::size_t cost() const { return bytes + pieces.size() * kPieceOverhead + kDatagramOverhead; }
  std::size_t end() const { return pieces.empty() ? 0 : pieces.back().end(); }
};

enum class Fit : std::uint8_t { fits, repeats, overlaps };

// How a new piece, and what it says of the end, agrees with those there.
Fit fit(const Datagram& datagram, const Decoded& piece) {
  const std::size_t offset = piece.fragment_offset;
  const std::size_t end = offset + piece.payload.size();
  const bool last = !piece.more_fragments;
  const auto next = std::ranges::lower_bound(datagram.pieces, offset, {}, &Piece::offset);
  if (next != datagram.pieces.end() && next->offset == offset &&
      std::ranges::equal(next->bytes, piece.payload))
    return last == (datagram.total == end) ? Fit::repeats : Fit::overlaps;
  if (next != datagram.pieces.end() && next->offset < end) return Fit::overlaps;
  if (next != datagram.pieces.begin() && std::prev(next)->end() > offset) return Fit::overlaps;
  if (datagram.total && (last || end > *datagram.total)) return Fit::overlaps;
  if (last && datagram.end() > end) return Fit::overlaps;
  return Fit::fits;
}

// A piece that can be put to use: captured whole, and in units of eight bytes
// unless it is the last (RFC 791, 3.2; RFC 8200, 4.5).
bool usable(const Decoded& piece) {
  const std::size_t size = piece.payload.size();
  return size != 0 && size == piece.payload_length && (!piece.more_fragments || size % 8 == 0);
}

}  // namespace

struct FragmentTable::State {
  using Waiting = std::list<Datagram>;

  explicit State(FragmentLimits given) : limits(given) {}

  Waiting::iterator find_or_create(const Decoded& piece, Time now, std::uint64_t number);
  void expire(Time now);
  void make_room(std::size_t datagrams, std::size_t more_bytes);
  void give_up(Waiting::iterator datagram);
  void forget(Waiting::iterator datagram);
  void refuse(Datagram& datagram);
  void insert(Datagram& datagram, const Decoded& piece);
  Bytes complete(Waiting::iterator datagram);

  FragmentLimits limits;
  FragmentCounts counts;
  Incomplete incomplete;
  Waiting waiting;  // the oldest first
  std::unordered_map<Key, Waiting::iterator, KeyHash> by_key;
  std::size_t held = 0;  // the cost of all that wait
  std::vector<std::uint8_t> whole;
};

FragmentTable::FragmentTable(FragmentLimits limits) : state_(std::make_unique<State>(limits)) {}
FragmentTable::~FragmentTable() = default;
FragmentTable::FragmentTable(FragmentTable&&) noexcept = default;
FragmentTable& FragmentTable::operator=(FragmentTable&&) noexcept = default;

const FragmentCounts& FragmentTable::counts() const { return state_->counts; }

void FragmentTable::on_incomplete(Incomplete listener) { state_->incomplete = std::move(listener); }

void FragmentTable::finish() {
  while (!state_->waiting.empty()) state_->give_up(state_->waiting.begin());
}

std::optional<Bytes> FragmentTable::add(const Decoded& piece, Time now, std::uint64_t number) {
  State& state = *state_;
  ++state.counts.pieces;
  state.expire(now);
  if (!usable(piece)) {
    ++state.counts.dropped;
    if (state.incomplete) state.incomplete(without_payload(piece), now, number);
    return std::nullopt;
  }
  const auto datagram = state.find_or_create(piece, now, number);
  if (datagram->refused) return std::nullopt;

  const Fit found = fit(*datagram, piece);
  if (found == Fit::repeats) return std::nullopt;
  if (found == Fit::overlaps) {
    ++state.counts.overlapping;
    state.refuse(*datagram);
    return std::nullopt;
  }
  if (piece.fragment_offset + piece.payload.size() > kLargestDatagram ||
      datagram->pieces.size() >= state.limits.pieces) {
    ++state.counts.dropped;
    state.refuse(*datagram);
    return std::nullopt;
  }
  state.insert(*datagram, piece);
  if (datagram->total == datagram->bytes) return state.complete(datagram);
  state.make_room(0, 0);
  return std::nullopt;
}

FragmentTable::State::Waiting::iterator FragmentTable::State::find_or_create(const Decoded& piece,
                                                                             Time now,
                                                                             std::uint64_t number) {
  const Key key = key_of(piece);
  if (const auto known = by_key.find(key); known != by_key.end()) return known->second;
  make_room(1, kDatagramOverhead);
  const auto datagram = waiting.emplace(waiting.end());
  datagram->key = key;
  datagram->met = without_payload(piece);
  datagram->first = now;
  datagram->number = number;
  by_key.emplace(key, datagram);
  held += datagram->cost();
  return datagram;
}

void FragmentTable::State::expire(Time now) {
  while (!waiting.empty() && now - waiting.front().first > limits.timeout) {
    if (!waiting.front().refused) ++counts.timed_out;
    give_up(waiting.begin());
  }
}

// Evicts the oldest until that much more can be held.
void FragmentTable::State::make_room(std::size_t datagrams, std::size_t more_bytes) {
  while (!waiting.empty() &&
         (waiting.size() + datagrams > limits.datagrams || held + more_bytes > limits.bytes)) {
    if (!waiting.front().refused) ++counts.dropped;
    give_up(waiting.begin());
  }
}

void FragmentTable::State::give_up(Waiting::iterator datagram) {
  if (incomplete) incomplete(datagram->met, datagram->first, datagram->number);
  forget(datagram);
}

void FragmentTable::State::forget(Waiting::iterator datagram) {
  held -= datagram->cost();
  by_key.erase(datagram->key);
  waiting.erase(datagram);
}

void FragmentTable::State::refuse(Datagram& datagram) {
  held -= datagram.cost();
  datagram.pieces = {};
  datagram.bytes = 0;
  datagram.refused = true;
  held += datagram.cost();
}

void FragmentTable::State::insert(Datagram& datagram, const Decoded& piece) {
  held -= datagram.cost();
  const std::size_t offset = piece.fragment_offset;
  const auto next = std::ranges::lower_bound(datagram.pieces, offset, {}, &Piece::offset);
  datagram.pieces.insert(next, {offset, {piece.payload.begin(), piece.payload.end()}});
  datagram.bytes += piece.payload.size();
  if (!piece.more_fragments) datagram.total = offset + piece.payload.size();
  held += datagram.cost();
}

Bytes FragmentTable::State::complete(Waiting::iterator datagram) {
  whole.clear();
  for (const Piece& piece : datagram->pieces)
    whole.insert(whole.end(), piece.bytes.begin(), piece.bytes.end());
  ++counts.completed;
  forget(datagram);
  return whole;
}

}  // namespace asepsis
