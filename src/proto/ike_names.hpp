// The names of what IKE negotiates (IANA: "Internet Key Exchange Version 2
// (IKEv2) Parameters" and "Internet Key Exchange (IKE) Attributes"), what is
// weak among it, and of the vendor ids that are well known.

#pragma once

#include <cstdint>

#include "base/cursor.hpp"
#include "base/text.hpp"

namespace asepsis::ike {

enum class Kind : std::uint8_t { encryption, prf, integrity, hash, group, authentication };

// "encryption aes-cbc 256", "group 14", "hash 99". `bits`: 0 if not said.
ShortText<64> algorithm_name(Kind kind, unsigned version, std::uint16_t number, std::uint16_t bits);

bool is_weak(Kind kind, unsigned version, std::uint16_t number);

// "strongSwan"; its text if it is printable, else hexadecimal.
ShortText<64> vendor_name(Bytes id);

}  // namespace asepsis::ike
