// MPLS label stacks (RFC 3032). What they carry is not said in the packet, so
// it is guessed as routers do (RFC 4928): IP by its version, else an Ethernet
// pseudowire (RFC 4448) with or without its control word.

#include "net/walk.hpp"

namespace asepsis {

Walk::Step Walk::mpls() {
  bool bottom = false;
  while (!bottom) {
    if (!has(4)) return Step::truncated;
    if (!count_layer()) return Step::too_deep;
    bottom = (take<4>()[2] & 1) != 0;
  }
  // An IPv4 header without options begins with 45: as a MAC it would be a group.
  if (has(1) && rest()[0] == 0x45) return Step::ipv4;
  if (looks_like_ipv4(rest(), wire_)) return Step::ipv4;
  if (looks_like_ipv6(rest(), wire_)) return Step::ipv6;
  const bool control_word = has(4) && rest()[0] == 0 && (rest()[1] & 0xc0) == 0;
  if (control_word && looks_like_ethernet(rest().subspan(4), wire_ - 4)) {
    drop(4);
    return Step::ethernet;
  }
  return looks_like_ethernet(rest(), wire_) ? Step::ethernet : Step::done;
}

}  // namespace asepsis
