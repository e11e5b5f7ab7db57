// rtnetlink(7), veth(4), user_namespaces(7).

#include "app/virtual_pair.hpp"

#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include "capture/byte_stream.hpp"

namespace asepsis {
namespace {

Failure not_permitted(std::string_view what) {
  return fail("a network namespace is not permitted here (" + std::string(what) + ": " +
              std::generic_category().message(errno) + "): run it as root, outside a container");
}

bool put(const char* file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  out.close();
  return static_cast<bool>(out);
}

Result<void> enter_namespaces() {
  const auto user = std::to_string(::geteuid());
  const auto group = std::to_string(::getegid());
  if (::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0) return {};
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return not_permitted("unshare");
  if (!put("/proc/self/setgroups", "deny") || !put("/proc/self/uid_map", "0 " + user + " 1") ||
      !put("/proc/self/gid_map", "0 " + group + " 1"))
    return not_permitted("user namespace");
  return {};
}

// A message to rtnetlink, put together attribute by attribute.
class Message {
 public:
  Message(std::uint16_t type, std::uint16_t flags) {
    header().nlmsg_type = type;
    header().nlmsg_flags = flags;
    header().nlmsg_len = NLMSG_HDRLEN;
  }
  void link() { add(ifinfomsg{}); }
  void name(std::uint16_t kind, std::string_view text) {
    rtattr& attribute = open(kind);
    std::memcpy(bytes_.data() + header().nlmsg_len, text.data(), text.size());
    header().nlmsg_len += static_cast<std::uint32_t>(text.size() + 1);  // all is zero before
    close(attribute);
  }
  rtattr& open(std::uint16_t kind) {
    auto& attribute = *reinterpret_cast<rtattr*>(bytes_.data() + header().nlmsg_len);
    attribute.rta_type = kind;
    header().nlmsg_len += RTA_LENGTH(0);
    return attribute;
  }
  void close(rtattr& attribute) {
    const auto end = bytes_.data() + header().nlmsg_len;
    const auto size = end - reinterpret_cast<unsigned char*>(&attribute);
    attribute.rta_len = static_cast<unsigned short>(size);
    header().nlmsg_len = NLMSG_ALIGN(header().nlmsg_len);
  }
  // Whether the kernel did what it says.
  bool send() {
    const OpenFile socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (::send(socket.descriptor(), bytes_.data(), header().nlmsg_len, 0) < 0) return false;
    alignas(nlmsghdr) std::array<unsigned char, 4096> answer{};
    if (::recv(socket.descriptor(), answer.data(), answer.size(), 0) < 0) return false;
    const auto& head = *reinterpret_cast<const nlmsghdr*>(answer.data());
    if (head.nlmsg_type != NLMSG_ERROR) return false;
    errno = -reinterpret_cast<const nlmsgerr*>(answer.data() + NLMSG_HDRLEN)->error;
    return errno == 0;
  }

 private:
  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  template <class Part>
  void add(const Part& part) {
    std::memcpy(bytes_.data() + header().nlmsg_len, &part, sizeof part);
    header().nlmsg_len += static_cast<std::uint32_t>(NLMSG_ALIGN(sizeof part));
  }
  alignas(nlmsghdr) std::array<unsigned char, 512> bytes_{};
};

bool make_pair(const VirtualPair& pair) {
  Message message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  message.link();
  message.name(IFLA_IFNAME, pair.listener);
  rtattr& info = message.open(IFLA_LINKINFO);
  message.name(IFLA_INFO_KIND, "veth");
  rtattr& data = message.open(IFLA_INFO_DATA);
  rtattr& peer = message.open(VETH_INFO_PEER);
  message.link();
  message.name(IFLA_IFNAME, pair.peer);
  message.close(peer);
  message.close(data);
  message.close(info);
  return message.send();
}

bool bring_up(const std::string& name) {
  // Else the kernel looks for routers. Where there is no IPv6 it does not.
  static_cast<void>(put(("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6").c_str(), "1"));
  const OpenFile socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_UP;
  return ::ioctl(socket.descriptor(), SIOCSIFFLAGS, &request) == 0;
}

}  // namespace

Result<VirtualPair> make_virtual_pair() {
  if (const auto entered = enter_namespaces(); !entered) return std::unexpected(entered.error());
  VirtualPair pair;
  if (!make_pair(pair)) return not_permitted("a pair of virtual interfaces");
  if (!bring_up(pair.listener) || !bring_up(pair.peer)) return not_permitted("an interface");
  return pair;
}

}  // namespace asepsis
