// Packets on disk, so many bytes at most: a folder of pcapng files, of which the
// oldest goes when there is no more room. Whole records only: what is cut by
// the end of the program is the tail of one file, and the next run begins
// another. Several threads may add.

#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/byte_stream.hpp"
#include "capture/capture_file.hpp"

namespace asepsis {

// Its files, the oldest first.
std::vector<std::filesystem::path> packet_ring_files(const std::filesystem::path& folder);

class PacketRing {
 public:
  static constexpr std::uint64_t kLeastBytes = std::uint64_t{16} << 20;

  // The folder is made if missing, for its owner alone; what an earlier run left
  // there counts. REQUIRES: at least kLeastBytes.
  static Result<std::shared_ptr<PacketRing>> open(const std::filesystem::path& folder,
                                                  std::uint64_t bytes);
  ~PacketRing() { flush(); }
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  // `kept`: the beginning of the packet that is kept.
  void add(const Packet& packet, Bytes kept);
  // What was added is in the files.
  void flush();
  // How many that were added could not be written, since this was last asked.
  std::uint64_t take_failed();

 private:
  struct Segment {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
  };

  PacketRing(std::filesystem::path folder, std::uint64_t bytes, std::deque<Segment> segments,
             std::uint64_t next);
  void write();
  bool begin_segment();
  void make_room();
  std::uint32_t interface_of(std::uint16_t link_type);

  std::filesystem::path folder_;
  std::uint64_t most_, most_of_segment_;
  std::mutex lock_;  // guards what follows
  std::deque<Segment> segments_;
  std::uint64_t all_ = 0;   // bytes of the segments
  std::uint64_t next_ = 1;  // number of a segment
  OpenFile file_{-1};       // the last segment, if it is ours
  std::string waiting_;     // whole records, not yet written
  std::uint64_t waiting_packets_ = 0;
  std::vector<std::uint16_t> link_types_;  // of this segment, by interface
  std::uint64_t failed_ = 0;
};

}  // namespace asepsis
