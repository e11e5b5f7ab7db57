// What CaptureFile asks of a format: packets out of a window of bytes.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/byte_source.hpp"
#include "capture/capture_file.hpp"
#include "capture/record_format.hpp"

namespace asepsis {

// The most a packet may have captured: four times what tcpdump and Wireshark
// write at most. A header that says more is damage, not a packet.
constexpr std::uint32_t kMaxCaptured = 1U << 20;

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Appends to the empty `packets` those that lie whole in the window of
  // `source`, at most `limit`; fetches more only if there is none, so that all
  // have one owner. False at the end: losses.ended_early then says, unless all
  // was read, why it is the end. It begins with a verb; the file's name goes
  // in front of it.
  virtual bool read(ByteSource& source, std::vector<Packet>& packets, std::size_t limit,
                    CaptureLosses& losses) = 0;

  // How the records look that come next, after reading what says so.
  virtual std::unique_ptr<RecordFormat> format(ByteSource& source, CaptureLosses& losses) = 0;
  // So many packets were read by others, the last one of that time.
  virtual void go_on_after(std::uint64_t packets, Time last) = 0;
};

// What a reader says of a capture that ends while it wants `wanted` bytes for
// `what` ("packet 17"); nothing if it ends where it may.
std::optional<std::string> cut_short(const ByteSource& source, std::size_t wanted,
                                     const std::string& what);

// REQUIRES: `source` begins with the magic number of the format. Fails with a
// sentence without its subject, the file: "ends inside its header".
Result<std::unique_ptr<RecordReader>> read_pcap(ByteSource& source);
Result<std::unique_ptr<RecordReader>> read_pcapng(ByteSource& source);

}  // namespace asepsis
