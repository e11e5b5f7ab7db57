// MD5 and SHA-256 for fingerprints (JA3, JA4, HASSH, certificates, host keys).
// Fingerprints name things; nothing here protects a secret.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/cursor.hpp"
#include "base/text.hpp"

namespace asepsis {

using Md5 = std::array<std::uint8_t, 16>;
using Sha256 = std::array<std::uint8_t, 32>;

Md5 md5_of(Bytes bytes);
Sha256 sha256_of(Bytes bytes);

// Takes a text in pieces, so that long lists need not be put together first.
// One at a time per thread: it borrows the thread's hashing state.
class Md5Text {
 public:
  Md5Text();
  Md5Text(const Md5Text&) = delete;
  Md5Text& operator=(const Md5Text&) = delete;
  ~Md5Text() = default;

  Md5Text& add(std::string_view text);
  Md5Text& add(char c) { return add(std::string_view(&c, 1)); }
  Md5Text& number(std::uint64_t value);
  Md5 finish();

 private:
  void flush();

  static constexpr std::size_t kHeld = 512;
  ShortText<kHeld> held_;
};

inline ShortText<64> hex_of(Bytes bytes) { return ShortText<64>().hex(bytes); }

}  // namespace asepsis
