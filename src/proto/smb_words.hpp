// Words that all versions of SMB share.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/cursor.hpp"
#include "base/text.hpp"

namespace asepsis {

// The administrative or well-known share that a path names, else "other":
// the names that a site gives its shares can be those of people.
constexpr std::string_view share_kind(std::string_view path) {
  constexpr std::string_view kKinds[] = {"IPC$",   "ADMIN$", "C$",      "D$",
                                         "print$", "SYSVOL", "NETLOGON"};
  const std::string_view name = path.substr(path.find_last_of('\\') + 1);
  for (const std::string_view kind : kKinds)
    if (same_letters(name, kind)) return kind;
  return "other";
}

// The value of smb.signing.
constexpr std::string_view signing_name(bool required, bool enabled) {
  if (required) return "required";
  return enabled ? "enabled" : "off";
}

// A GUID in its usual text (MS-DTYP 2.3.4.3); empty if it is cut or all zeros.
inline ShortText<40> guid_text(Bytes bytes) {
  ShortText<40> text;
  if (bytes.size() < 16) return text;
  if (std::ranges::all_of(bytes.first(16), [](std::uint8_t byte) { return byte == 0; }))
    return text;
  constexpr int kOrder[] = {3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
  for (const int at : kOrder) {
    if (at < 0) {
      text.add('-');
    } else {
      text.hex(bytes.subspan(static_cast<std::size_t>(at), 1));
    }
  }
  return text;
}

}  // namespace asepsis
