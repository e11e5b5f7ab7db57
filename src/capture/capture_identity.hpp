// The identity of a capture, so that reading it twice counts once, whatever
// form it is in: plain or compressed, pcap or pcapng, of a clock that counts
// micro- or nanoseconds.

#pragma once

#include <cstddef>
#include <string>

#include "capture/capture_file.hpp"

namespace asepsis {

class CaptureIdentity {
 public:
  // What of a capture makes its identity: so many packets, of each so many bytes.
  static constexpr std::size_t kPackets = 64;
  static constexpr std::size_t kBytes = 256;

  // Takes the packets in their order; those behind the first ones are ignored.
  void add(const Packet& packet);
  bool complete() const { return packets_ == kPackets; }

  // Of what has been added: 32 lower-case hexadecimal digits of a SHA-256.
  std::string hex() const;

 private:
  std::string seen_;
  std::size_t packets_ = 0;
};

}  // namespace asepsis
