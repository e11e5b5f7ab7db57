#include "proto/quic_crypto.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <string_view>

#include "base/text.hpp"

namespace asepsis::quic {
namespace {

using Secret = std::array<std::uint8_t, 32>;
using Salt = std::array<std::uint8_t, 20>;

// RFC 9001, 5.2; RFC 9369, 3.3.1; draft-ietf-quic-tls-29 (29 to 32), 5.2.
constexpr Salt kSalt1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt kSalt2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt kSalt29{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                       0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kSampleSize = 16;

struct Free {
  void operator()(EVP_CIPHER* kind) const { EVP_CIPHER_free(kind); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// OpenSSL 3 looks an algorithm up anew for each use: each thread fetches once.
struct Cipher {
  explicit Cipher(const char* name)
      : kind(EVP_CIPHER_fetch(nullptr, name, nullptr)), context(EVP_CIPHER_CTX_new()) {
    assert(kind && context);
  }
  std::unique_ptr<EVP_CIPHER, Free> kind;
  std::unique_ptr<EVP_CIPHER_CTX, Free> context;
};

Secret hmac(Bytes key, Bytes text) {
  Secret out{};
  [[maybe_unused]] const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                           text.data(), text.size(), out.data(), nullptr);
  assert(done != nullptr);
  return out;
}

// RFC 8446, 7.1: HKDF-Expand-Label with no context; one block is enough.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> expand(const Secret& secret, std::string_view label) {
  constexpr std::string_view kPrefix = "tls13 ";
  ShortText<64> text;
  text.add('\0').add(static_cast<char>(kSize));
  text.add(static_cast<char>(kPrefix.size() + label.size())).add(kPrefix).add(label);
  text.add('\0').add('\1');
  const Secret block = hmac(secret, as_bytes(text));
  std::array<std::uint8_t, kSize> out;
  std::copy_n(block.begin(), kSize, out.begin());
  return out;
}

Keys keys_of(const Secret& secret, bool version2) {
  return {.key = expand<16>(secret, version2 ? "quicv2 key" : "quic key"),
          .iv = expand<12>(secret, version2 ? "quicv2 iv" : "quic iv"),
          .header = expand<16>(secret, version2 ? "quicv2 hp" : "quic hp")};
}

// RFC 9001, 5.4.3: what the first byte and the packet number are mixed with.
std::array<std::uint8_t, 16> mask_of(const Keys& keys, Bytes sample) {
  thread_local const Cipher cipher("AES-128-ECB");
  std::array<std::uint8_t, 16> mask{};
  int size = 0;
  [[maybe_unused]] const bool done =
      EVP_EncryptInit_ex2(cipher.context.get(), cipher.kind.get(), keys.header.data(), nullptr,
                          nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(cipher.context.get(), 0) == 1 &&
      EVP_EncryptUpdate(cipher.context.get(), mask.data(), &size, sample.data(), 16) == 1;
  assert(done);
  return mask;
}

// AES-128-GCM (RFC 9001, 5.3): `sealed` ends in its tag.
bool open_sealed(const Keys& keys, Bytes nonce, Bytes header, Bytes sealed,
                 std::span<std::uint8_t> out) {
  thread_local const Cipher cipher("AES-128-GCM");
  EVP_CIPHER_CTX* const context = cipher.context.get();
  const Bytes text = sealed.first(sealed.size() - kTagSize);
  std::array<std::uint8_t, kTagSize> tag{};
  std::ranges::copy(sealed.last(kTagSize), tag.begin());
  int size = 0;
  return EVP_DecryptInit_ex2(context, cipher.kind.get(), keys.key.data(), nonce.data(), nullptr) ==
             1 &&
         EVP_DecryptUpdate(context, nullptr, &size, header.data(),
                           static_cast<int>(header.size())) == 1 &&
         EVP_DecryptUpdate(context, out.data(), &size, text.data(),
                           static_cast<int>(text.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1 &&
         EVP_DecryptFinal_ex(context, out.data() + text.size(), &size) == 1;
}

}  // namespace

bool is_known(std::uint32_t version) {
  return version == kVersion1 || version == kVersion2 ||
         (version >= kDraft29 && version <= kDraft29 + 5);
}

InitialKeys initial_keys(std::uint32_t version, Bytes connection) {
  // Drafts 33 and 34 have the salt of version 1.
  const bool early = version >= kDraft29 && version <= kDraft29 + 3;
  const bool version2 = version == kVersion2;
  const Salt& salt = version2 ? kSalt2 : early ? kSalt29 : kSalt1;
  const Secret secret = hmac(salt, connection);
  return {.client = keys_of(expand<32>(secret, "client in"), version2),
          .server = keys_of(expand<32>(secret, "server in"), version2)};
}

std::optional<Bytes> unprotect(const Keys& keys, Bytes packet, std::size_t number,
                               std::span<std::uint8_t> out) {
  constexpr std::size_t kLongestNumber = 4;
  if (packet.size() < number + kLongestNumber + kSampleSize || out.size() < packet.size())
    return std::nullopt;
  const auto mask = mask_of(keys, packet.subspan(number + kLongestNumber, kSampleSize));
  const auto first = static_cast<std::uint8_t>(packet.front() ^ (mask.front() & 0x0f));
  const std::size_t number_size = (first & 3U) + 1;
  const std::size_t header_size = number + number_size;

  // The header in clear goes to the front of `out`, the plain text after it.
  std::ranges::copy(packet.first(header_size), out.begin());
  out.front() = first;
  std::array<std::uint8_t, 12> nonce = keys.iv;
  for (std::size_t i = 0; i < number_size; ++i) {
    std::uint8_t& byte = out[number + i];
    byte ^= mask.at(i + 1);
    nonce.at(nonce.size() - number_size + i) ^= byte;
  }
  const Bytes sealed = packet.subspan(header_size);
  const std::span<std::uint8_t> plain = out.subspan(header_size);
  if (!open_sealed(keys, nonce, out.first(header_size), sealed, plain)) return std::nullopt;
  return plain.first(sealed.size() - kTagSize);
}

}  // namespace asepsis::quic
