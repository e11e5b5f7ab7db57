// Writes a classic pcap file (microseconds, Ethernet) of about a given size.

#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "base/cursor.hpp"
#include "bench/byte_writer.hpp"

namespace asepsis::bench {

class CaptureWriter {
 public:
  // Writes to `path` until `limit` bytes are reached.
  CaptureWriter(const std::string& path, std::uint64_t limit);

  // The packet stands `gap` microseconds after the one before it.
  void write(Bytes packet, std::uint32_t gap);

  bool full() const { return written_ >= limit_; }
  // Flushes; false if the file could not be written.
  bool close();

  std::uint64_t packets() const { return packets_; }
  std::uint64_t packet_bytes() const { return packet_bytes_; }

 private:
  void flush();

  std::ofstream file_;
  ByteWriter buffer_;
  std::uint64_t limit_;
  std::uint64_t written_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t packet_bytes_ = 0;
  std::uint64_t microseconds_;
};

}  // namespace asepsis::bench
