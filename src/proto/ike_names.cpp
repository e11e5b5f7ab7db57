#include "proto/ike_names.hpp"

#include <algorithm>
#include <string_view>

namespace asepsis::ike {
namespace {

struct Algorithm {
  Kind kind;
  unsigned version;
  std::uint16_t number;
  std::string_view name;
  bool weak = false;
};

// Weak: broken, or less than 112 bits strong (RFC 8247).
constexpr Algorithm kAlgorithms[] = {
    {Kind::encryption, 1, 1, "des-cbc", true},
    {Kind::encryption, 1, 2, "idea-cbc", true},
    {Kind::encryption, 1, 3, "blowfish-cbc", true},
    {Kind::encryption, 1, 4, "rc5-cbc", true},
    {Kind::encryption, 1, 5, "3des-cbc", true},
    {Kind::encryption, 1, 6, "cast-cbc", true},
    {Kind::encryption, 1, 7, "aes-cbc"},
    {Kind::encryption, 1, 8, "camellia-cbc"},
    {Kind::hash, 1, 1, "md5", true},
    {Kind::hash, 1, 2, "sha1"},
    {Kind::hash, 1, 4, "sha2-256"},
    {Kind::hash, 1, 5, "sha2-384"},
    {Kind::hash, 1, 6, "sha2-512"},
    {Kind::authentication, 1, 1, "pre-shared key"},
    {Kind::authentication, 1, 2, "dss signature"},
    {Kind::authentication, 1, 3, "rsa signature"},
    {Kind::authentication, 1, 4, "rsa encryption"},
    {Kind::authentication, 1, 5, "revised rsa encryption"},
    {Kind::authentication, 1, 9, "ecdsa p-256"},
    {Kind::authentication, 1, 10, "ecdsa p-384"},
    {Kind::authentication, 1, 64221, "hybrid rsa"},
    {Kind::authentication, 1, 65001, "pre-shared key and xauth"},
    {Kind::authentication, 1, 65005, "rsa signature and xauth"},
    {Kind::encryption, 2, 1, "des-iv64", true},
    {Kind::encryption, 2, 2, "des", true},
    {Kind::encryption, 2, 3, "3des", true},
    {Kind::encryption, 2, 4, "rc5", true},
    {Kind::encryption, 2, 5, "idea", true},
    {Kind::encryption, 2, 6, "cast", true},
    {Kind::encryption, 2, 7, "blowfish", true},
    {Kind::encryption, 2, 11, "null", true},
    {Kind::encryption, 2, 12, "aes-cbc"},
    {Kind::encryption, 2, 13, "aes-ctr"},
    {Kind::encryption, 2, 14, "aes-ccm-8"},
    {Kind::encryption, 2, 15, "aes-ccm-12"},
    {Kind::encryption, 2, 16, "aes-ccm-16"},
    {Kind::encryption, 2, 18, "aes-gcm-8"},
    {Kind::encryption, 2, 19, "aes-gcm-12"},
    {Kind::encryption, 2, 20, "aes-gcm-16"},
    {Kind::encryption, 2, 23, "camellia-cbc"},
    {Kind::encryption, 2, 28, "chacha20-poly1305"},
    {Kind::prf, 2, 1, "hmac-md5", true},
    {Kind::prf, 2, 2, "hmac-sha1"},
    {Kind::prf, 2, 3, "hmac-tiger", true},
    {Kind::prf, 2, 4, "aes128-xcbc"},
    {Kind::prf, 2, 5, "hmac-sha2-256"},
    {Kind::prf, 2, 6, "hmac-sha2-384"},
    {Kind::prf, 2, 7, "hmac-sha2-512"},
    {Kind::prf, 2, 8, "aes128-cmac"},
    {Kind::integrity, 2, 0, "none"},
    {Kind::integrity, 2, 1, "hmac-md5-96", true},
    {Kind::integrity, 2, 2, "hmac-sha1-96"},
    {Kind::integrity, 2, 3, "des-mac", true},
    {Kind::integrity, 2, 4, "kpdk-md5", true},
    {Kind::integrity, 2, 5, "aes-xcbc-96"},
    {Kind::integrity, 2, 8, "aes-cmac-96"},
    {Kind::integrity, 2, 12, "hmac-sha2-256-128"},
    {Kind::integrity, 2, 13, "hmac-sha2-384-192"},
    {Kind::integrity, 2, 14, "hmac-sha2-512-256"},
};

const Algorithm* find(Kind kind, unsigned version, std::uint16_t number) {
  const auto found = std::ranges::find_if(kAlgorithms, [&](const Algorithm& row) {
    return row.kind == kind && row.version == version && row.number == number;
  });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::encryption: return "encryption ";
    case Kind::prf: return "prf ";
    case Kind::integrity: return "integrity ";
    case Kind::hash: return "hash ";
    case Kind::group: return "group ";
    case Kind::authentication: return "authentication ";
  }
  return "";
}

// By the first digits: versions follow them.
struct Vendor {
  std::string_view digits, name;
};

constexpr Vendor kVendors[] = {
    {"09002689dfd6b712", "XAUTH"},
    {"12f5f28c457168a9702d9fe274cc", "Cisco Unity"},
    {"1e2b516905991c7d7c96fcbfb587e461", "Microsoft Windows"},
    {"26244d38eddb61b3172a36e3d0cfb819", "Microsoft initial contact"},
    {"4048b7d56ebce88525e7de7f00d6c2d3", "IKE fragmentation"},
    {"404bf439522ca3f6", "SonicWall"},
    {"4485152d18b6bbcd0be8a8469579ddcc", "NAT traversal draft 00"},
    {"4a131c81070358455c5728f20e95452f", "NAT traversal (RFC 3947)"},
    {"5b362bc820f6", "SonicWall"},
    {"699369228741c6d4ca094c93e242c9de19e7b7c6", "Juniper NetScreen"},
    {"7d9419a65310ca6f2c179d9215529d56", "NAT traversal draft 03"},
    {"8299031757a36082c6a621de", "Fortinet FortiGate"},
    {"882fe56d6fd20dbc2251613b2ebe5beb", "strongSwan"},
    {"90cb80913ebb696e086381b5ec427b1f", "NAT traversal draft 02"},
    {"afcad71368a1f1c96b8696fc7757", "dead peer detection (RFC 3706)"},
    {"cd60464335df21f87cfdb2fc68b6a448", "NAT traversal draft 02"},
    {"e3a5966a76379fe707228231e5ce8652", "Microsoft IKE CGA"},
    {"f4ed19e0c114eb516faaac0ee37daf28", "Check Point"},
    {"fb1de3cdf341b7ea16b7e5be0855f120", "Microsoft negotiation discovery"},
};

}  // namespace

