// What takes more than one column of a log to say; log_table.cpp names them.

#pragma once

#include "sensor/log_teller.hpp"
#include "sensor/record.hpp"

namespace asepsis::log_hook {

void zeek_conn(const Record& record, LogTeller& out);
void zeek_dhcp(const Record& record, LogTeller& out);
void zeek_dns(const Record& record, LogTeller& out);
void zeek_http(const Record& record, LogTeller& out);
void zeek_software(const Record& record, LogTeller& out);
void zeek_known_service(const Record& record, LogTeller& out);
void zeek_ntp(const Record& record, LogTeller& out);
void zeek_snmp(const Record& record, LogTeller& out);
void zeek_ftp(const Record& record, LogTeller& out);
void zeek_rfb(const Record& record, LogTeller& out);
void zeek_modbus(const Record& record, LogTeller& out);
void zeek_bacnet_discovery(const Record& record, LogTeller& out);
void zeek_bacnet_property(const Record& record, LogTeller& out);
void zeek_opcua_endpoint(const Record& record, LogTeller& out);
void cipher_weakness(const Record& record, LogTeller& out);

void suricata_flow(const Record& record, LogTeller& out);
void suricata_dhcp(const Record& record, LogTeller& out);
void suricata_dns(const Record& record, LogTeller& out);
void suricata_ssh(const Record& record, LogTeller& out);
void suricata_snmp(const Record& record, LogTeller& out);
void suricata_mqtt(const Record& record, LogTeller& out);
void suricata_ftp(const Record& record, LogTeller& out);
void suricata_rfb(const Record& record, LogTeller& out);

// Both write versions of RFB as two numbers of three digits.
void rfb_version(std::string_view major, std::string_view minor, LogTeller& out);
void snmp_community(std::string_view version, std::string_view community, bool answered,
                    LogTeller& out);

}  // namespace asepsis::log_hook
