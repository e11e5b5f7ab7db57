// Text that came from the wire. It is a view, in the sender's bytes; whoever
// prints it escapes it.

#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "base/cursor.hpp"

namespace asepsis {

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Without the spaces (and NULs) that fixed-size fields are padded with.
constexpr std::string_view trimmed(std::string_view text) {
  const auto padding = [](char c) {
    return c <= ' ' && (c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n');
  };
  while (!text.empty() && padding(text.front())) text.remove_prefix(1);
  while (!text.empty() && padding(text.back())) text.remove_suffix(1);
  return text;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// ASCII letters alike whatever their case.
constexpr bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string lowered(std::string_view text);

// Text put together on the stack: parsers allocate nothing. What does not fit
// is cut off.
template <std::size_t kSize = 256>
class ShortText {
 public:
  static constexpr std::size_t kMost = kSize;

  ShortText& add(std::string_view text) {
    const std::size_t now = std::min(text.size(), kSize - size_);
    std::copy_n(text.begin(), now, text_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += now;
    return *this;
  }
  ShortText& add(char c) { return add(std::string_view(&c, 1)); }
  ShortText& number(std::uint64_t value, int base = 10) {
    std::array<char, 72> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    return add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  // Two lower-case hexadecimal digits a byte.
  ShortText& hex(Bytes bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
      const char digits[] = {kHex[byte >> 4], kHex[byte & 0xf]};
      add(std::string_view(digits, std::size(digits)));
    }
    return *this;
  }
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {text_.data(), size_}; }
  operator std::string_view() const { return view(); }

 private:
  std::array<char, kSize> text_;
  std::size_t size_ = 0;
};

// Safe to show anywhere a line of text goes: printable ASCII and well-formed
// UTF-8 letters as they are; controls, backslashes, bidirectional marks and
// broken bytes as \xHH. One line, unambiguous.
std::string escaped(std::string_view text);

// Well-formed UTF-8 for the store: bytes that are not become the Latin-1
// letters they most likely were (DICOM ISO_IR 100, HL7 8859/1).
std::string to_utf8(std::string_view text);

}  // namespace asepsis
