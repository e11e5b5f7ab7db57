// Who was given the first bits of a MAC address by the IEEE registration
// authority: the maker of the network card, which is the maker of the device
// only as often as makers build their own.

#pragma once

#include <optional>
#include <string_view>

#include "base/address.hpp"

namespace asepsis {

// The longest of the registered prefixes (36, 28 or 24 bits) decides. None
// for group and for locally administered addresses. Lives for ever.
std::optional<std::string_view> oui_owner(const Mac& mac);

}  // namespace asepsis
