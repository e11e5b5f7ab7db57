#include "base/network.hpp"

#include <charconv>

namespace asepsis {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kV4Bits = 32;

}  // namespace

Network network_of(const Ip& ip, unsigned bits) {
  Network network{.first = ip, .bits = bits};
  for (std::size_t i = 0; i < network.first.bytes.size(); ++i) {
    const unsigned begin = static_cast<unsigned>(i) * 8;
    const unsigned kept = bits <= begin ? 0 : std::min(bits - begin, 8U);
    network.first.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return network;
}

std::optional<Network> network_from_text(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto ip = ip_from_text(text.substr(0, slash));
  if (!ip || slash == std::string_view::npos) return std::nullopt;
  const unsigned most = ip->is_v4() ? kV4Bits : kBits;
  const char* const end = text.data() + text.size();
  unsigned bits = 0;
  const auto read = std::from_chars(text.data() + slash + 1, end, bits);
  if (read.ec != std::errc() || read.ptr != end || bits == 0 || bits > most) return std::nullopt;
  return network_of(*ip, kBits - most + bits);
}

std::string to_text(const Network& network) {
  const bool v4 = network.first.is_v4() && network.bits > kBits - kV4Bits;
  return to_text(network.first) + '/' +
         std::to_string(v4 ? network.bits - (kBits - kV4Bits) : network.bits);
}

}  // namespace asepsis
