#include "capture/live_ring.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMacs = 12;
constexpr std::size_t kTag = 4;              // of 802.1Q
constexpr unsigned kBlockMilliseconds = 60;  // a block with packets is given to us by then
constexpr unsigned kFrameBytes = 2048;       // only checked by the kernel: blocks have no frames
constexpr auto kNearOurClock = std::chrono::seconds(2);

template <class Value>
bool set(int socket, int option, const Value& value) {
  return ::setsockopt(socket, SOL_PACKET, option, &value, sizeof value) == 0;
}

std::string reason() { return std::generic_category().message(errno); }

Failure not_opened(const Interface& interface, std::string_view what) {
  if (errno == EPERM || errno == EACCES)
    return fail("listening to " + escaped(interface.name) +
                " needs CAP_NET_RAW: run asepsis as root, or as its systemd service");
  return fail(escaped(interface.name) + " cannot be listened to: " + std::string(what) + ": " +
              reason());
}

// The socket with its ring, not yet bound: nothing arrives.
bool prepare(int socket, const Interface& interface, unsigned blocks) {
  tpacket_req3 ring{};
  ring.tp_block_size = LiveRing::kBlockBytes;
  ring.tp_block_nr = blocks;
  ring.tp_frame_size = kFrameBytes;
  ring.tp_frame_nr = static_cast<unsigned>(LiveRing::kBlockBytes / kFrameBytes) * blocks;
  ring.tp_retire_blk_tov = kBlockMilliseconds;
  if (!set(socket, PACKET_VERSION, int{TPACKET_V3})) return false;
  // Room in front of each frame for the tag that the kernel took off.
  if (!set(socket, PACKET_RESERVE, static_cast<unsigned>(kTag))) return false;
  if (stamp_in_hardware(interface))
    static_cast<void>(set(socket, PACKET_TIMESTAMP, int{SOF_TIMESTAMPING_RAW_HARDWARE}));
  return set(socket, PACKET_RX_RING, ring);
}

bool bind_to(int socket, const Interface& interface) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = interface.index;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return false;
  packet_mreq all{};
  all.mr_ifindex = interface.index;
  all.mr_type = PACKET_MR_PROMISC;
  return set(socket, PACKET_ADD_MEMBERSHIP, all);
}

std::uint32_t status_of(tpacket_block_desc& block) {
  return std::atomic_ref(block.hdr.bh1.block_status).load(std::memory_order_acquire);
}

// Puts the tag back that the kernel took off, in front of the EtherType.
std::uint8_t* with_tag(std::uint8_t* frame, const tpacket3_hdr& header) {
  std::memmove(frame - kTag, frame, kMacs);
  const bool kind_known = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  const std::uint16_t kind = htons(kind_known ? header.hv1.tp_vlan_tpid : ETH_P_8021Q);
  const std::uint16_t tag = htons(static_cast<std::uint16_t>(header.hv1.tp_vlan_tci));
  std::memcpy(frame - kTag + kMacs, &kind, sizeof kind);
  std::memcpy(frame - kTag + kMacs + sizeof kind, &tag, sizeof tag);
  return frame - kTag;
}

}  // namespace

// Unmapped when the ring is gone and the last block has been let go.
struct LiveRing::Mapping {
  std::uint8_t* begin = nullptr;
  std::size_t blocks = 0;

  Mapping(std::uint8_t* its_begin, std::size_t its_blocks) : begin(its_begin), blocks(its_blocks) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(begin, blocks * kBlockBytes); }

  tpacket_block_desc& block(std::size_t index) const {
    return *reinterpret_cast<tpacket_block_desc*>(begin + index * kBlockBytes);
  }
};

LiveRing::LiveRing(Interface interface, OpenFile socket, std::shared_ptr<Mapping> mapping)
    : interface_(std::move(interface)),
      watch_(interface_),
      socket_(std::move(socket)),
      mapping_(std::move(mapping)) {}

