// One capture file read by several threads at once, a piece each. Where the first record
// of a piece begins is guessed, as records do not say where they are, and proven once
// the piece before has been read, which says where it ended. What does not fit is read
// again from there; and what is no whole record is left, with all behind it, to
// CaptureFile::next().

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "capture/byte_source.hpp"
#include "capture/capture_file.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {

struct CapturePiece {
  PacketBatch batch;                 // its packets: those that begin in it, numbered from 1
  std::uint64_t packets_before = 0;  // in the capture, once it is proven

  std::uint64_t offset = 0;  // of its first byte in the file
  std::size_t size = 0;
  Bytes bytes;  // from there on, as far as a packet may reach that begins in it
  std::optional<std::size_t> begin;  // of its first packet; nothing if none seems to begin
  RecordWalk walk;                   // from there
};

class CapturePieces {
 public:
  // They must outlive this.
  CapturePieces(ByteSource& source, RecordReader& reader, CaptureLosses& losses,
                std::size_t packets_each);

  // Makes `piece` the next one, not read yet; false if there is none. By one thread
  // at a time.
  bool claim(CapturePiece& piece);

  // Reads it from where it seems to begin. Any threads may at once.
  void read(CapturePiece& piece) const;

  enum class Proof : std::uint8_t {
    right,    // its packets are those of the capture, and counted
    wrong,    // to be read again, from `begin`, which is right now
    nothing,  // no packet of the capture begins in it, or the pieces end before it
  };
  // In the order in which they were claimed, by one thread at a time. After the last
  // one CaptureFile::next() goes on.
  Proof prove(CapturePiece& piece);

 private:
  // Sees its bytes, and so many behind them.
  void look(CapturePiece& piece, std::size_t reach) const;
  // Finds its packets in what is seen.
  void walk(CapturePiece& piece) const;

  ByteSource& source_;
  RecordReader& reader_;
  CaptureLosses& losses_;
  const std::unique_ptr<RecordFormat> format_;
  std::uint64_t next_;         // offset of the piece that is claimed next
  std::uint64_t proven_;       // so far all is read
  std::uint64_t packets_ = 0;  // up to there
  Time last_;                  // of the last of them
  std::size_t packets_each_;
  std::size_t size_;  // of a piece: of so many packets as were found last
  bool over_ = false;
};

}  // namespace asepsis
