#include "document/secret.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kShown = 4;        // bytes of the hash: enough to compare by
constexpr std::size_t kLongEnough = 20;  // characters, to be a random key
constexpr std::size_t kHexKey = 32;

// Bits a character.
double entropy(std::string_view text) {
  std::array<double, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto size = static_cast<double>(text.size());
  for (const double count : counts)
    if (count > 0) bits -= count / size * std::log2(count / size);
  return bits;
}

constexpr int kSign = 4;

// 0 for what no key is written with.
int kind_of(char c) {
  if (c >= '0' && c <= '9') return 1;
  if (c >= 'a' && c <= 'z') return 2;
  if (c >= 'A' && c <= 'Z') return 3;
  return c == '+' || c == '/' || c == '=' || c == '_' || c == '-' ? kSign : 0;
}

bool is_hex(char c) { return kind_of(c) == 1 || (lower(c) >= 'a' && lower(c) <= 'f'); }

// Letters of both sizes and digits change places in it all the time.
bool is_random(std::string_view text) {
  constexpr double kRandom = 3.5;
  constexpr std::size_t kOneChangeIn = 4;  // characters
  if (text.size() < kLongEnough) return false;
  if (text.size() >= kHexKey && std::ranges::all_of(text, is_hex)) return true;
  std::size_t changes = 0;
  bool digits = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int kind = kind_of(text[i]);
    if (kind == 0) return false;
    digits = digits || kind == 1;
    const int before = i > 0 ? kind_of(text[i - 1]) : kSign;
    changes += kind != before && kind != kSign && before != kSign ? 1 : 0;
  }
  return digits && changes * kOneChangeIn >= text.size() && entropy(text) >= kRandom;
}

// 8-4-4-4-12 digits: names a thing and opens nothing.
bool is_uuid(std::string_view text) {
  constexpr std::size_t kSize = 36;
  if (text.size() != kSize) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

std::string sealed(std::string_view value, std::string_view key) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(value.data()), value.size(), hash.data(), &size);
  assert(done != nullptr && size > kShown);
  ShortText<32> text;
  text.add("secret#").hex(Bytes(hash).first(kShown));
  return std::string(text.view());
}

bool looks_secret(std::string_view value, const Vocabulary& words) {
  const std::string_view text = trimmed(value);
  return words.secret_value(text) || (is_random(text) && !is_uuid(text));
}

}  // namespace asepsis
