// In and out of tunnels, and what an endpoint inside is told apart by: kind
// and id of every tunnel around it. Ids that differ with the direction (GTP
// endpoints, PPTP calls) do not count, or no answer would meet its question.

#include "base/hash.hpp"
#include "net/walk.hpp"

namespace asepsis {

Walk::Step Walk::enter(Tunnel kind, std::uint32_t id, Step inner) {
  if (++tunnels_ > kMaxTunnels) return Step::too_deep;
  const std::uint64_t mixed = hash_mix(
      packet_.tunnel, static_cast<std::uint64_t>(static_cast<std::uint8_t>(kind) + 1U) << 32 | id);
  inner_tunnel_ = static_cast<std::uint32_t>(mixed >> 32);
  if (inner_tunnel_ == 0) inner_tunnel_ = 1;
  in_tunnel_ = true;
  return inner;
}

// What a mirror copies is the site's own network, wherever the copy is
// carried: endpoints inside are those that are seen directly.
Walk::Step Walk::enter_mirror(Step inner) {
  if (++tunnels_ > kMaxTunnels) return Step::too_deep;
  inner_tunnel_ = 0;
  in_tunnel_ = true;
  return inner;
}

void Walk::give_outer() {
  packet_.payload = {};
  packet_.payload_length = 0;
  out_->on_decoded(packet_);
  Decoded inner;
  inner.src_mac = packet_.src_mac;
  inner.dst_mac = packet_.dst_mac;
  inner.vlan = packet_.vlan;
  inner.outer_vlan = packet_.outer_vlan;
  inner.tunnel = inner_tunnel_;
  packet_ = inner;
  in_tunnel_ = false;
}

}  // namespace asepsis
