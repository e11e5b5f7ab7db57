// A capture as its readers take it: batches of packets that pass the filter,
// with what is known of the capture on the way. Part of reading.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "app/reading.hpp"
#include "capture/capture_file.hpp"
#include "capture/capture_identity.hpp"
#include "capture/capture_pieces.hpp"
#include "capture/filter.hpp"

namespace asepsis {

// The capture; read by one thread at a time but for read(CapturePiece&).
class PacketSource {
 public:
  PacketSource(CaptureFile file, const ReadingOptions& options)
      : file_(std::move(file)), options_(options) {}

  // The next packets that pass the filter; false at the end or on a failure.
  bool next(PacketBatch& batch, std::size_t limit = kPacketsAtOnce);

  // For several threads: begins to give pieces, which come before what next() gives.
  // Nothing of captures that have none, nor where there is a filter.
  void begin_pieces(std::size_t packets_each) {
    if (options_.filter.empty()) pieces_ = file_.pieces(packets_each);
  }
  // As those of CapturePieces.
  bool claim(CapturePiece& piece) { return pieces_ && !stopped() && pieces_->claim(piece); }
  void read(CapturePiece& piece) const { pieces_->read(piece); }
  CapturePieces::Proof prove(CapturePiece& piece);

  bool filter_failed() const { return failure_.has_value(); }
  const Error& failure() const { return *failure_; }
  const CaptureFile& file() const { return file_; }
  const CaptureIdentity& identity() const { return identity_; }
  std::uint64_t filtered_out() const { return filtered_out_; }
  std::uint64_t packets() const { return seen_; }

 private:
  bool stopped() const { return options_.stop != nullptr && *options_.stop; }
  void count(const PacketBatch& batch);
  bool apply_filter(PacketBatch& batch);
  bool passes(const Packet& packet);

  CaptureFile file_;
  std::unique_ptr<CapturePieces> pieces_;
  const ReadingOptions& options_;
  CaptureIdentity identity_;
  std::map<std::uint16_t, PacketFilter> filters_;
  std::optional<Error> failure_;
  std::uint64_t filtered_out_ = 0;
  std::uint64_t seen_ = 0;
};

// Tells how far the reading is, not too often.
class Progress {
 public:
  explicit Progress(const ReadingOptions& options) : options_(options) {}

  void maybe(const PacketSource& source);

 private:
  const ReadingOptions& options_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace asepsis
