#include "account/secrets.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>

namespace asepsis {
namespace {

// RFC 9106 4. asks for as much memory as can be had; one log-in at a time is
// tried, so this is also what log-ins take together.
constexpr std::uint32_t kPasses = 3;
constexpr std::uint32_t kKibibytes = 32 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kEncodedSize = 160;

template <std::size_t kSize>
Result<std::array<unsigned char, kSize>> random_bytes() {
  std::array<unsigned char, kSize> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return fail("the system gives no random numbers");
  return bytes;
}

template <std::size_t kSize>
std::string_view view_of(const std::array<unsigned char, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::array<unsigned char, kHashSize> sha256(std::string_view text) {
  std::array<unsigned char, kHashSize> hash{};
  EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return hash;
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  const auto salt = random_bytes<kSaltSize>();
  if (!salt) return std::unexpected(salt.error());
  std::array<char, kEncodedSize> encoded{};
  const int failed =
      argon2id_hash_encoded(kPasses, kKibibytes, kLanes, password.data(), password.size(),
                            salt->data(), salt->size(), kHashSize, encoded.data(), encoded.size());
  if (failed != ARGON2_OK)
    return fail(std::string("the password cannot be hashed: ") + argon2_error_message(failed));
  return std::string(encoded.data());
}

bool is_password(std::string_view password, const std::string& hash) {
  if (!hash.empty())
    return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
  // As long as it takes to say no to somebody whom there is.
  const auto taken = hash_password(password);
  return taken && taken->empty();
}

Result<std::string> random_token() {
  const auto bytes = random_bytes<kHashSize>();
  if (!bytes) return std::unexpected(bytes.error());
  return base64url(view_of(*bytes));
}

std::string token_hash(std::string_view token) { return sha256_base64url(token); }

std::string sha256_base64url(std::string_view text) { return base64url(view_of(sha256(text))); }

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sha256_hex(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : sha256(text)) out += {kHex[byte >> 4], kHex[byte & 15]};
  return out;
}

std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr unsigned kDigitBits = 6;
  std::string out;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= kDigitBits; bits -= kDigitBits)
      out += kDigits[held >> (bits - kDigitBits) & 63];
  }
  if (bits > 0) out += kDigits[held << (kDigitBits - bits) & 63];
  return out;
}

}  // namespace asepsis
