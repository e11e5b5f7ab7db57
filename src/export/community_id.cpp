#include "export/community_id.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

namespace asepsis {
namespace {

void append(std::vector<std::uint8_t>& out, const Ip& ip) {
  out.insert(out.end(), ip.bytes.begin() + (ip.is_v4() ? 12 : 0), ip.bytes.end());
}

void append(std::vector<std::uint8_t>& out, std::uint16_t port) {
  out.push_back(static_cast<std::uint8_t>(port >> 8));
  out.push_back(static_cast<std::uint8_t>(port & 0xff));
}

bool has_ports(std::uint8_t protocol) { return protocol == 6 || protocol == 17 || protocol == 132; }

}  // namespace

std::string community_id(std::uint8_t protocol, const Ip& client, std::uint16_t client_port,
                         const Ip& server, std::uint16_t server_port) {
  std::pair a{client, client_port};
  std::pair b{server, server_port};
  if (b < a) std::swap(a, b);
  std::vector<std::uint8_t> bytes{0, 0};  // the seed
  append(bytes, a.first);
  append(bytes, b.first);
  bytes.push_back(protocol);
  bytes.push_back(0);
  if (has_ports(protocol)) {
    append(bytes, a.second);
    append(bytes, b.second);
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<std::uint8_t, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return "1:" + std::string(base64.begin(), base64.begin() + length);
}

}  // namespace asepsis
