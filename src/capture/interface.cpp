#include "capture/interface.hpp"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kRawIp = 101;
constexpr std::uint16_t kWireless = 105;
constexpr std::uint16_t kRadiotap = 127;

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  return request;
}

std::optional<std::uint16_t> link_type_of(unsigned short hardware) {
  switch (hardware) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK: return kEthernet;
    case ARPHRD_NONE:
    case ARPHRD_PPP:
    case ARPHRD_TUNNEL:
    case ARPHRD_SIT: return kRawIp;
    case ARPHRD_IEEE80211: return kWireless;
    case ARPHRD_IEEE80211_RADIOTAP: return kRadiotap;
    default: return std::nullopt;
  }
}

// Any socket does to ask about an interface; it sends nothing.
OpenFile any_socket() { return OpenFile(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

}  // namespace

Result<Interface> find_interface(const std::string& name) {
  const auto there_is_none = [&] {
    return fail("there is no interface " + escaped(name) + ": ip link lists them");
  };
  if (name.empty() || name.size() >= IFNAMSIZ || name.contains('\0')) return there_is_none();
  const OpenFile socket = any_socket();
  ifreq request = request_for(name);
  if (::ioctl(socket.descriptor(), SIOCGIFINDEX, &request) != 0) return there_is_none();
  Interface interface { .name = name, .index = request.ifr_ifindex };
  if (::ioctl(socket.descriptor(), SIOCGIFFLAGS, &request) != 0) return there_is_none();
  interface.up = (request.ifr_flags & IFF_UP) != 0;
  interface.loopback = (request.ifr_flags & IFF_LOOPBACK) != 0;
  if (::ioctl(socket.descriptor(), SIOCGIFHWADDR, &request) != 0) return there_is_none();
  const auto link_type = link_type_of(request.ifr_hwaddr.sa_family);
  if (!link_type)
    return fail(escaped(name) + " carries frames of a kind that asepsis does not read (ARPHRD " +
                std::to_string(request.ifr_hwaddr.sa_family) + ")");
  interface.link_type = *link_type;
  return interface;
}

std::array<std::uint8_t, 6> hardware_address(const std::string& name) {
  std::array<std::uint8_t, 6> address{};
  const OpenFile socket = any_socket();
  ifreq request = request_for(name);
  if (::ioctl(socket.descriptor(), SIOCGIFHWADDR, &request) == 0)
    std::memcpy(address.data(), request.ifr_hwaddr.sa_data, address.size());
  return address;
}

InterfaceWatch::InterfaceWatch(const Interface& interface)
    : name_(interface.name), index_(interface.index), socket_(any_socket()) {}

bool InterfaceWatch::there() const {
  ifreq request = request_for(name_);
  return ::ioctl(socket_.descriptor(), SIOCGIFINDEX, &request) == 0 &&
         request.ifr_ifindex == index_;
}

bool stamp_in_hardware(const Interface& interface) {
  const OpenFile socket = any_socket();
  ifreq request = request_for(interface.name);
  ethtool_ts_info offered{};
  offered.cmd = ETHTOOL_GET_TS_INFO;
  request.ifr_data = reinterpret_cast<char*>(&offered);
  if (::ioctl(socket.descriptor(), SIOCETHTOOL, &request) != 0) return false;
  if ((offered.so_timestamping & SOF_TIMESTAMPING_RAW_HARDWARE) == 0 ||
      (offered.rx_filters & (1U << HWTSTAMP_FILTER_ALL)) == 0)
    return false;
  hwtstamp_config wanted{};
  wanted.tx_type = HWTSTAMP_TX_OFF;
  wanted.rx_filter = HWTSTAMP_FILTER_ALL;
  request = request_for(interface.name);
  request.ifr_data = reinterpret_cast<char*>(&wanted);
  return ::ioctl(socket.descriptor(), SIOCSHWTSTAMP, &request) == 0;
}

}  // namespace asepsis
