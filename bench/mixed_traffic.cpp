// Mixed traffic: the Ethernet packets of given captures, over and over. Each
// round gives all hosts other addresses (IPv4, IPv6, MAC; also inside ARP), so
// that every copy is another hospital; time is given anew. Checksums are not
// mended and addresses that protocols carry in their text stay as they were.

#include <algorithm>

#include "bench/traffic.hpp"
#include "capture/capture_file.hpp"

namespace asepsis::bench {
namespace {

constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kArp = 0x0806;
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kVlan = 0x8100;
constexpr std::uint16_t kServiceVlan = 0x88a8;
constexpr std::uint32_t kLargestGap = 20;                      // microseconds
constexpr std::size_t kLargestTrack = std::size_t{512} << 20;  // bytes of packets held

using Frame = std::vector<std::uint8_t>;
using Track = std::vector<Frame>;  // the packets of one capture

// Rewrites the addresses of one frame for one copy. Offsets past the end of a
// cut packet are passed over.
class Rewriter {
 public:
  Rewriter(Frame& frame, std::uint32_t copy) : frame_(frame), copy_(copy) {}

  void run() {
    mac(0);
    mac(6);
    std::size_t at = 12;
    while (number(at) == kVlan || number(at) == kServiceVlan) at += 4;
    const std::uint32_t type = number(at);
    at += 2;
    if (type == kIpv4) {
      ipv4(at + 12);
      ipv4(at + 16);
    } else if (type == kIpv6) {
      ipv6(at + 8);
      ipv6(at + 24);
    } else if (type == kArp) {
      mac(at + 8);
      ipv4(at + 14);
      mac(at + 18);
      ipv4(at + 24);
    }
  }

 private:
  bool has(std::size_t at, std::size_t size) const { return at + size <= frame_.size(); }

  std::uint32_t number(std::size_t at) const {
    return has(at, 2) ? static_cast<std::uint32_t>(frame_[at] << 8 | frame_[at + 1]) : 0;
  }

  void add(std::size_t at, std::uint32_t value) {
    frame_[at] = static_cast<std::uint8_t>(frame_[at] + value);
  }

  // The maker's prefix stays; group addresses and none (all zero) stay.
  void mac(std::size_t at) {
    if (!has(at, 6) || (frame_[at] & 1) != 0) return;
    const auto first = frame_.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::all_of(first, first + 6, [](std::uint8_t byte) { return byte == 0; })) return;
    add(at + 3, copy_);
    add(at + 4, copy_ >> 8);
  }

  void ipv4(std::size_t at) {
    if (!has(at, 4) || frame_[at] == 0 || frame_[at] == 127 || frame_[at] >= 224) return;
    add(at + 1, copy_);
    add(at + 2, copy_ >> 8);
  }

  // The bytes that an address made of a MAC shares with mac().
  void ipv6(std::size_t at) {
    if (!has(at, 16) || frame_[at] == 0 || frame_[at] == 0xff) return;
    add(at + 13, copy_);
    add(at + 14, copy_ >> 8);
  }

  Frame& frame_;
  std::uint32_t copy_;
};

class Replay final : public Conversation {
 public:
  // `track` and `random` outlive the replay.
  Replay(const Track& track, std::uint32_t copy, Random& random)
      : track_(track), copy_(copy), random_(random) {}

  bool step(CaptureWriter& out) override {
    if (next_ == track_.size()) return false;
    Frame frame = track_[next_++];
    Rewriter(frame, copy_).run();
    out.write(frame, 1 + below(random_, kLargestGap));
    return true;
  }

 private:
  const Track& track_;
  std::uint32_t copy_;
  Random& random_;
  std::size_t next_ = 0;
};

class MixedTraffic final : public Traffic {
 public:
  explicit MixedTraffic(std::vector<Track> tracks) : tracks_(std::move(tracks)) {}

  std::unique_ptr<Conversation> start(Random& random) override {
    const auto copy = static_cast<std::uint32_t>(started_ / tracks_.size());
    const Track& track = tracks_[started_++ % tracks_.size()];
    return std::make_unique<Replay>(track, copy, random);
  }

  std::size_t at_a_time() const override { return 16; }

 private:
  std::vector<Track> tracks_;
  std::size_t started_ = 0;
};

Result<Track> read_track(const std::filesystem::path& path) {
  auto capture = CaptureFile::open(path);
  if (!capture) return Failure(capture.error());
  Track track;
  std::size_t size = 0;
  PacketBatch batch;
  while (size < kLargestTrack && capture->next(batch))
    for (const Packet& packet : batch.packets) {
      if (packet.link_type != kEthernet) continue;
      track.emplace_back(packet.bytes.begin(), packet.bytes.end());
      size += packet.bytes.size();
    }
  return track;
}

}  // namespace

Result<std::unique_ptr<Traffic>> mixed_traffic(const std::vector<std::filesystem::path>& captures) {
  std::vector<Track> tracks;
  for (const auto& path : captures) {
    auto track = read_track(path);
    if (!track) return Failure(track.error());
    if (!track->empty()) tracks.push_back(std::move(*track));
  }
  if (tracks.empty()) return fail("none of these captures has an Ethernet packet");
  return std::make_unique<MixedTraffic>(std::move(tracks));
}

}  // namespace asepsis::bench
