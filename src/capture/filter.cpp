#include "capture/filter.hpp"

#include <nss.h>
#include <pcap/pcap.h>

#include <mutex>
#include <string>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr int kSnaplen = 262144;

// libpcap compiles for its own DLT_ numbers. They are the LINKTYPE_ numbers of
// files but where systems disagree about a DLT_ (tcpdump.org/linktypes.html).
int dlt_of(std::uint16_t link_type) {
  switch (link_type) {
    case 100: return DLT_ATM_RFC1483;
    case 101: return DLT_RAW;
    case 102: return DLT_SLIP_BSDOS;
    case 103: return DLT_PPP_BSDOS;
    case 246: return DLT_PFSYNC;
    default: return link_type;
  }
}

// "host pacs1" makes libpcap resolve pacs1, and that must not send a packet:
// from here on the process knows the names in /etc/hosts and its like alone.
void resolve_from_files_only() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const char* database : {"hosts", "networks", "ethers", "services", "protocols"})
      __nss_configure_lookup(database, "files");
  });
}

}  // namespace

void PacketFilter::Free::operator()(bpf_program* program) const {
  pcap_freecode(program);
  delete program;
}

Result<PacketFilter> PacketFilter::compile(std::string_view expression, std::uint16_t link_type) {
  const auto refusal = [&](std::string_view reason) {
    return fail("the filter \"" + escaped(expression) +
                "\" cannot be used: " + std::string(reason));
  };
  if (expression.find('\0') != std::string_view::npos) return refusal("it contains a zero byte");
  resolve_from_files_only();
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> pcap(
      pcap_open_dead(dlt_of(link_type), kSnaplen), &pcap_close);
  if (!pcap) return refusal("out of memory");
  Program program(new bpf_program{});
  constexpr int kOptimise = 1;
  const std::string text(expression);
  if (pcap_compile(pcap.get(), program.get(), text.c_str(), kOptimise, PCAP_NETMASK_UNKNOWN) != 0)
    return refusal(pcap_geterr(pcap.get()));
  return PacketFilter(std::move(program));
}

bool PacketFilter::matches(const Packet& packet) const {
  pcap_pkthdr header{};  // of which a filter sees the sizes only
  header.caplen = static_cast<bpf_u_int32>(packet.bytes.size());
  header.len = packet.length;
  return pcap_offline_filter(program_.get(), &header, packet.bytes.data()) != 0;
}

}  // namespace asepsis
