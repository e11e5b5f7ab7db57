#include "proto/json.hpp"

#include <charconv>

namespace asepsis {
namespace {

// UTF-8 of a character of the basic plane; surrogates, which come in pairs,
// become U+FFFD each.
void add_utf8(ShortText<256>& out, unsigned code) {
  const auto add = [&](unsigned byte) { out.add(static_cast<char>(byte)); };
  if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

}  // namespace

ShortText<256> unescaped(std::string_view text) {
  ShortText<256> out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.size(), text.find('\\'));
    out.add(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.size() < 2) break;
    const char mark = text[1];
    text.remove_prefix(2);
    if (mark == 'u') {
      unsigned code = 0xfffd;
      const std::string_view digits = text.substr(0, 4);
      std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      text.remove_prefix(digits.size());
      add_utf8(out, code);
    } else {
      const bool space = mark == 'n' || mark == 'r' || mark == 't' || mark == 'b' || mark == 'f';
      out.add(space ? ' ' : mark);
    }
  }
  return out;
}

}  // namespace asepsis
