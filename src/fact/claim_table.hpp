// The vocabulary: every kind of thing that can be claimed of an endpoint.
//
// A claim is named for what is true of a device; where only one protocol can
// say it, it carries that protocol's name. The table is the only list;
// docs/schema.md prints it.

#pragma once

#include <cstdint>
#include <string_view>

namespace asepsis {

enum class Scope : std::uint8_t {
  device,   // true of the endpoint whatever the port
  service,  // true of one service of it: the fact carries the server's port
};

struct ClaimRow {
  std::string_view name;
  Scope scope;
  std::string_view meaning;
};

inline constexpr ClaimRow kClaims[] = {
    // Addresses: which IP belongs to which MAC. The value is the IP.
    {"address.arp", Scope::device, "this MAC said in ARP that the IP is its own"},
    {"address.nd", Scope::device,
     "this MAC said in IPv6 neighbour discovery that the IP is its own"},
    {"address.dhcp", Scope::device, "a DHCP server leased the IP to this MAC"},
    {"address.router", Scope::device, "this address was handed out or advertised as a router"},
    {"address.virtual", Scope::device,
     "a shared router address (VRRP, HSRP) that this MAC answers for"},
    {"address.other_mac", Scope::device, "another MAC that the device says is its own"},
    {"address.management", Scope::device, "an IP that the device says it is managed at"},
    {"address.logged", Scope::device,
     "another sensor's log names it as active (value: which log, or the protocol)"},

    // What it is. Said by the device, or by a message that carries its identity.
    {"device.manufacturer", Scope::device, "manufacturer, as the device says it"},
    {"device.model", Scope::device, "model name or number, as the device says it"},
    {"device.firmware", Scope::device, "version of the device's software or firmware"},
    {"device.serial", Scope::device, "serial number"},
    {"device.udi", Scope::device, "unique device identifier, whole"},
    {"device.udi_di", Scope::device, "UDI device identifier: the model's part of the UDI"},
    {"device.hardware", Scope::device, "hardware revision"},
    {"device.part", Scope::device, "part number"},
    {"device.asset", Scope::device, "asset number that the site gave it"},
    {"device.class", Scope::device,
     "kind of device by a standard's code, as a class of knowledge/"},
    {"device.care_area", Scope::device, "care area, ward or bed group that it says it serves"},
    {"device.location", Scope::device, "place that it says it stands in"},
    {"device.os", Scope::device, "operating system and version"},
    {"device.description", Scope::device, "what it says it is, in free text; profiles read it"},
    {"device.eui64", Scope::device, "IEEE EUI-64 of the equipment"},
    {"device.uid", Scope::device, "DICOM device UID, SDC endpoint reference, UPnP UDN"},
    {"device.operator_of", Scope::device,
     "equipment whose identity this endpoint was sent by another"},
    {"device.mud_url", Scope::device, "where its manufacturer usage description is (RFC 8520)"},
    {"device.alarms", Scope::device, "alarms that it sent (value: kind and priority; counted)"},
    {"device.drug_library", Scope::device, "version of the drug library"},

    // What nothing here recognises.
    {"service.unknown", Scope::service,
     "it serves something that is not recognised (value: the shape of the first bytes)"},
    {"uses.unknown", Scope::service,
     "it talks to this port of others in a way that is not recognised (value: as above)"},

    // Names.
    {"name.host", Scope::device, "host name, as the device says it"},
    {"name.dns", Scope::device, "name that DNS gives the address"},
    {"name.domain", Scope::device, "domain or workgroup it belongs to"},
    {"dns.version", Scope::service, "DNS server software (version.bind)"},

    // DHCP.
    {"dhcp.vendor_class", Scope::device, "DHCP option 60 (DHCPv6: 16), vendor class"},
    {"dhcp.parameters", Scope::device,
     "DHCP option 55 (DHCPv6: 6), parameters asked for, in order"},
    {"dhcp.client_id", Scope::device,
     "DHCP option 61 (DHCPv6: 1), client identifier, in hexadecimal"},
    {"dhcp.user_class", Scope::device, "DHCP option 77 (DHCPv6: 15), user class"},
    {"dhcp.server", Scope::device, "it leases addresses (value: the server identifier)"},
    {"dhcp.given", Scope::device,
     "what a DHCP server told it: router, dns, ntp, domain, tftp, prefix"},
    {"dhcp.relay", Scope::device, "it relays DHCP between networks"},
    {"dhcp.circuit", Scope::device,
     "where a relay heard it: circuit id (option 82; DHCPv6: 18), text or hexadecimal"},
    {"dhcp.remote", Scope::device,
     "where a relay heard it: remote id (option 82; DHCPv6: 37), text or hexadecimal"},

    // DICOM.
    {"dicom.ae_title", Scope::device, "DICOM application entity title"},
    {"dicom.implementation_uid", Scope::device, "DICOM implementation class UID (the toolkit)"},
    {"dicom.implementation", Scope::device, "DICOM implementation version name (the toolkit)"},
    {"dicom.uses", Scope::device, "DICOM SOP class it uses (as SCU)"},
    {"dicom.provides", Scope::device, "DICOM SOP class it provides (as SCP)"},
    {"dicom.requests", Scope::device, "DICOM operation it was seen to ask for"},
    {"dicom.answers", Scope::device, "DICOM operation it was seen to carry out for another"},
    {"dicom.modality", Scope::device, "DICOM modality of what it produces"},
    {"dicom.station", Scope::device, "DICOM station name"},
    {"dicom.relays", Scope::device, "it received and keeps objects made by other equipment"},
    {"dicom.rejects", Scope::service, "it refused an association (value: why)"},
    {"dicom.allow_list", Scope::service,
     "it takes only AE titles that it knows (value: the calling or the called one)"},
    {"dicom.max_pdu", Scope::device, "largest DICOM PDU that it takes, in bytes (0: any)"},
    {"dicom.window", Scope::device,
     "DICOM operations at once that it may invoke and perform (0: any number)"},
    {"dicom.syntax", Scope::service, "DICOM transfer syntax that it accepted"},
    {"dicom.user_identity", Scope::service, "user identity negotiated (value: its kind)"},

    // HL7 v2.
    {"hl7.application", Scope::device, "HL7 sending or receiving application"},
    {"hl7.facility", Scope::device, "HL7 facility"},
    {"hl7.sends", Scope::device, "HL7 message type it sends"},
    {"hl7.receives", Scope::device, "HL7 message type it receives"},
    {"hl7.profile", Scope::device, "HL7 message profile (IHE transaction)"},
    {"hl7.software", Scope::device, "software that wrote a message (SFT): maker, product, version"},
    {"hl7.acknowledges", Scope::device,
     "HL7 acknowledgement code it gave (AA, AE, AR, CA, CE, CR)"},
    {"hl7.acknowledgement_mode", Scope::device, "HL7 acknowledgement mode it asks for"},
    {"hl7.version", Scope::service, "HL7 version spoken"},

    // POCT1-A.
    {"poct1a.topic", Scope::device, "kind of message that a point-of-care device supports"},

    // FHIR.
    {"fhir.version", Scope::service, "FHIR version that it says it speaks"},
    {"fhir.security", Scope::service, "how it says clients prove themselves: OAuth, SMART-on-FHIR"},
    {"fhir.uses", Scope::device,
     "FHIR resource type it asked for or sent (value: method and type)"},

    // Clear text, credentials, patients.
    {"clear.patient_identity", Scope::service,
     "messages that carry patient identity crossed in clear (counted)"},
    {"clear.credentials", Scope::service,
     "credentials crossed in clear (value: the kind, never the secret)"},
    {"clear.shell", Scope::service,
     "commands to another host cross in clear (value: by which protocol)"},
    {"credentials.default", Scope::service,
     "a well-known default credential was used (value: its name)"},

    // Services of any kind.
    {"service.logged", Scope::service,
     "another sensor lists the service (value: transport and application)"},

    // HTTP.
    {"http.server", Scope::service, "HTTP Server header"},
    {"http.user_agent", Scope::device, "HTTP User-Agent header"},
    {"http.authentication", Scope::service, "HTTP authentication scheme asked for or used"},
    {"http.title", Scope::service, "title of a page it serves"},

    // TLS.
    {"tls.version", Scope::service, "TLS version chosen"},
    {"tls.cipher", Scope::service, "TLS cipher suite chosen"},
    {"tls.offers", Scope::device, "highest and lowest TLS version offered as client"},
    {"tls.sni", Scope::device, "server name asked for as client"},
    {"tls.server_name", Scope::service, "server name it was asked for"},
    {"tls.alpn", Scope::service, "application protocol chosen (ALPN)"},
    {"tls.alpn_offered", Scope::device, "application protocols offered as client (ALPN)"},
    {"tls.ja3", Scope::device, "JA3 fingerprint as client"},
    {"tls.ja3s", Scope::service, "JA3S fingerprint"},
    {"tls.ja4", Scope::device, "JA4 fingerprint as client"},
    {"tls.certificate", Scope::service, "SHA-256 of its certificate"},
    {"tls.subject", Scope::service, "certificate subject"},
    {"tls.issuer", Scope::service, "certificate issuer"},
    {"tls.names", Scope::service, "certificate subject alternative name"},
    {"tls.not_before", Scope::service, "certificate valid from"},
    {"tls.not_after", Scope::service, "certificate valid until"},
    {"tls.key", Scope::service, "certificate key kind and size"},
    {"tls.signature", Scope::service, "certificate signature algorithm"},
    {"tls.self_signed", Scope::service, "certificate is signed by itself"},
    {"tls.client_certificate", Scope::service, "client certificate: requested, sent or not sent"},
    {"tls.alert", Scope::service, "TLS alert sent"},
    {"tls.resumed", Scope::service, "sessions it took up again (value: by what; counted)"},
    {"tls.weakness", Scope::service,
     "what is weak in its certificate as shown, or in the cipher suite chosen"},

    // QUIC.
    {"quic.version", Scope::service, "QUIC version that its clients speak, or that it supports"},

    // Virtual private networks.
    {"ipsec.version", Scope::service, "IKE version, and the mode of version 1"},
    {"ipsec.vendor", Scope::device, "IKE vendor id: its name if well known, else hexadecimal"},
    {"ipsec.offers", Scope::device,
     "IKE algorithm offered as initiator (value: its kind and its name)"},
    {"ipsec.chosen", Scope::service, "IKE algorithm chosen, as in ipsec.offers"},
    {"ipsec.weakness", Scope::service, "weak IKE algorithm or mode that it took"},
    {"openvpn.protection", Scope::service,
     "what guards OpenVPN's control channel beside TLS: none, tls-auth, tls-crypt"},

    // Remote support.
    {"remote.support", Scope::device, "remote support tool that it was seen to use"},

    // DCE/RPC.
    {"dcerpc.interface", Scope::service, "DCE/RPC interface that clients bound to"},
    {"dcerpc.authentication", Scope::service, "DCE/RPC authentication: its kind and level"},

    // SSH, Telnet, FTP and other banners.
    {"ssh.banner", Scope::service, "SSH identification string"},
    {"ssh.key_exchange", Scope::service, "SSH key exchange methods offered"},
    {"ssh.host_key", Scope::service, "SHA-256 of the SSH host key"},
    {"ssh.host_key_types", Scope::service, "SSH host key types offered"},
    {"ssh.encryption", Scope::service, "SSH ciphers offered, server to client"},
    {"ssh.mac", Scope::service, "SSH message authentication offered, server to client"},
    {"ssh.hassh", Scope::device, "HASSH fingerprint as client"},
    {"ssh.hassh_server", Scope::service, "HASSH fingerprint as server"},
    {"ssh.client", Scope::device, "SSH identification string as client"},
    {"ssh.weakness", Scope::service, "weak SSH algorithm offered (value: where, and its name)"},
    {"telnet.banner", Scope::service, "Telnet greeting"},
    {"ftp.banner", Scope::service, "FTP greeting"},
    {"ftp.system", Scope::service, "FTP SYST answer"},
    {"vnc.version", Scope::service, "RFB protocol version"},
    {"vnc.security", Scope::service, "RFB security type"},
    {"vnc.desktop", Scope::service, "RFB desktop name"},

    // SNMP.
    {"snmp.version", Scope::service, "SNMP version spoken"},
    {"snmp.community", Scope::service,
     "SNMP community: its name if well known, else 'not a well-known one'"},
    {"snmp.writes", Scope::service,
     "SNMP values it was asked to set (value: the branch they are in)"},
    {"snmp.object_id", Scope::device, "sysObjectID"},
    {"snmp.engine_id", Scope::device, "SNMPv3 engine id"},
    {"snmp.security", Scope::service, "SNMPv3 security level"},

    // SMB and Windows.
    {"smb.dialect", Scope::service, "SMB dialect chosen"},
    {"smb.offers", Scope::device, "SMB dialects offered as client"},
    {"smb.signing", Scope::service, "SMB signing: required, enabled or off"},
    {"smb.encryption", Scope::service, "SMB 3 cipher chosen, none, or required by the session"},
    {"smb.share", Scope::service, "share connected to: a well-known one, else 'other'"},
    {"smb.server_guid", Scope::device, "GUID of the SMB server, made when it was installed"},
    {"smb.native_lan_manager", Scope::device, "SMB1 native LAN manager"},
    {"smb.guest", Scope::service, "a guest or null session was granted"},
    {"ntlm.os", Scope::device, "Windows version in NTLM"},

    // Directories, remote desktops and databases.
    {"ldap.bind", Scope::service,
     "how clients bind to LDAP: anonymous, simple, sasl and its mechanism"},
    {"ldap.software", Scope::service, "directory server software, as its root entry says"},
    {"ldap.version", Scope::service, "version of the directory server"},
    {"kerberos.realm", Scope::device, "Kerberos realm it serves"},
    {"kerberos.uses", Scope::device, "Kerberos service it asked a ticket for"},
    {"kerberos.offers", Scope::device, "Kerberos encryption offered as client"},
    {"kerberos.encryption", Scope::service, "Kerberos encryption of the tickets it gives"},
    {"rdp.security", Scope::service, "how remote desktop is protected: nla, tls or rdp"},
    {"rdp.encryption", Scope::service, "level of remote desktop's own encryption"},
    {"database.version", Scope::service, "database product and version"},
    {"database.tls", Scope::service, "whether the database offers TLS"},
    {"database.authentication", Scope::service, "how clients of the database authenticate"},
    {"database.driver", Scope::device, "driver by which it uses a database, and its version"},
    {"database.service", Scope::service, "database service asked for (identifiers masked)"},

    // Buildings and plant.
    {"bacnet.instance", Scope::device, "BACnet device instance"},
    {"bacnet.vendor", Scope::device, "BACnet vendor id"},
    {"bacnet.object", Scope::device, "BACnet object name"},
    {"bacnet.network", Scope::device, "BACnet network that it routes to"},
    {"bacnet.service", Scope::service, "BACnet service it asked for or announced by"},
    {"bacnet.accepts", Scope::service, "BACnet service that it answered, or refused"},
    {"enip.vendor", Scope::device, "EtherNet/IP vendor number, given by ODVA"},
    {"enip.device_type", Scope::device, "EtherNet/IP device profile, by name or number"},
    {"enip.product", Scope::device, "EtherNet/IP product code, the vendor's own"},
    {"enip.state", Scope::device, "state that an EtherNet/IP device says it is in"},
    {"enip.carries", Scope::service, "what the EtherNet/IP service says it can carry"},
    {"enip.accepts", Scope::service, "EtherNet/IP command that it answered, or refused"},
    {"cip.accepts", Scope::service, "CIP service that it answered, or refused"},
    {"cip.writes", Scope::device,
     "CIP service and object by which it changed another, or tried to"},
    {"cotp.selector", Scope::service, "transport selector (TSAP) that it was called by"},
    {"s7.accepts", Scope::service, "S7 function that it answered, or refused"},
    {"s7.writes", Scope::device, "S7 function by which it changed another, or tried to"},
    {"s7.plant", Scope::device, "plant designation that engineers gave an S7 controller"},
    {"s7.protection", Scope::device,
     "protection level of an S7 controller, and where its key switch stands"},
    {"mms.accepts", Scope::service, "MMS service that it answered, or refused"},
    {"mms.writes", Scope::device, "MMS service by which it changed another, or tried to"},
    {"opcua.endpoint", Scope::service, "OPC UA endpoint URL"},
    {"opcua.policy", Scope::service, "OPC UA security policy of a channel that was opened"},
    {"opcua.offers", Scope::service, "OPC UA security policy and mode that it offers"},
    {"opcua.user_token", Scope::service, "how users may prove who they are to an OPC UA server"},
    {"opcua.authentication", Scope::service, "how an OPC UA session was opened, or refused"},
    {"opcua.application", Scope::device, "OPC UA application URI"},
    {"opcua.product", Scope::device, "OPC UA product URI"},
    {"opcua.writes", Scope::device, "OPC UA service by which it changed another, or tried to"},
    {"knx.address", Scope::device, "KNX individual address"},
    {"knx.medium", Scope::device, "KNX medium that it stands on"},
    {"knx.services", Scope::device, "KNXnet/IP service family that it has, and its version"},
    {"knx.multicast", Scope::device, "multicast address that a KNXnet/IP router uses"},
    {"knx.programming", Scope::device, "KNX programming mode was on: it takes a new address"},
    {"knx.accepts", Scope::service, "KNXnet/IP connection that it granted, or refused"},
    {"knx.writes", Scope::device, "KNX service by which it changed another, or tried to"},
    {"coap.method", Scope::device, "CoAP method that it asks by"},
    {"coap.path", Scope::service, "shape of a CoAP path it was asked for (identifiers masked)"},
    {"coap.resource", Scope::service, "CoAP resource type (rt) that it offers"},
    {"coap.interface", Scope::service, "CoAP interface description (if) that it offers"},
    {"coap.answers", Scope::service, "CoAP answer it gave, or why it refused"},
    {"dnp3.address", Scope::service, "DNP3 link address that it speaks from"},
    {"dnp3.accepts", Scope::service, "DNP3 function that it answered, or does not know"},
    {"dnp3.writes", Scope::device, "DNP3 function by which it changed another, or tried to"},
    {"iec104.address", Scope::service, "IEC 60870-5-104 common address of a station"},
    {"iec104.accepts", Scope::service, "IEC 60870-5-104 command that it confirmed, or refused"},
    {"iec104.writes", Scope::device, "IEC 60870-5-104 command that it gave another"},
    {"hart.manufacturer", Scope::device, "HART manufacturer number"},
    {"hart.device_type", Scope::device, "HART expanded device type, in hexadecimal"},
    {"hart.tag", Scope::device, "HART tag: the name of a measuring point"},
    {"hart.writes", Scope::device, "HART command by which it changed another, or tried to"},
    {"fins.node", Scope::service, "FINS address that it speaks from: network, node, unit"},
    {"fins.accepts", Scope::service, "FINS command that it answered, or refused"},
    {"fins.writes", Scope::device, "FINS command by which it changed another, or tried to"},
    {"profinet.vendor", Scope::device, "PROFINET vendor number, in hexadecimal"},
    {"profinet.device", Scope::device, "PROFINET device number of the vendor, in hexadecimal"},
    {"profinet.role", Scope::device, "part it plays in PROFINET: device, controller, supervisor"},
    {"profinet.writes", Scope::device, "what it set in another by PROFINET DCP, or tried to"},
    {"modbus.unit", Scope::service, "Modbus unit address that answered"},
    {"modbus.function", Scope::service, "Modbus function that it answered, or refused"},
    {"modbus.writes", Scope::device, "Modbus function by which it changed another, or tried to"},

    // Switches and neighbours.
    {"lldp.chassis", Scope::device, "LLDP chassis id"},
    {"lldp.port", Scope::device, "LLDP port id"},
    {"lldp.capabilities", Scope::device, "LLDP capabilities in use"},
    {"cdp.capabilities", Scope::device, "CDP capabilities"},
    {"cdp.port", Scope::device, "CDP port id"},
    {"cdp.vlan", Scope::device, "CDP native VLAN"},

    {"stp.root", Scope::device, "spanning tree: the root bridge it knows, priority and MAC"},
    {"stp.bridge", Scope::device, "spanning tree: its own bridge id, priority and MAC"},
    {"eapol.role", Scope::device, "part it plays in 802.1X: supplicant, authenticator or macsec"},
    {"eapol.method", Scope::device, "EAP method it proves itself by"},

    // Networks: groups, shared addresses, who is let in.
    {"multicast.member", Scope::device, "well-known multicast group that it is a member of"},
    {"multicast.querier", Scope::device, "it asks for members of groups (value: IGMP or MLD)"},
    {"vrrp.priority", Scope::device, "VRRP group, and the priority it stands for its address with"},
    {"vrrp.authentication", Scope::device, "VRRP version 2 authentication: none, password or hmac"},
    {"nat.opens", Scope::device, "it asked a router to open a port to the outside (NAT-PMP, PCP)"},
    {"radius.identifier", Scope::device, "RADIUS NAS-Identifier: what it calls itself"},
    {"radius.ssid", Scope::device, "wireless network that it lets users into, as RADIUS tells"},
    {"radius.authentication", Scope::service, "how users prove themselves: pap, chap, eap ..."},
    {"radius.message_authenticator", Scope::service,
     "whether RADIUS messages carry a message authenticator (RFC 3579): with or without"},
    {"tacacs.authentication", Scope::service, "how users prove themselves over TACACS+"},
    {"tacacs.body", Scope::service, "how TACACS+ bodies cross: obfuscated or clear"},

    // Logs and files.
    {"syslog.program", Scope::device, "program whose logs it sends"},
    {"audit.source", Scope::device, "system whose audit messages it sends (IHE ATNA)"},
    {"audit.event", Scope::device, "kind of event that its audit messages tell (IHE ATNA)"},
    {"tftp.file", Scope::device,
     "TFTP: whether it read or wrote, and the ending of the file's name"},
    {"rpc.program", Scope::service, "ONC RPC program and version called"},
    {"rpc.authentication", Scope::service, "ONC RPC authentication: none, sys, gss ..."},
    {"nfs.export", Scope::service, "directory mounted over NFS (identifiers masked)"},

    // Screens and printers.
    {"x11.authentication", Scope::service, "how clients of the X display prove themselves"},
    {"x11.server", Scope::service, "X server software: its vendor and release"},
    {"print.language", Scope::service, "language of what is printed: pjl, postscript, pcl ..."},

    // Management of hardware.
    {"ipmi.version", Scope::service, "IPMI version offered"},
    {"ipmi.authentication", Scope::service, "IPMI authentication type, or weakness, offered"},
    {"ipmi.cipher", Scope::service, "IPMI cipher suite chosen; 0 is no authentication at all"},

    // Announcements.
    {"mdns.service", Scope::device, "service announced by mDNS (DNS-SD)"},
    {"ssdp.type", Scope::device, "UPnP device or service type announced"},
    {"nd.advertises", Scope::device, "what it tells as an IPv6 router: prefix, dns, domain"},
    {"netbios.role", Scope::device, "part it plays in a Windows network, as NetBIOS tells it"},
    {"wsd.types", Scope::device, "WS-Discovery types"},
    {"wsd.seeks", Scope::device, "WS-Discovery types that it searches for"},
    {"wsd.scope", Scope::device, "WS-Discovery scope that says what or where it is"},
    {"wsd.address", Scope::device, "WS-Discovery transport address (where its services are)"},
    {"slp.service", Scope::device, "service announced or registered by SLP (RFC 2608)"},

    // Messaging.
    {"mqtt.client_id", Scope::device, "MQTT client identifier"},
    {"mqtt.version", Scope::service, "MQTT version spoken"},
    {"mqtt.authentication", Scope::service, "MQTT: anonymous, name only, or name and password"},
    {"mqtt.topic", Scope::service, "shape of an MQTT topic (identifiers masked)"},

    // Time.
    {"ntp.stratum", Scope::service, "NTP stratum it serves"},
    {"ntp.reference", Scope::service, "what its time comes from: a clock, or the server above it"},
    {"ntp.software", Scope::service, "NTP server software"},
    {"ntp.answers", Scope::service, "NTP control or private request that it answered"},
    {"ptp.clock", Scope::device, "identity of its PTP clock (IEEE 1588)"},
    {"ptp.grandmaster", Scope::device, "identity of the PTP clock that it tells others to follow"},
    {"ptp.quality", Scope::device, "class and source of the time that it tells by PTP"},

    // Speech and pictures.
    {"rtcp.tool", Scope::device, "program that sends its media, as RTCP says"},
};

}  // namespace asepsis
