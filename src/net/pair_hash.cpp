#include "net/pair_hash.hpp"

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "net/walk.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kEthernet = 1;

static_assert(kMostPairs > static_cast<std::size_t>(kMaxTunnels));

// The same both ways round.
std::uint64_t hash_pair(std::uint64_t a, std::uint64_t b) {
  return hash_mix(std::min(a, b), std::max(a, b));
}

template <class Word>
Word word_at(Bytes bytes, std::size_t at) {
  Word word = 0;
  std::memcpy(&word, bytes.subspan(at, sizeof word).data(), sizeof word);
  return word;
}

std::uint64_t hash_ipv4(Bytes addresses) {
  return hash_pair(word_at<std::uint32_t>(addresses, 0), word_at<std::uint32_t>(addresses, 4));
}

std::uint64_t hash_ipv6(Bytes src, Bytes dst) {
  return hash_pair(hash_mix(word_at<std::uint64_t>(src, 0), word_at<std::uint64_t>(src, 8)),
                   hash_mix(word_at<std::uint64_t>(dst, 0), word_at<std::uint64_t>(dst, 8)));
}

class Pairs final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override {
    if (hashes.size < kMostPairs) hashes.values[hashes.size++] = pair_hash(packet);
    hashes.fragment |= packet.kind == Decoded::Kind::fragment;
  }
  PairHashes hashes;
};

PairHashes hash_by_walk(std::uint16_t link_type, Bytes frame, std::uint32_t length) {
  Pairs pairs;
  decode(link_type, frame, length, pairs);
  if (pairs.hashes.size == 0) pairs.hashes.size = 1;
  return pairs.hashes;
}

PairHashes only(std::uint64_t hash) {
  PairHashes one;
  one.values[0] = hash;
  one.size = 1;
  return one;
}

// TCP, or UDP from and to ports where no tunnel is looked for.
bool plain(std::uint8_t protocol, Bytes transport) {
  if (protocol == ip_protocol::kTcp) return true;
  if (protocol != ip_protocol::kUdp || transport.size() < 4) return false;
  const Header<4> ports = transport.first<4>();
  return !tunnel_port(be16(ports, 0), be16(ports, 2));
}

}  // namespace

std::uint64_t pair_hash(const Decoded& packet) {
  if (packet.kind == Decoded::Kind::frame) {
    if (packet.src_mac.empty() || packet.dst_mac.empty()) return 0;
    return hash_pair(hash_bytes(packet.src_mac.bytes), hash_bytes(packet.dst_mac.bytes));
  }
  // IPv6 may carry one address of IPv4's form and one of its own.
  if (!packet.src.is_v4() || !packet.dst.is_v4())
    return hash_ipv6(packet.src.bytes, packet.dst.bytes);
  std::array<std::uint8_t, 8> both{};
  std::copy_n(packet.src.bytes.begin() + 12, 4, both.begin());
  std::copy_n(packet.dst.bytes.begin() + 12, 4, both.begin() + 4);
  return hash_ipv4(both);
}

// Nearly all frames are TCP or UDP over IP in Ethernet with at most one tag:
// those are read in place. The walk gives the same answer for them, slower.
PairHashes pair_hashes(std::uint16_t link_type, Bytes frame, std::uint32_t length) {
  if (link_type != kEthernet || frame.size() < 38) return hash_by_walk(link_type, frame, length);
  const Header<38> start = frame.first<38>();
  const std::size_t ip = be16(start, 12) == ether_type::kVlan ? 18 : 14;
  const std::uint16_t type = be16(start, ip - 2);
  if (type == ether_type::kIpv4 && start[ip] >> 4 == 4) {
    const std::size_t size = (start[ip] & 0xfU) * 4;
    const bool whole = (be16(start, ip + 6) & 0x3fff) == 0;
    if (size >= 20 && whole && frame.size() >= ip + size &&
        plain(start[ip + 9], frame.subspan(ip + size)))
      return only(hash_ipv4(start.subspan(ip + 12, 8)));
  }
  if (type == ether_type::kIpv6 && start[ip] >> 4 == 6 && frame.size() >= ip + 40 &&
      plain(start[ip + 6], frame.subspan(ip + 40))) {
    const Ip src = Ip::v6(frame.subspan(ip + 8, 16));
    const Ip dst = Ip::v6(frame.subspan(ip + 24, 16));
    if (!src.is_v4() || !dst.is_v4()) return only(hash_ipv6(src.bytes, dst.bytes));
  }
  return hash_by_walk(link_type, frame, length);
}

}  // namespace asepsis
