// A network of IP addresses, as people write it: 10.1.2.0/24, 2001:db8::/32.

#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"

namespace asepsis {

struct Network {
  Ip first;
  unsigned bits = 0;  // that all its addresses share, of the 128 that an Ip holds

  constexpr auto operator<=>(const Network&) const = default;
};

// The network of so many bits that the address is in.
Network network_of(const Ip& ip, unsigned bits);

// The address need not be the first. A network of all addresses is none.
std::optional<Network> network_from_text(std::string_view text);
std::string to_text(const Network& network);

}  // namespace asepsis
