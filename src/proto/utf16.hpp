// UTF-16LE, the text of Windows protocols, as UTF-8 on the stack.

#pragma once

#include <cstdint>

#include "base/cursor.hpp"
#include "base/text.hpp"

namespace asepsis {

// Appends one code point to a text as UTF-8 (RFC 3629); all or nothing of it.
template <std::size_t kSize>
void add_utf8(ShortText<kSize>& text, std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](int shift) { return byte(0x80 | (code >> shift & 0x3f)); };
  if (text.view().size() + 4 > kSize) return;
  if (code < 0x80) {
    text.add(byte(code));
  } else if (code < 0x800) {
    text.add(byte(0xc0 | code >> 6)).add(tail(0));
  } else if (code < 0x10000) {
    text.add(byte(0xe0 | code >> 12)).add(tail(6)).add(tail(0));
  } else {
    text.add(byte(0xf0 | code >> 18)).add(tail(12)).add(tail(6)).add(tail(0));
  }
}

// Unpaired surrogates become U+FFFD; what does not fit is cut off.
inline ShortText<240> from_utf16le(Bytes bytes) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  ShortText<240> text;
  for (Cursor in(bytes.first(std::min<std::size_t>(bytes.size(), 480))); in.rest().size() >= 2;) {
    std::uint32_t code = in.le16();
    if (code >= 0xd800 && code < 0xe000) {
      Cursor ahead = in;
      const std::uint32_t low = ahead.le16();
      const bool pair = code < 0xdc00 && low >= 0xdc00 && low < 0xe000;
      if (pair) in = ahead;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : kReplacement;
    }
    add_utf8(text, code);
  }
  return text;
}

}  // namespace asepsis
