#include "capture/pair_fanout.hpp"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

namespace asepsis {
namespace {

// Loads relative to the headers that the kernel has found; one beyond the end
// of the frame makes the answer 0.
constexpr __u32 link(int offset) { return static_cast<__u32>(SKF_LL_OFF + offset); }
constexpr __u32 net(int offset) { return static_cast<__u32>(SKF_NET_OFF + offset); }

constexpr sock_filter load(__u32 at) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at); }
constexpr sock_filter load_half(__u32 at) { return BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at); }
constexpr sock_filter equal(__u32 value, __u8 then, __u8 otherwise = 0) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise);
}
constexpr sock_filter skip(__u32 instructions) { return BPF_STMT(BPF_JMP | BPF_JA, instructions); }
constexpr sock_filter kKeep = BPF_STMT(BPF_MISC | BPF_TAX, 0);

// Of IPv6 the last word of each address tells enough. A frame may have one more
// tag than the kernel took off.
constexpr sock_filter kProgram[] = {
    load(static_cast<__u32>(SKF_AD_OFF + SKF_AD_PROTOCOL)),
    equal(ETH_P_IP, 4),
    equal(ETH_P_IPV6, 7),
    equal(ETH_P_8021Q, 0, 14),
    load_half(net(2)),
    equal(ETH_P_IP, 8, 12),
    // 6: IPv4
    load(net(12)),
    kKeep,
    load(net(16)),
    skip(11),
    // 10: IPv6
    load(net(20)),
    kKeep,
    load(net(36)),
    skip(7),
    // 14: IPv4 behind a tag
    load(net(16)),
    kKeep,
    load(net(20)),
    skip(3),
    // 18: anything else, by its MACs
    load(link(2)),
    kKeep,
    load(link(8)),
    // 21: the same both ways round, and mixed
    BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
    BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1),
    BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
    BPF_STMT(BPF_RET | BPF_A, 0),
};

}  // namespace

Result<void> FanoutGroup::join(int socket) {
  const auto refused = [] {
    return fail("the kernel does not share packets out to workers (" +
                std::generic_category().message(errno) + "): try --workers 1");
  };
  // The first member is given an id that no other group has.
  const int kind = PACKET_FANOUT_CBPF | (made_ ? 0 : PACKET_FANOUT_FLAG_UNIQUEID);
  const auto wanted = static_cast<__u32>(id_) | static_cast<__u32>(kind) << 16;
  if (::setsockopt(socket, SOL_PACKET, PACKET_FANOUT, &wanted, sizeof wanted) != 0)
    return refused();
  if (made_) return {};
  auto program = std::to_array(kProgram);
  const sock_fprog whole{.len = program.size(), .filter = program.data()};
  __u32 given = 0;
  socklen_t size = sizeof given;
  if (::setsockopt(socket, SOL_PACKET, PACKET_FANOUT_DATA, &whole, sizeof whole) != 0 ||
      ::getsockopt(socket, SOL_PACKET, PACKET_FANOUT, &given, &size) != 0)
    return refused();
  id_ = static_cast<int>(given & 0xffffU);
  made_ = true;
  return {};
}

}  // namespace asepsis
