// `asepsis selftest --passive`: proof, on this very machine, that listening
// hears everything and sends nothing.

#pragma once

#include "base/result.hpp"

namespace asepsis {

struct SelftestCommand {
  bool passive = false;
};

// Fails if anything was missed or sent, or if it could not be tried.
Result<void> run(const SelftestCommand& asked);

}  // namespace asepsis
