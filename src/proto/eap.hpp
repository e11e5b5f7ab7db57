// The methods of EAP (RFC 3748; IANA, EAP method types) that prove something.

#pragma once

#include <cstdint>
#include <string_view>

namespace asepsis {

constexpr std::string_view eap_method_name(std::uint8_t type) {
  switch (type) {
    case 4: return "md5";
    case 6: return "gtc";
    case 13: return "tls";
    case 17: return "leap";
    case 18: return "sim";
    case 21: return "ttls";
    case 23: return "aka";
    case 25: return "peap";
    case 26: return "mschapv2";
    case 43: return "fast";
    case 52: return "pwd";
    case 55: return "teap";
    default: return {};  // identity, notification, nak and the rare ones
  }
}

}  // namespace asepsis
