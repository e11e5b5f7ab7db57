// What a listener gives up before it reads its first packet, so that nothing a
// packet could make it do reaches the network: capabilities, system calls that
// send, and files that are not its own.

#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

// Run as root, the process goes on as the owner of the folder; nothing happens
// else. Capabilities end with root.
Result<void> become_owner_of(const std::filesystem::path& folder);

struct Sealed {
  bool files = false;  // the kernel has Landlock: only `writable` can be written to
};

// From here on, in this process and all its threads: no capabilities and none to
// be had, no new sockets or programs, nothing can be sent by any call on any
// socket but write(), and that not on `capture`; these cannot be duplicated
// either. Tries it, and fails if anything of it does not hold.
Result<Sealed> seal(std::span<const int> capture,
                    const std::vector<std::filesystem::path>& writable);

}  // namespace asepsis
