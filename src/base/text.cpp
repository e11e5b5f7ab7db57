#include "base/text.hpp"

#include <algorithm>

#include "base/character.hpp"

namespace asepsis {
namespace {

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 0xf];
  }
}

}  // namespace

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character one = first_character(text);
    const std::string_view bytes = text.substr(0, one.size);
    if (one.well_formed && !one.obeyed() && one.code != '\\') {
      out += bytes;
    } else {
      append_hex(out, bytes);
    }
    text.remove_prefix(one.size);
  }
  return out;
}

std::string to_utf8(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return c >= 0; });
  if (ascii) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character one = first_character(text);
    if (one.well_formed) {
      out += text.substr(0, one.size);
    } else {
      out += static_cast<char>(0xc0 | one.code >> 6);
      out += static_cast<char>(0x80 | (one.code & 0x3f));
    }
    text.remove_prefix(one.size);
  }
  return out;
}

}  // namespace asepsis
