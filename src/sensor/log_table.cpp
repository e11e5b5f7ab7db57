// Zeek's columns: docs.zeek.org, "Log Files" and the pages of the scripts; of
// industrial protocols those of the CISA ICSNPP packages. Suricata's: "EVE JSON
// Output" in its user guide. Names of persons, URIs, names of files and bodies
// have no row here and are never looked at.

#include "sensor/log_table.hpp"

#include <algorithm>

#include "sensor/log_hooks.hpp"

namespace asepsis {
namespace {

constexpr Sensor kZeek = Sensor::zeek;
constexpr Sensor kSuricata = Sensor::suricata;
constexpr About kClient = About::client;
constexpr About kServer = About::server;
constexpr About kSender = About::sender;

constexpr LogEnd kOrig{.ip = "id.orig_h", .port = "id.orig_p"};
constexpr LogEnd kResp{.ip = "id.resp_h", .port = "id.resp_p"};
constexpr LogEnd kHost{.ip = "host"};
constexpr LogEnd kSource{.ip = "src_ip", .port = "src_port"};
constexpr LogEnd kDestination{.ip = "dest_ip", .port = "dest_port"};

// clang-format off
constexpr LogKind kKinds[] = {
    {.sensor = kZeek, .log = "conn", .protocol = "", .mark = "conn_state",
     .client = {"id.orig_h", "id.orig_p", "orig_l2_addr", "vlan"},
     .server = {"id.resp_h", "id.resp_p", "resp_l2_addr", "vlan"}, .more = log_hook::zeek_conn},
    {.sensor = kZeek, .log = "dhcp", .protocol = "dhcp", .mark = "msg_types",
     .answered = "server_addr", .client = {.mac = "mac"}, .server = {.ip = "server_addr"},
     .other = {.ip = "assigned_addr", .mac = "mac"}, .more = log_hook::zeek_dhcp},
    {.sensor = kZeek, .log = "dns", .protocol = "dns", .mark = "qtype", .other_mark = "rcode",
     .answered = "rcode", .client = kOrig, .server = kResp, .more = log_hook::zeek_dns},
    {.sensor = kZeek, .log = "ssl", .protocol = "tls", .mark = "established",
     .other_mark = "ssl_history", .answered = "version", .client = kOrig, .server = kResp,
     .more = log_hook::cipher_weakness},
    {.sensor = kZeek, .log = "x509", .protocol = "tls", .mark = "certificate.subject"},
    {.sensor = kZeek, .log = "known_certs", .protocol = "tls", .mark = "issuer_subject",
     .server = {.ip = "host", .port = "port_num"}},
    {.sensor = kZeek, .log = "quic", .protocol = "quic", .mark = "client_initial_dcid",
     .answered = "server_scid", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "http", .protocol = "http", .mark = "trans_depth",
     .answered = "status_code", .client = kOrig, .server = kResp, .more = log_hook::zeek_http},
    {.sensor = kZeek, .log = "ssh", .protocol = "ssh", .mark = "host_key_alg",
     .other_mark = "auth_attempts", .answered = "server", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "software", .protocol = "", .mark = "software_type",
     .client = kHost, .server = {.ip = "host", .port = "host_p"}, .more = log_hook::zeek_software},
    {.sensor = kZeek, .log = "known_hosts", .protocol = "", .client = kHost},
    {.sensor = kZeek, .log = "known_services", .protocol = "", .mark = "port_proto",
     .client = kHost, .server = {.ip = "host", .port = "port_num"},
     .more = log_hook::zeek_known_service},
    {.sensor = kZeek, .log = "known_devices", .protocol = "", .mark = "dhcp_host_name",
     .client = {.mac = "mac"}},
    {.sensor = kZeek, .log = "ntp", .protocol = "ntp", .mark = "stratum",
     .client = kOrig, .server = kResp, .more = log_hook::zeek_ntp},
    {.sensor = kZeek, .log = "snmp", .protocol = "snmp", .mark = "get_bulk_requests",
     .answered = "get_responses", .client = kOrig, .server = kResp,
     .more = log_hook::zeek_snmp},
    {.sensor = kZeek, .log = "smb_mapping", .protocol = "smb", .mark = "share_type",
     .answered = "share_type", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "ntlm", .protocol = "smb", .mark = "server_nb_computer_name",
     .other_mark = "domainname", .answered = "server_nb_computer_name", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "rdp", .protocol = "rdp", .mark = "security_protocol",
     .other_mark = "keyboard_layout", .answered = "security_protocol", .client = kOrig,
     .server = kResp},
    {.sensor = kZeek, .log = "kerberos", .protocol = "kerberos", .mark = "request_type",
     .answered = "success", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "ftp", .protocol = "ftp", .mark = "reply_code",
     .answered = "reply_code", .client = kOrig, .server = kResp, .more = log_hook::zeek_ftp},
    {.sensor = kZeek, .log = "sip", .protocol = "sip", .mark = "response_path",
     .answered = "status_code", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "mqtt_connect", .protocol = "mqtt", .mark = "connect_status",
     .answered = "connect_status", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "mqtt_publish", .protocol = "mqtt", .mark = "payload_len",
     .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "mysql", .protocol = "mysql", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "radius", .protocol = "radius", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "dce_rpc", .protocol = "dcerpc", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "rfb", .protocol = "vnc", .mark = "server_major_version",
     .answered = "server_major_version", .client = kOrig, .server = kResp,
     .more = log_hook::zeek_rfb},
    {.sensor = kZeek, .log = "modbus", .protocol = "modbus", .client = kOrig, .server = kResp,
     .more = log_hook::zeek_modbus},
    {.sensor = kZeek, .log = "bacnet_discovery", .protocol = "bacnet", .client = kOrig,
     .server = kResp, .more = log_hook::zeek_bacnet_discovery},
    {.sensor = kZeek, .log = "bacnet_property", .protocol = "bacnet", .client = kOrig,
     .server = kResp, .more = log_hook::zeek_bacnet_property},
    {.sensor = kZeek, .log = "cip_identity", .protocol = "enip", .mark = "device_type_name",
     .answered = "vendor_id", .client = kOrig, .server = kResp},
    {.sensor = kZeek, .log = "opcua_binary_get_endpoints_description", .protocol = "opcua",
     .mark = "endpoint_uri", .answered = "application_uri", .client = kOrig, .server = kResp,
     .more = log_hook::zeek_opcua_endpoint},

    {.sensor = kSuricata, .log = "flow", .protocol = "",
     .client = {"src_ip", "src_port", "ether.src_macs", "vlan"},
     .server = {"dest_ip", "dest_port", "ether.dest_macs", "vlan"},
     .more = log_hook::suricata_flow},
    {.sensor = kSuricata, .log = "dhcp", .protocol = "dhcp", .client = {.mac = "dhcp.client_mac"},
     .other = {.ip = "dhcp.assigned_ip", .mac = "dhcp.client_mac"},
     .more = log_hook::suricata_dhcp},
    {.sensor = kSuricata, .log = "dns", .protocol = "dns", .client = kSource,
     .server = kDestination, .server_port = 53, .more = log_hook::suricata_dns},
    {.sensor = kSuricata, .log = "http", .protocol = "http", .answered = "http.status",
     .client = kSource, .server = kDestination},
    {.sensor = kSuricata, .log = "tls", .protocol = "tls", .answered = "tls.version",
     .client = kSource, .server = kDestination},
    {.sensor = kSuricata, .log = "quic", .protocol = "quic", .client = kSource,
     .server = kDestination},
    {.sensor = kSuricata, .log = "ssh", .protocol = "ssh",
     .answered = "ssh.server.software_version", .client = kSource, .server = kDestination,
     .more = log_hook::suricata_ssh},
    {.sensor = kSuricata, .log = "smb", .protocol = "smb", .answered = "smb.status",
     .client = kSource, .server = kDestination, .server_port = 445},
    {.sensor = kSuricata, .log = "rdp", .protocol = "rdp", .client = kSource,
     .server = kDestination, .server_port = 3389},
    {.sensor = kSuricata, .log = "snmp", .protocol = "snmp", .client = kSource,
     .server = kDestination, .server_port = 161, .more = log_hook::suricata_snmp},
    {.sensor = kSuricata, .log = "mqtt", .protocol = "mqtt",
     .answered = "mqtt.connack.return_code", .client = kSource, .server = kDestination,
     .server_port = 1883, .more = log_hook::suricata_mqtt},
    {.sensor = kSuricata, .log = "krb5", .protocol = "kerberos", .answered = "krb5.msg_type",
     .client = kSource, .server = kDestination, .server_port = 88},
    {.sensor = kSuricata, .log = "ftp", .protocol = "ftp", .answered = "ftp.completion_code",
     .client = kSource, .server = kDestination, .server_port = 21, .more = log_hook::suricata_ftp},
    {.sensor = kSuricata, .log = "sip", .protocol = "sip", .answered = "sip.code",
     .client = kSource, .server = kDestination},
    {.sensor = kSuricata, .log = "rfb", .protocol = "vnc", .client = kSource,
     .server = kDestination, .more = log_hook::suricata_rfb},
};

constexpr LogColumn kColumns[] = {
    {kZeek, "dhcp", "host_name", kClient, "name.host"_claim, log_value::host_name},
    {kZeek, "dhcp", "client_fqdn", kClient, "name.host"_claim, log_value::host_name},
    {kZeek, "dhcp", "client_software", kClient, "dhcp.vendor_class"_claim},
    {kZeek, "dhcp", "circuit_id", kClient, "dhcp.circuit"_claim},
    {kZeek, "dhcp", "agent_remote_id", kClient, "dhcp.remote"_claim},
    {kZeek, "dhcp", "server_addr", kServer, "dhcp.server"_claim, log_value::address},

    {kZeek, "ssl", "version", kServer, "tls.version"_claim, log_value::tls_version},
    {kZeek, "ssl", "cipher", kServer, "tls.cipher"_claim},
    {kZeek, "ssl", "server_name", kServer, "tls.server_name"_claim},
    {kZeek, "ssl", "server_name", kClient, "tls.sni"_claim},
    {kZeek, "ssl", "resumed", kServer, "tls.resumed"_claim, log_value::tls_resumed},
    {kZeek, "ssl", "next_protocol", kServer, "tls.alpn"_claim},
    {kZeek, "ssl", "subject", kServer, "tls.subject"_claim},
    {kZeek, "ssl", "issuer", kServer, "tls.issuer"_claim},
    {kZeek, "ssl", "ja3", kClient, "tls.ja3"_claim},
    {kZeek, "ssl", "ja3s", kServer, "tls.ja3s"_claim},
    {kZeek, "ssl", "ja4", kClient, "tls.ja4"_claim},
    {kZeek, "known_certs", "subject", kServer, "tls.subject"_claim},
    {kZeek, "known_certs", "issuer_subject", kServer, "tls.issuer"_claim},
    {kZeek, "quic", "server_name", kServer, "tls.server_name"_claim},
    {kZeek, "quic", "server_name", kClient, "tls.sni"_claim},

    {kZeek, "http", "user_agent", kClient, "http.user_agent"_claim},
    {kZeek, "ssh", "server", kServer, "ssh.banner"_claim},
    {kZeek, "ssh", "client", kClient, "ssh.client"_claim},
    {kZeek, "ssh", "hassh", kClient, "ssh.hassh"_claim},
    {kZeek, "ssh", "hasshServer", kServer, "ssh.hassh_server"_claim},
    {kZeek, "snmp", "display_string", kServer, "device.description"_claim},
    {kZeek, "ntlm", "hostname", kClient, "name.host"_claim},
    {kZeek, "ntlm", "domainname", kClient, "name.domain"_claim},
    {kZeek, "ntlm", "server_nb_computer_name", kServer, "name.host"_claim},
    {kZeek, "ntlm", "server_dns_computer_name", kServer, "name.host"_claim},
    {kZeek, "ntlm", "server_tree_name", kServer, "name.domain"_claim},
    {kZeek, "rdp", "security_protocol", kServer, "rdp.security"_claim, log_value::rdp_security},
    {kZeek, "rdp", "client_name", kClient, "name.host"_claim},
    {kZeek, "rdp", "encryption_level", kServer, "rdp.encryption"_claim, log_value::in_lower_case},
    {kZeek, "kerberos", "client", kClient, "name.host"_claim, log_value::kerberos_machine},
    {kZeek, "kerberos", "service", kClient, "kerberos.uses"_claim, log_value::kerberos_service},
    {kZeek, "kerberos", "service", kServer, "kerberos.realm"_claim, log_value::kerberos_realm},
    {kZeek, "kerberos", "cipher", kServer, "kerberos.encryption"_claim},
    {kZeek, "sip", "user_agent", kClient, "device.description"_claim, log_value::sip_agent},
    {kZeek, "mqtt_connect", "client_id", kClient, "mqtt.client_id"_claim},
    {kZeek, "mqtt_connect", "proto_version", kServer, "mqtt.version"_claim,
     log_value::mqtt_version},
    {kZeek, "mqtt_publish", "topic", kServer, "mqtt.topic"_claim, log_value::topic},
    {kZeek, "rfb", "desktop_name", kServer, "vnc.desktop"_claim},
    {kZeek, "modbus", "unit", kServer, "modbus.unit"_claim},
    {kZeek, "modbus", "unit_id", kServer, "modbus.unit"_claim},
    {kZeek, "bacnet_discovery", "vendor", kSender, "device.manufacturer"_claim},

    {kZeek, "cip_identity", "vendor_id", kServer, "enip.vendor"_claim},
    {kZeek, "cip_identity", "vendor_name", kServer, "device.manufacturer"_claim},
    {kZeek, "cip_identity", "product_code", kServer, "enip.product"_claim},
    {kZeek, "cip_identity", "product_name", kServer, "device.model"_claim},
    {kZeek, "cip_identity", "revision", kServer, "device.firmware"_claim},
    {kZeek, "cip_identity", "serial_number", kServer, "device.serial"_claim,
     log_value::hexadecimal},

    {kZeek, "opcua_binary_get_endpoints_description", "endpoint_uri", kServer,
     "opcua.endpoint"_claim},
    {kZeek, "opcua_binary_get_endpoints_description", "application_uri", kServer,
     "opcua.application"_claim},
    {kZeek, "opcua_binary_get_endpoints_description", "product_uri", kServer,
     "opcua.product"_claim},
    {kZeek, "opcua_binary_get_endpoints_description", "text", kServer,
     "device.description"_claim},

    {kSuricata, "dhcp", "dhcp.hostname", kClient, "name.host"_claim, log_value::asked_by_dhcp},
    {kSuricata, "dhcp", "dhcp.vendor_class_identifier", kClient, "dhcp.vendor_class"_claim,
     log_value::asked_by_dhcp},
    {kSuricata, "http", "http.http_user_agent", kClient, "http.user_agent"_claim},
    {kSuricata, "http", "http.server", kServer, "http.server"_claim},
    {kSuricata, "tls", "tls.version", kServer, "tls.version"_claim, log_value::tls_version},
    {kSuricata, "tls", "tls.sni", kServer, "tls.server_name"_claim},
    {kSuricata, "tls", "tls.sni", kClient, "tls.sni"_claim},
    {kSuricata, "tls", "tls.subject", kServer, "tls.subject"_claim, log_value::reversed_name},
    {kSuricata, "tls", "tls.issuerdn", kServer, "tls.issuer"_claim, log_value::reversed_name},
    {kSuricata, "tls", "tls.subjectaltname", kServer, "tls.names"_claim},
    {kSuricata, "tls", "tls.notbefore", kServer, "tls.not_before"_claim, log_value::instant},
    {kSuricata, "tls", "tls.notafter", kServer, "tls.not_after"_claim, log_value::instant},
    {kSuricata, "tls", "tls.session_resumed", kServer, "tls.resumed"_claim,
     log_value::tls_resumed},
    {kSuricata, "tls", "tls.ja3.hash", kClient, "tls.ja3"_claim},
    {kSuricata, "tls", "tls.ja3s.hash", kServer, "tls.ja3s"_claim},
    {kSuricata, "tls", "tls.ja4", kClient, "tls.ja4"_claim},
    {kSuricata, "quic", "quic.sni", kServer, "tls.server_name"_claim},
    {kSuricata, "quic", "quic.sni", kClient, "tls.sni"_claim},
    {kSuricata, "quic", "quic.ja4", kClient, "tls.ja4"_claim},
    {kSuricata, "ssh", "ssh.client.hassh.hash", kClient, "ssh.hassh"_claim},
    {kSuricata, "ssh", "ssh.server.hassh.hash", kServer, "ssh.hassh_server"_claim},
    {kSuricata, "smb", "smb.dialect", kServer, "smb.dialect"_claim, log_value::smb_dialect},
    {kSuricata, "smb", "smb.client_dialects", kClient, "smb.offers"_claim,
     log_value::smb_dialect},
    {kSuricata, "smb", "smb.request.native_os", kClient, "device.os"_claim},
    {kSuricata, "smb", "smb.request.native_lm", kClient, "smb.native_lan_manager"_claim},
    {kSuricata, "smb", "smb.response.native_os", kServer, "device.os"_claim},
    {kSuricata, "smb", "smb.response.native_lm", kServer, "smb.native_lan_manager"_claim},
    {kSuricata, "smb", "smb.ntlmssp.host", kClient, "name.host"_claim},
    {kSuricata, "smb", "smb.ntlmssp.version", kClient, "ntlm.os"_claim, log_value::ntlm_version},
    {kSuricata, "smb", "smb.server_guid", kServer, "smb.server_guid"_claim},
    {kSuricata, "rdp", "rdp.client.client_name", kClient, "name.host"_claim},
    {kSuricata, "rdp", "rdp.client.build", kClient, "device.os"_claim},
    {kSuricata, "rdp", "rdp.protocol", kServer, "rdp.security"_claim, log_value::rdp_security},
    {kSuricata, "mqtt", "mqtt.connect.client_id", kClient, "mqtt.client_id"_claim},
    {kSuricata, "mqtt", "mqtt.connect.protocol_version", kServer, "mqtt.version"_claim,
     log_value::mqtt_version},
    {kSuricata, "mqtt", "mqtt.publish.topic", kServer, "mqtt.topic"_claim, log_value::topic},
    {kSuricata, "krb5", "krb5.realm", kServer, "kerberos.realm"_claim},
    {kSuricata, "krb5", "krb5.cname", kClient, "name.host"_claim, log_value::kerberos_machine},
    {kSuricata, "krb5", "krb5.sname", kClient, "kerberos.uses"_claim,
     log_value::kerberos_service},
    {kSuricata, "krb5", "krb5.ticket_encryption", kServer, "kerberos.encryption"_claim},
    {kSuricata, "rfb", "rfb.framebuffer.name", kServer, "vnc.desktop"_claim},
};
// clang-format on

const std::vector<Log>& logs() {
  static const std::vector<Log> all = [] {
    std::vector<Log> out;
    for (const LogKind& kind : kKinds) {
      Log& log = out.emplace_back(Log{&kind, {}});
      for (const LogColumn& column : kColumns)
        if (column.sensor == kind.sensor && column.log == kind.log) log.columns.push_back(&column);
    }
    return out;
  }();
  return all;
}

}  // namespace

const Log* find_log(Sensor sensor, std::string_view name) {
  const auto found = std::ranges::find_if(
      logs(), [&](const Log& log) { return log.kind->sensor == sensor && log.kind->log == name; });
  return found == logs().end() ? nullptr : &*found;
}

const Log* find_zeek_log_by_marks(const Record& record) {
  const auto found = std::ranges::find_if(logs(), [&](const Log& log) {
    const LogKind& kind = *log.kind;
    return kind.sensor == Sensor::zeek &&
           ((!kind.mark.empty() && record.has(kind.mark)) ||
            (!kind.other_mark.empty() && record.has(kind.other_mark)));
  });
  return found == logs().end() ? nullptr : &*found;
}

}  // namespace asepsis
