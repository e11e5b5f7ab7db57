// Everything that was lost, refused or malformed, by name: "malformed dicom".

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "app/worker.hpp"

namespace asepsis {

using Counters = std::map<std::string, std::uint64_t>;

// Adds what a worker has counted, but for fragments: workers that share a
// capture have each had all of them.
void count_worker(const Worker& worker, Counters& out);
void count_fragments(const FragmentCounts& fragments, Counters& out);

}  // namespace asepsis
