// The names of DCE/RPC interfaces that are well known, most of Windows.

#pragma once

#include "base/cursor.hpp"
#include "base/text.hpp"

namespace asepsis {

// "drsuapi"; else the UUID itself. `uuid` is as the little-endian wire has it
// (C706, appendix A). REQUIRES: 16 bytes.
ShortText<40> dcerpc_interface_name(Bytes uuid);

}  // namespace asepsis
