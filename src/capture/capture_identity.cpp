#include "capture/capture_identity.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>

#include "base/text.hpp"

namespace asepsis {
namespace {

void append_be64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

void CaptureIdentity::add(const Packet& packet) {
  if (complete()) return;
  ++packets_;
  const auto time = std::chrono::floor<std::chrono::microseconds>(packet.time);
  const Bytes bytes = packet.bytes.first(std::min(packet.bytes.size(), kBytes));
  append_be64(seen_, static_cast<std::uint64_t>(time.time_since_epoch().count()));
  append_be64(seen_, packet.length);
  append_be64(seen_, bytes.size());
  seen_ += as_text(bytes);
}

std::string CaptureIdentity::hex() const {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const int done =
      EVP_Digest(seen_.data(), seen_.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1 && size == 32);
  return std::string(ShortText<>().hex(Bytes(digest).first(16)).view());
}

}  // namespace asepsis
