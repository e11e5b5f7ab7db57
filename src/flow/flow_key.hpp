// What a packet says of the flow that it belongs to.

#pragma once

#include "flow/flow.hpp"
#include "net/decoded.hpp"

namespace asepsis {

// The key, and whether the sender is its end a.
bool make_key(const Decoded& packet, FlowKey& key);

}  // namespace asepsis
