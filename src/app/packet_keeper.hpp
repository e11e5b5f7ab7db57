// What of a packet may be kept on disk without keeping patients.
//
// A packet is kept whole if all that it says was understood as a protocol that
// has no place for a patient. Of every other one the headers are kept: who
// spoke to whom, when, and how much. What cannot be taken apart is not kept.

#pragma once

#include <cstdint>
#include <memory>

#include "app/counters.hpp"
#include "app/worker.hpp"
#include "capture/packet_ring.hpp"
#include "net/decoded.hpp"

namespace asepsis {

enum class Keep : std::uint8_t {
  no_patients,
  everything,  // as it was captured: an operator asked for that twice
};

// One worker's.
class PacketKeeper final : public PacketWitness {
 public:
  PacketKeeper(std::shared_ptr<PacketRing> ring, Keep keep) : ring_(std::move(ring)), keep_(keep) {}

  void layer(const Decoded& packet) override;
  void speech(std::string_view protocol) override;
  void end(const Packet& packet, DecodeError error) override;

  // What was kept is in the files.
  void flush();
  void count(Counters& counters) const;

 private:
  std::shared_ptr<PacketRing> ring_;
  Keep keep_;
  // Of the packet being added.
  Bytes payload_;  // of its innermost layer; a view
  bool piece_ = false, whole_ = false;
  std::uint64_t headers_only_ = 0, kept_whole_ = 0, not_kept_ = 0, failed_ = 0;
};

}  // namespace asepsis
