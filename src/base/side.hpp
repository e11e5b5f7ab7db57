// The two sides of a conversation.

#pragma once

#include <cstdint>

namespace asepsis {

enum class Side : std::uint8_t { client, server };

constexpr Side other(Side side) { return side == Side::client ? Side::server : Side::client; }

}  // namespace asepsis