ShortText<64> algorithm_name(Kind kind, unsigned version, std::uint16_t number,
                             std::uint16_t bits) {
  ShortText<64> text;
  text.add(kind_name(kind));
  const Algorithm* const known = find(kind, version, number);
  if (known != nullptr) {
    text.add(known->name);
  } else {
    text.number(number);
  }
  if (bits != 0) text.add(' ').number(bits);
  return text;
}

bool is_weak(Kind kind, unsigned version, std::uint16_t number) {
  if (kind == Kind::group) {
    constexpr std::uint16_t kWeak[] = {1, 2, 3, 4, 5, 22, 25};
    return std::ranges::find(kWeak, number) != std::end(kWeak);
  }
  const Algorithm* const known = find(kind, version, number);
  return known != nullptr && known->weak;
}

ShortText<64> vendor_name(Bytes id) {
  ShortText<64> text;
  const std::string_view letters = trimmed(as_text(id));
  const bool printable = letters.size() >= 4 &&
                         std::ranges::all_of(letters, [](char c) { return c >= ' ' && c < 0x7f; });
  if (printable) return text.add(letters);
  text.hex(id.first(std::min<std::size_t>(id.size(), 20)));
  const auto found = std::ranges::find_if(
      kVendors, [&](const Vendor& vendor) { return text.view().starts_with(vendor.digits); });
  return found != std::end(kVendors) ? ShortText<64>().add(found->name) : text;
}

}  // namespace asepsis::ike
