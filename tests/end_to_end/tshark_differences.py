"""What against_tshark.py does not hold against us."""

# Differences that were looked into, packet by packet: the kind, the capture,
# a part of what is said, why. Either tshark, or the way the truth was taken
# from it, is wrong; or the capture lies; or it is something that we do not
# read. A row that excuses nothing fails the test.
KNOWN = [
    ("", "it/browser-netbios/pcapplusplus--solaris.snoop", "", "snoop is a format that we do not read"),
    # Of frames within others the truth has the outermost addresses.
    ("cdp", "it/cdp/suricata--decode-erspan-typeII-01--input.pcap", "64:00:f1:e2:01:01",
     "the mirroring switch's MAC; the facts are about the MAC in the mirrored frame"),
    ("cdp", "it/cdp/tcpdump--various_gre.pcap", "aa:bb:cc:00:0",
     "CDP in GRE: the MAC around it is any router's on the way"),
    ("hosts: mac", "it/routing/zeek--Traces--pbb.pcap", "02:cc:cc:00:3",
     "802.1ah: MACs of the backbone's bridges around the customer's frames"),
    ("bacnet", "mixed/malcolm--BACnet_Host.pcap", "10.200.1.233", "quoted in an ICMP error: it only had the message"),
    ("bacnet", "mixed/malcolm--BACnet_Host.pcap", "10.200.1.127", "quoted in an ICMP error: it only had the message"),
    ("netbios name", "mixed/mercury--emix.pcap", "192.168.122.1 ", "quoted in an ICMP error: it only had the message"),
    ("http server", "it/tls-old/bruteshark--TCP--Network.pcapng", "68.64.21.62", "a sample quoted by sFlow"),
    ("hosts: ip", "malformed/tcpdump-loops/tcpdump--sflow-print-v6.pcap", "10.10.10.2", "a sample quoted by sFlow"),
    # Frames of a serial line, with lengths and addresses of one byte made up as Ethernet.
    ("bacnet", "ot/bacnet/controlthings--BACnet-MSTP-SNAP-Mixed.pcap", "00:00:00:00:00:", "MS/TP made up as SNAP"),
    # Said by somebody else, or of something else.
    ("browser name", "it/lldp/iti--addroute1.pcapng", "workgroup", "a domain announcement: not the sender's name"),
    ("browser name", "it/lldp/iti--addrouteuse444444444.pcapng", "workgroup",
     "a domain announcement: not the sender's name"),
    ("browser name", "ot/profinet/icsnpp-profinet-io-cm--profinet_io_cm_mixed_1.pcap", "americas",
     "a domain announcement: not the sender's name"),
    ("dhcp hostname", "mixed/iti--EIP-IPAddressChangeAttempt.pcap", "koyodl405", "given by the server: our dhcp.given"),
    ("dhcp hostname", "mixed/iti--EIP-IPAddressChangeAttempt.pcap", "conlgxeip", "given by the server: our dhcp.given"),
    ("dhcp vendor_class", "it/dhcp/zeek--dhcp--dhcp.pcap", "arubaap", "option 60 of the server's answer"),
    ("lldp port", "it/lldp/tcpdump--lldp_mudurl.pcap", "eth0", "the port's description; its id is a MAC"),
    ("mail banner", "it/mail/zeek--pop3-unknown-commands.pcap", "mailbox locked", "the answer to a password, no greeting"),
    ("mail banner", "mixed/bruteshark--SIP_CALL_RTP_G711.pcap", "maildrop ready",
     "the answer to a password, no greeting"),
    ("snmp system", "malformed/zeek/zeek--leak_test.pcapng", "musec", "what a client wants to write, and is not done"),
    ("netbios name", "it/browser-netbios/arkime--nbns.pcap", "martin rosenau",
     "a user's name (suffix 03), which we do not keep"),
    ("netbios name", "it/smb2/bruteshark--Kerberos--v5-UDP.pcapng", "__samba__",
     "what every Samba calls itself in a status answer"),
    ("netbios name", "it/smb2/bruteshark--Kerberos--v5-UDP.pcapng", "localdc1-a",
     "registered for a loopback address, which is nobody's"),
    # A response with one Via was sent by any proxy on the way, with the far end's agent.
    ("sip agent", "it/browser-netbios/bruteshark--MagicJack-_short_call.pcap", "216.234.64.8",
     "responses to INVITE, which proxies pass on as they are"),
    ("sip agent", "it/sip-rtp/bruteshark--metasploit-sip-invite-spoof.pcap", "10.0.1.45",
     "a response to INVITE, which proxies pass on as they are"),
    # A service is told of who offers it: these requests had no answer.
    ("snmp version", "it/snmp/mercury--snmp_exposed_creds.pcap", "v2c", "one request, not answered"),
    ("snmp version", "mixed/bruteshark--SIP_CALL_RTP_G711.pcap", "v1", "three requests, not answered"),
    ("snmp", "malformed/tcpdump/tcpdump--icmp-cksum-oobr-3.pcapng", "None", "quoted in an ICMP error"),
    # What we do not read.
    ("ftp banner", "it/ftp/zeek--ipv6-multiline-reply.pcap", "http://www.jpix.ad.jp/",
     "neither one of the first eight lines nor the last"),
    ("ntlm", "threats/smb-exploit/malcolm--PrintNightmare.pcap", "192.168.1.1",
     "DCE/RPC written to and read from a named pipe, which we take for any file"),
    # Made up by software that is not what it says, or misread by tshark.
    ("ntlm os", "it/browser-netbios/zeek--raw_ntlm_in_smb.pcap", "6.1.7600",
     "OS X says so: the revision after it is 0, not 15 (MS-NLMP 2.2.2.10)"),
    ("ntlm os", "it/smb1/suricata--smb1-02--smb1_osx.pcap", "6.1.7600",
     "OS X says so: the revision after it is 0, not 15 (MS-NLMP 2.2.2.10)"),
    ("ntlm os", "it/smb2/suricata--smb2-delete--input.pcap", "6.1.7600",
     "OS X says so: the revision after it is 0, not 15 (MS-NLMP 2.2.2.10)"),
    ("smb1 os", "it/smb1/bruteshark--SMB--NTLM-cifs_SessionSetupAndX_NTLM_Plain.pcap", "= mu",
     "tshark takes the LAN manager (Unix MU) for the system"),
    ("smb1 os", "it/smb1/suricata--smb2-09-trunc-file-logging--input.pcap", "10.7.9.103",
     "a security blob that is longer than its message; tshark reads on"),
    ("smb1", "it/smb2/bruteshark--Kerberos--v5-UDP.pcapng", "",
     "written by a test library: both sides end the connection before they speak"),
    ("mail banner", "it/mail/suricata--pop3-02-bug-7709--input.pcap", "10.0.1.120",
     "in GB 2312; the truth has lost the bytes"),
    # Made up, or changed at random: another MAC with each packet of one flow.
    # Two MACs are kept for each side.
    ("hosts: mac", "it/ldap/suricata--ldap-bind--ldap.pcap", "", "another MAC with each packet"),
    ("hosts: mac", "it/ldap/suricata--ldap-modify-dn--ldap.pcap", "", "another MAC with each packet"),
    ("hosts: mac", "it/sip-rtp/suricata--sip-tcp-pattern-matching--sip.pcap", "", "another MAC with each packet"),
    ("hosts: mac", "malformed/suricata-verify/suricata--ftp-too-long-command.pcap", "", "another MAC with each packet"),
    ("hosts: mac", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "", "another MAC with one packet of a flow"),
    ("hosts: mac", "malformed/ndpi/ndpi--tls_invalid_reads.pcapng", "00:1c:bf:3d:a5:71",
     "another MAC with one packet of a flow"),
    ("hosts: mac", "it/mpls-pppoe/tcpreplay--test--test.pcap", "cc:0",
     "label switches around the frames of a pseudowire"),
    # Malformed on purpose: tshark goes on, we stop.
    ("hosts: ip", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "8011:4af7:",
     "the EtherType says IPv4 and the header version 6: neither is believed"),
    ("dhcp", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "df:e0:ed:01:6e:bd",
     "the client's MAC is changed to a group's, which is nobody's"),
    ("dhcp hostname", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "00:e0:ed:01:6e:bd",
     "given by the server: our dhcp.given"),
    ("sip agent", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "192.168.1.2", "changed bytes; other messages say it well"),
    ("sip agent", "malformed/ndpi/ndpi--fuzz-2006-06-26-2594.pcap", "212.242.33.35", "changed bytes; other messages say it well"),
    ("hosts: ip", "malformed/tcpdump/tcpdump--icmp-icmp_print-oobr-2.pcap", "1.241.1.250",
     "frame relay, a link that we do not read"),
    ("hosts: mac", "malformed/tcpdump/tcpdump--juniper_header-heapoverflow.pcap", "30:30:30:30:30:30",
     "Juniper's own header, a link that we do not read"),
    ("hosts: ip", "malformed/tcpdump/tcpdump--ipv4_invalid_length.pcap", "140.211.9.206",
     "the frame ends within the IP header (19 of 20 bytes)"),
    ("hosts: ip", "malformed/tcpdump/tcpdump--ipv6_invalid_length.pcap", "2605:bc80:3010:104::8cd3:9ce",
     "the frame ends within the IPv6 header (39 of 40 bytes)"),
    ("hosts: ip", "malformed/tcpdump/tcpdump--kday1.pcap", "c084:a291:b8aa:",
     "the EtherType says IPv4 and the header version 6: neither is believed"),
    ("http server", "malformed/ndpi/ndpi--http_invalid_server.pcap", "143.204.14.183",
     "not ASCII; the truth has lost the bytes"),
    ("tls ja3", "malformed/ndpi/ndpi--ossfuzz_seed_fake_traces_1.pcapng", "192.168.1.128",
     "made up: without a handshake, and from the lower port, which is the server's"),
    ("tls", "malformed/ndpi/ndpi--tls_invalid_reads.pcapng", "192.168.10.101",
     "a hello without a compression method, which must have one (RFC 5246, 7.4.1.2)"),
    ("tls", "malformed/ndpi/ndpi--tls_invalid_reads.pcapng", "206.33.61.113",
     "the IP header of the SYN-ACK claims 4096 bytes that are not there"),
    ("tls sni", "malformed/ndpi/ndpi--tls_invalid_reads.pcapng", "e.crashlytics.com",
     "a list of protocols that is longer than its extension: the hello is not believed"),
    # Kinds of statements about a protocol.
    ("syslog", "it/syslog/ndpi--syslog.pcap", "193.24.227.10", "the end of a tunnel; the sender is inside"),
    ("syslog", "it/syslog/ndpi--syslog.pcap", "216.66.80.30", "the end of a tunnel; the sender is inside"),
    ("syslog", "malformed/tcpdump/tcpdump--zephyr-oobr.pcap", "167.155.6.190", "its priority is no number (<W33>)"),
    ("iec104 address", "mixed/mercury--emix.pcap", "256", "only the controlling station names it: nobody answers"),
]


def excuse(kind, path, text):
    """The row of KNOWN that excuses it, or None."""
    return next((row for row in KNOWN
                 if kind.startswith(row[0]) and path == row[1] and row[2] in text), None)
