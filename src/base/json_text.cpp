#include "base/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/character.hpp"
#include "base/text.hpp"

namespace asepsis {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : to_utf8(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return escaped_json(out + '"');
}

std::string escaped_json(std::string_view json) {
  if (std::ranges::all_of(json, [](char c) { return c >= ' ' && c <= '~'; }))
    return std::string(json);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  while (!json.empty()) {
    const Character one = first_character(json);
    if (one.obeyed()) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[one.code >> shift & 0xf];
    } else {
      out += json.substr(0, one.size);
    }
    json.remove_prefix(one.size);
  }
  return out;
}

std::string json_number(double number) {
  constexpr std::size_t kMost = 32;
  std::array<char, kMost> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

}  // namespace asepsis
