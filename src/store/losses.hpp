// Counters are stored with losses; some of them count what was heard, and nothing is lost.

#pragma once

namespace asepsis {

// In SQL, of a row of the table `loss`.
inline constexpr const char* kIsLoss =
    "name NOT IN ('flows', 'fragments', 'datagrams reassembled') AND name NOT GLOB 'packets kept*'";

}  // namespace asepsis
