// NetBIOS names: RFC 1001, section 14, and RFC 1002, section 4.1; what the
// sixteenth byte stands for: [MS-BRWS] and [MS-NBTE].

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

struct NetBiosName {
  ShortText<15> text;  // without the padding
  std::uint8_t suffix = 0;
};

// From sixteen bytes as they are: fifteen of name, one of suffix.
// REQUIRES: bytes.size() >= 16.
NetBiosName netbios_name(Bytes bytes);

// From a first-level encoded label: 32 letters, A to P.
std::optional<NetBiosName> encoded_netbios_name(std::string_view label);

// What it means for a device to hold this name. Names of users (suffix 03)
// and those that only ask about everybody mean nothing.
void say_netbios_name(const Subject& about, const NetBiosName& name, bool group, FactSink& out);

}  // namespace asepsis