Result<LiveRing> LiveRing::open(const Interface& interface, std::size_t bytes, FanoutGroup* group) {
  // Without a protocol nothing arrives before the ring is there.
  OpenFile socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (socket.descriptor() < 0) return not_opened(interface, "no packet socket");
  const std::size_t blocks = std::max(kLeastBlocks, bytes / kBlockBytes);
  if (!prepare(socket.descriptor(), interface, static_cast<unsigned>(blocks)))
    return not_opened(interface, "no ring of " + std::to_string(blocks) + " MiB");
  void* const begin = ::mmap(nullptr, blocks * kBlockBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                             socket.descriptor(), 0);
  if (begin == MAP_FAILED) return not_opened(interface, "the ring cannot be mapped");
  auto mapping = std::make_shared<Mapping>(static_cast<std::uint8_t*>(begin), blocks);
  if (!bind_to(socket.descriptor(), interface))
    return not_opened(interface, "it cannot be bound to");
  if (group != nullptr)
    if (const auto joined = group->join(socket.descriptor()); !joined)
      return std::unexpected(joined.error());
  return LiveRing(interface, std::move(socket), std::move(mapping));
}

std::size_t LiveRing::blocks() const { return mapping_->blocks; }

bool LiveRing::take(std::vector<Packet>& packets, std::shared_ptr<const void>& owner) {
  tpacket_block_desc& block = mapping_->block(next_);
  if ((status_of(block) & TP_STATUS_USER) == 0) return false;
  next_ = (next_ + 1) % mapping_->blocks;
  const auto* at = reinterpret_cast<const std::uint8_t*>(&block);
  at += block.hdr.bh1.offset_to_first_pkt;
  for (std::uint32_t i = 0; i < block.hdr.bh1.num_pkts; ++i) {
    add(at, packets);
    at += reinterpret_cast<const tpacket3_hdr*>(at)->tp_next_offset;
  }
  owner = std::shared_ptr<const void>(&block, [mapping = mapping_, &block](const void*) {
    std::atomic_ref(block.hdr.bh1.block_status).store(TP_STATUS_KERNEL, std::memory_order_release);
  });
  return true;
}

void LiveRing::add(const std::uint8_t* at, std::vector<Packet>& packets) {
  const auto& header = *reinterpret_cast<const tpacket3_hdr*>(at);
  const auto& from =
      *reinterpret_cast<const sockaddr_ll*>(at + TPACKET_ALIGN(sizeof(tpacket3_hdr)));
  if (interface_.loopback && from.sll_pkttype == PACKET_OUTGOING) return;
  // The ring is ours to write to.
  auto* frame = const_cast<std::uint8_t*>(at) + header.tp_mac;
  std::size_t captured = header.tp_snaplen;
  std::size_t length = header.tp_len;
  if ((header.tp_status & TP_STATUS_VLAN_VALID) != 0 && captured >= kMacs) {
    frame = with_tag(frame, header);
    captured += kTag;
    length += kTag;
  }
  if (captured < length) {
    ++counts_.cut_packets;
    counts_.cut_bytes += length - captured;
  }
  packets.push_back({.time = time_of(header.tp_sec, header.tp_nsec, header.tp_status),
                     .bytes = Bytes(frame, captured),
                     .length = static_cast<std::uint32_t>(length),
                     .number = 0,
                     .link_type = interface_.link_type});
}

// A card's clock that nobody sets to the time of day tells no time: ours then
// does, at the end of the block.
Time LiveRing::time_of(std::uint32_t seconds, std::uint32_t nanoseconds, std::uint32_t status) {
  const Time told(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds));
  if ((status & TP_STATUS_TS_RAW_HARDWARE) == 0) return told;
  const Time now = std::chrono::system_clock::now();
  if (std::chrono::abs(now - told) <= kNearOurClock) return told;
  ++counts_.wrong_times;
  return now;
}

void LiveRing::notice_error() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return;
  if (error == ENETDOWN) ++counts_.downs;
  gone_ = !watch_.there();
}

const RingCounts& LiveRing::counts() {
  tpacket_stats_v3 since{};
  socklen_t size = sizeof since;
  if (::getsockopt(descriptor(), SOL_PACKET, PACKET_STATISTICS, &since, &size) == 0) {
    counts_.received += since.tp_packets;
    counts_.dropped += since.tp_drops;
    counts_.freezes += since.tp_freeze_q_cnt;
  }
  return counts_;
}

}  // namespace asepsis
