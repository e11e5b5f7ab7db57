#include "capture/capture_pieces.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "capture/byte_blocks.hpp"

namespace asepsis {
namespace {

// How far the last packet of a piece may reach beyond it: a frame as most are, one that
// a network card put together of several, and what we take at all.
constexpr std::array<std::size_t, 3> kReaches = {4U << 10, 96U << 10, kMaxCaptured + 64};

constexpr std::size_t kUsualRecord = 256;
constexpr std::size_t kSmallestPiece = 64;
// It stays in a processor's cache until it is decoded.
constexpr std::size_t kLargestPiece = 512U << 10;
static_assert(kLargestPiece + kReaches[1] <= ByteBlocks::kUsual);

std::size_t piece_size(std::size_t packets, std::size_t record) {
  return std::clamp(packets * record, kSmallestPiece, kLargestPiece);
}

}  // namespace

CapturePieces::CapturePieces(ByteSource& source, RecordReader& reader, CaptureLosses& losses,
                             std::size_t packets_each)
    : source_(source),
      reader_(reader),
      losses_(losses),
      format_(reader.format(source, losses)),
      next_(source.offset()),
      proven_(source.offset()),
      packets_each_(packets_each),
      size_(piece_size(packets_each, kUsualRecord)) {}

bool CapturePieces::claim(CapturePiece& piece) {
  const std::uint64_t end = source_.viewable();
  if (over_ || next_ >= end) return false;
  piece.offset = next_;
  piece.size = std::min<std::uint64_t>(size_, end - next_);
  piece.bytes = {};
  piece.walk = {};
  piece.begin = next_ == proven_ ? std::optional<std::size_t>(0) : std::nullopt;
  next_ += piece.size;
  return true;
}

void CapturePieces::read(CapturePiece& piece) const {
  if (piece.bytes.empty()) look(piece, kReaches.front());
  walk(piece);
  for (const std::size_t reach : kReaches) {
    const bool whole = piece.begin && *piece.begin + piece.walk.size >= piece.size;
    if (whole) return;
    const bool seen = piece.bytes.size() >= piece.size + reach;
    if (seen) continue;
    look(piece, reach);
    walk(piece);
  }
}

void CapturePieces::look(CapturePiece& piece, std::size_t reach) const {
  auto view = source_.view(piece.offset, piece.size + reach);
  piece.bytes = view.bytes;
  piece.batch.bytes_owner = std::move(view.owner);
}

void CapturePieces::walk(CapturePiece& piece) const {
  piece.batch.packets.clear();
  piece.walk = {};
  if (!piece.begin) piece.begin = format_->guess(piece.bytes, piece.size);
  if (!piece.begin) return;
  const Bytes rest = piece.bytes.subspan(std::min(*piece.begin, piece.bytes.size()));
  const std::size_t own = piece.size - std::min(*piece.begin, piece.size);
  piece.walk = format_->walk(rest, std::min(own, rest.size()), 0, piece.batch.packets,
                             std::numeric_limits<std::size_t>::max());
}

CapturePieces::Proof CapturePieces::prove(CapturePiece& piece) {
  // The last packet of the piece before may go on behind this one.
  if (over_ || proven_ >= piece.offset + piece.size) {
    piece.batch.packets.clear();
    return Proof::nothing;
  }
  const std::size_t begin = proven_ - piece.offset;
  if (piece.begin != begin) {
    piece.begin = begin;
    return Proof::wrong;
  }
  proven_ += piece.walk.size;
  losses_.add(piece.walk.losses);
  piece.packets_before = packets_;
  const std::size_t packets = piece.batch.packets.size();
  packets_ += packets;
  if (packets > 0) size_ = piece_size(packets_each_, piece.walk.size / packets);
  over_ = proven_ < piece.offset + piece.size;
  source_.go_to(proven_);
  if (packets > 0) last_ = piece.batch.packets.back().time;
  reader_.go_on_after(packets_, last_);
  return Proof::right;
}

}  // namespace asepsis
