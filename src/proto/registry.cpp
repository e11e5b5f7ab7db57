// Every protocol we speak. To add one: write its file, name it twice here and
// once in CMakeLists.txt, and give it folders in tests/cases.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {

extern const Protocol kArp;
extern const Protocol kAstm;
extern const Protocol kDicom;
extern const Protocol kHl7;
extern const Protocol kFtp;
extern const Protocol kHttp;
extern const Protocol kHttp2;
extern const Protocol kImap;
extern const Protocol kMqtt;
extern const Protocol kPop3;
extern const Protocol kRtsp;
extern const Protocol kSip;
extern const Protocol kSipTcp;
extern const Protocol kSmtp;
extern const Protocol kBacnet;
extern const Protocol kBacnetEthernet;
extern const Protocol kCdp;
extern const Protocol kLldp;
extern const Protocol kSnmp;
extern const Protocol kModbus;
extern const Protocol kEnipDatagrams;
extern const Protocol kEnip;
extern const Protocol kOpcUa;
extern const Protocol kKnx;
extern const Protocol kKnxTcp;
extern const Protocol kCoap;
extern const Protocol kDnp3Datagrams;
extern const Protocol kDnp3;
extern const Protocol kIec104;
extern const Protocol kHartIpDatagrams;
extern const Protocol kHartIp;
extern const Protocol kFinsDatagrams;
extern const Protocol kFins;
extern const Protocol kEapol;
extern const Protocol kProfinet;
extern const Protocol kStp;
extern const Protocol kHsrp;
extern const Protocol kIgmp;
extern const Protocol kMld;
extern const Protocol kVrrp;
extern const Protocol kSyslog;
extern const Protocol kSyslogStream;
extern const Protocol kRadius;
extern const Protocol kRpcDatagrams;
extern const Protocol kRpcStream;
extern const Protocol kTacacs;
extern const Protocol kX11;
extern const Protocol kXdmcp;
extern const Protocol kRexec;
extern const Protocol kRlogin;
extern const Protocol kRsh;
extern const Protocol kFinger;
extern const Protocol kIpmi;
extern const Protocol kLpd;
extern const Protocol kJetdirect;
extern const Protocol kTftp;
extern const Protocol kTelnet;
extern const Protocol kVnc;
extern const Protocol kKerberosStream;
extern const Protocol kKerberosDatagrams;
extern const Protocol kLdap;
extern const Protocol kCldap;
extern const Protocol kMssql;
extern const Protocol kRedis;
extern const Protocol kOracle;
extern const Protocol kMongodb;
extern const Protocol kMysql;
extern const Protocol kPostgresql;
extern const Protocol kCotp;
extern const Protocol kS7comm;
extern const Protocol kS7commPlus;
extern const Protocol kMms;
extern const Protocol kRdp;
extern const Protocol kSmb;
extern const Protocol kSsh;
extern const Protocol kTls;
extern const Protocol kDtls;
extern const Protocol kQuic;
extern const Protocol kIke;
extern const Protocol kEsp;
extern const Protocol kWireGuard;
extern const Protocol kOpenVpn;
extern const Protocol kOpenVpnTcp;
extern const Protocol kL2tp;
extern const Protocol kPptp;
extern const Protocol kTeamViewer;
extern const Protocol kBitTorrent;
extern const Protocol kBitTorrentHashTable;
extern const Protocol kBitTorrentSearch;
extern const Protocol kDropboxLanSync;
extern const Protocol kStun;
extern const Protocol kDcerpc;
extern const Protocol kIntellivue;
extern const Protocol kPoct1a;
extern const Protocol kWsDiscovery;
extern const Protocol kDhcp;
extern const Protocol kDhcpv6;
extern const Protocol kDns;
extern const Protocol kDnsTcp;
extern const Protocol kMdns;
extern const Protocol kLlmnr;
extern const Protocol kNbns;
extern const Protocol kNd;
extern const Protocol kNetBiosDatagram;
extern const Protocol kNtp;
extern const Protocol kPtp;
extern const Protocol kPtpEthernet;
extern const Protocol kSsdp;
extern const Protocol kSlp;
extern const Protocol kNatPmp;
extern const Protocol kRtcp;
extern const Protocol kRtp;

namespace {

// Recognition asks in this order; where two could claim the same bytes, the
// stricter stands first.
constexpr const Protocol* kProtocols[] = {
    &kArp,
    &kDicom,
    &kHl7,
    &kHttp2,
    &kHttp,
    &kRtsp,
    &kSip,
    &kSipTcp,
    &kMqtt,
    &kVnc,
    &kSmtp,
    &kFtp,
    &kPop3,
    &kImap,
    &kSsh,
    &kTls,
    &kDtls,
    &kQuic,
    &kIke,
    &kEsp,
    &kWireGuard,
    &kOpenVpn,
    &kOpenVpnTcp,
    &kL2tp,
    &kPptp,
    &kTeamViewer,
    &kBitTorrent,
    &kBitTorrentHashTable,
    &kBitTorrentSearch,
    &kDropboxLanSync,
    &kStun,
    &kDcerpc,
    &kAstm,
    &kPoct1a,
    &kIntellivue,
    &kWsDiscovery,
    &kSmb,
    &kBacnet,
    &kBacnetEthernet,
    &kCdp,
    &kLldp,
    &kSnmp,
    &kModbus,
    &kEnipDatagrams,
    &kEnip,
    &kOpcUa,
    &kKnx,
    &kKnxTcp,
    &kCoap,
    &kDnp3Datagrams,
    &kDnp3,
    &kIec104,
    &kHartIpDatagrams,
    &kHartIp,
    &kFinsDatagrams,
    &kFins,
    &kEapol,
    &kProfinet,
    &kStp,
    &kHsrp,
    &kIgmp,
    &kMld,
    &kVrrp,
    &kSyslog,
    &kSyslogStream,
    &kRadius,
    &kRpcDatagrams,
    &kRpcStream,
    &kTacacs,
    &kX11,
    &kXdmcp,
    &kRexec,
    &kRlogin,
    &kRsh,
    &kFinger,
    &kIpmi,
    &kLpd,
    &kJetdirect,
    &kTftp,
    &kTelnet,
    &kDhcp,
    &kDhcpv6,
    &kMdns,
    &kLlmnr,
    &kNbns,
    &kDns,
    &kDnsTcp,
    &kNetBiosDatagram,
    &kSsdp,
    &kSlp,
    &kNatPmp,
    &kRtcp,
    &kRtp,
    &kNtp,
    &kPtp,
    &kPtpEthernet,
    &kNd,
    &kCotp,
    &kS7comm,
    &kS7commPlus,
    &kMms,
    &kRdp,
    &kLdap,
    &kCldap,
    &kKerberosStream,
    &kKerberosDatagrams,
    &kPostgresql,
    &kMysql,
    &kMssql,
    &kRedis,
    &kOracle,
    &kMongodb,
};

}  // namespace

std::span<const Protocol* const> protocols() { return kProtocols; }

const Protocol* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(kProtocols, name, &Protocol::name);
  return found == std::end(kProtocols) ? nullptr : *found;
}

}  // namespace asepsis
