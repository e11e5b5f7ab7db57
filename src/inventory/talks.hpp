// Views of one conversation put together: a mirror port shows a routed
// conversation on both its VLANs, or each of its directions on one. Part of
// fusion.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inventory/heard.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

// What a talk comes to once its other half is known.
struct FusedTalk {
  std::optional<std::uint32_t> client, server;    // indices into Fusion::devices
  bool copy = false;                              // seen on another VLAN too, and counted there
  std::string_view state, security, application;  // as long as what was heard
};

// Fills in all but the devices; REQUIRES: one of `talks` for each of Heard::talks.
void put_together(const Heard& heard, std::vector<FusedTalk>& talks);

// Gives what nothing recognised, and TLS that does not say what is in it, the
// name that people know it by, which lives as long as `knowledge`. REQUIRES: the talks were put
// together.
void name_unknown(const Heard& heard, const Knowledge& knowledge, std::vector<FusedTalk>& talks);

}  // namespace asepsis
