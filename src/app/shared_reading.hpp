// One capture read by several workers at once. Part of reading.

#pragma once

#include <memory>
#include <vector>

#include "app/packet_source.hpp"
#include "app/worker.hpp"

namespace asepsis {

using Workers = std::vector<std::unique_ptr<Worker>>;

// Reads all of it. Each worker has a thread, the first the caller's, and has
// ended its flows when this returns. REQUIRES: there are workers.
void read_shared(PacketSource& source, Workers& workers, Progress& progress);

}  // namespace asepsis
