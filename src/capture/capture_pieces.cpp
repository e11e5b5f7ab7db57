#include "capture/capture_pieces.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace asepsis {
namespace {

// What is mapped at once, and how far the last packet of that may reach beyond.
constexpr std::size_t kViewSize = 16U << 20;
constexpr std::size_t kReach = kMaxCaptured + 64;

constexpr std::size_t kUsualRecord = 256;
constexpr std::size_t kSmallestPiece = 64;
constexpr std::size_t kLargestPiece = 2U << 20;

// A power of two, at a multiple of which a piece ends: threads that read large ones then
// do not wait for each other where the kernel maps them, 2 MiB at a time.
std::size_t piece_size(std::size_t packets, std::size_t record) {
  return std::bit_ceil(std::clamp(packets * record, kSmallestPiece, kLargestPiece));
}

}  // namespace

CapturePieces::CapturePieces(ByteSource& source, RecordReader& reader, CaptureLosses& losses,
                             std::size_t packets_each)
    : source_(source),
      reader_(reader),
      losses_(losses),
      format_(*reader.pcap_format()),
      next_(source.offset()),
      proven_(source.offset()),
      packets_each_(packets_each),
      size_(piece_size(packets_each, kUsualRecord)) {}

bool CapturePieces::map(std::uint64_t offset) {
  auto view = source_.view(offset, kViewSize + kReach);
  if (!view) return false;
  view_ = *std::move(view);
  view_begin_ = offset;
  return !view_.bytes.empty();
}

bool CapturePieces::claim(CapturePiece& piece) {
  source_.check_file();
  if (over_ || !source_.failure().empty()) return false;
  const bool within = next_ >= view_begin_ && next_ - view_begin_ + size_ <= kViewSize;
  if ((view_.bytes.empty() || !within) && !map(next_)) return false;
  const std::size_t at = next_ - view_begin_;
  if (at >= view_.bytes.size()) return false;
  const Bytes bytes = view_.bytes.subspan(at);
  piece.offset = next_;
  piece.size = std::min(size_ - next_ % size_, bytes.size());
  piece.bytes = bytes.first(std::min(bytes.size(), piece.size + kReach));
  piece.begin = next_ == proven_ ? std::optional<std::size_t>(0) : std::nullopt;
  piece.batch.bytes_owner = view_.owner;
  next_ += piece.size;
  return true;
}

void CapturePieces::read(CapturePiece& piece) const {
  piece.batch.packets.clear();
  piece.walk = {};
  if (!piece.begin) piece.begin = guess_pcap_record(piece.bytes, piece.size, format_);
  if (!piece.begin) return;
  piece.walk =
      walk_pcap(piece.bytes.subspan(*piece.begin), piece.size - std::min(piece.size, *piece.begin),
                format_, 0, piece.batch.packets, std::numeric_limits<std::size_t>::max());
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
  losses_.cut_packets += piece.walk.cut_packets;
  losses_.cut_bytes += piece.walk.cut_bytes;
  piece.packets_before = packets_;
  const std::size_t packets = piece.batch.packets.size();
  packets_ += packets;
  if (packets > 0) size_ = piece_size(packets_each_, piece.walk.size / packets);
  over_ = proven_ < piece.offset + piece.size;
  source_.go_to(proven_);
  reader_.go_on_after(packets_);
  return Proof::right;
}

}  // namespace asepsis
