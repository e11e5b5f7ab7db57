// One socket that listens to an interface through a ring of blocks which it
// shares with the kernel (AF_PACKET, TPACKET_V3: packet(7) and the kernel's
// networking/packet_mmap). A block is read where it lies and goes back to the
// kernel when nobody views it any more.
//
// The socket only receives. It is opened with CAP_NET_RAW, which is not needed
// any more afterwards.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "capture/byte_stream.hpp"
#include "capture/capture_file.hpp"
#include "capture/interface.hpp"
#include "capture/pair_fanout.hpp"

namespace asepsis {

struct RingCounts {
  std::uint64_t received = 0;  // by the kernel for this socket, dropped ones included
  std::uint64_t dropped = 0;   // by the kernel, as the ring was full
  std::uint64_t freezes = 0;   // how often it was
  std::uint64_t cut_packets = 0, cut_bytes = 0;
  std::uint64_t wrong_times = 0;  // of the network card, as they are not near our clock
  std::uint64_t downs = 0;        // times the interface went down
};

class LiveRing {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  static constexpr std::size_t kLeastBlocks = 4;

  // `bytes` of ring, in whole blocks. With `group`: as one of its sockets.
  static Result<LiveRing> open(const Interface& interface, std::size_t bytes, FanoutGroup* group);

  // Appends the packets of the next block that the kernel has filled, if there
  // is one; `owner` then keeps their bytes. Does not wait. Packets are numbered
  // by who takes them.
  bool take(std::vector<Packet>& packets, std::shared_ptr<const void>& owner);

  // Readable when there is a block.
  int descriptor() const { return socket_.descriptor(); }
  const Interface& interface() const { return interface_; }
  std::size_t blocks() const;

  // Asks what went wrong with the socket: the interface went down, or is gone.
  void notice_error();
  // Will show nothing any more.
  bool gone() const { return gone_; }

  // Asks the kernel what it has counted since the last time.
  const RingCounts& counts();

 private:
  struct Mapping;
  LiveRing(Interface interface, OpenFile socket, std::shared_ptr<Mapping> mapping);
  void add(const std::uint8_t* at, std::vector<Packet>& packets);
  Time time_of(std::uint32_t seconds, std::uint32_t nanoseconds, std::uint32_t status);

  Interface interface_;
  InterfaceWatch watch_;
  OpenFile socket_;
  std::shared_ptr<Mapping> mapping_;
  std::size_t next_ = 0;  // block
  RingCounts counts_;
  bool gone_ = false;
};

}  // namespace asepsis
