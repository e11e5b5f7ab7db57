// A pair of virtual interfaces in a network namespace of this process's own:
// what one sends the other receives, and nothing else is there. For proofs.

#pragma once

#include <string>

#include "base/result.hpp"

namespace asepsis {

struct VirtualPair {
  std::string listener = "listener0";
  std::string peer = "peer0";
};

// This process moves into a new network namespace (and user namespace, unless
// it is root) and cannot come back. Both interfaces are up, without addresses;
// the kernel says nothing on them by itself. REQUIRES: there is one thread.
Result<VirtualPair> make_virtual_pair();

}  // namespace asepsis
