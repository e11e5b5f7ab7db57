// One message that arrives in pieces, each with its place: fragments of a DTLS
// handshake (RFC 9147, 5.5), CRYPTO frames of QUIC (RFC 9000, 19.6). Holds no
// more than was sent, whatever place a piece claims for itself.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/cursor.hpp"

namespace asepsis {

class Pieces {
 public:
  static constexpr std::size_t kMostBytes = 16'384;
  static constexpr std::size_t kMostWaiting = 64;  // pieces that came early

  // False if it does not fit: that many bytes are not kept.
  bool add(std::size_t offset, Bytes bytes) {
    if (offset > kMostBytes || bytes.size() > kMostBytes - offset) return false;
    if (offset > start_.size()) return wait(offset, bytes);
    append(offset, bytes);
    std::size_t used = 0;
    for (; used < waiting_.size() && waiting_[used].offset <= start_.size(); ++used)
      append(waiting_[used].offset, waiting_[used].bytes);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
    return true;
  }

  // What is there from the beginning up to the first gap.
  Bytes start() const { return start_; }

  void clear() {
    std::vector<std::uint8_t>().swap(start_);
    std::vector<Piece>().swap(waiting_);
    waiting_bytes_ = 0;
  }

 private:
  struct Piece {
    std::size_t offset;
    std::vector<std::uint8_t> bytes;
  };

  // The part of the piece that is new.
  void append(std::size_t offset, Bytes bytes) {
    const std::size_t known = std::min(start_.size() - offset, bytes.size());
    start_.insert(start_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(known), bytes.end());
  }

  bool wait(std::size_t offset, Bytes bytes) {
    if (waiting_.size() >= kMostWaiting || waiting_bytes_ + bytes.size() > kMostBytes) return false;
    waiting_bytes_ += bytes.size();
    const auto place = std::ranges::upper_bound(waiting_, offset, {}, &Piece::offset);
    waiting_.insert(place, {offset, {bytes.begin(), bytes.end()}});
    return true;
  }

  std::vector<std::uint8_t> start_;
  std::vector<Piece> waiting_;     // by offset
  std::size_t waiting_bytes_ = 0;  // ever: repeated pieces use it up
};

}  // namespace asepsis
