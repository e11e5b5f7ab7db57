#!/usr/bin/env python3
"""Holds the facts against what tshark said of the same captures.

    against_tshark.py ASEPSIS CAPTURES [--all]

CAPTURES holds captures and, for CAPTURES/<path>, truth/<path>.json made with
tshark; where the folder is not there nothing is tested. All captures are read
in one run. Every statement of tshark that our vocabulary covers must be a fact
about the same address in the same capture; each kind of statement must be
found in at least 99 of 100 cases. --all prints every miss, not the first few.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

LARGEST = 10_000_000
SLOWEST = 60  # seconds for reading everything
SUFFICIENT = 0.99
MISSES_SHOWN = 6

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
]


class Record(dict):
    """A JSON object; what is not there is None."""

    def __missing__(self, key):
        return None


class Heard:
    """What asepsis says of one capture."""

    def __init__(self):
        self.facts = collections.defaultdict(set)  # address or None: {(claim, value)}
        self.addresses = set()
        self.talks = set()  # (server, application)


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def plain(text):
    return re.sub(r"[\s\x00-\x1f]+", " ", unescape(str(text))).strip().lower()


def query(asepsis, database, sql):
    run = subprocess.Popen([asepsis, "query", "--json", "--db", database, sql],
                           stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        yield json.loads(line, object_hook=Record)
    if run.wait() != 0:
        sys.exit(f"failed: {sql}")


def read_all(asepsis, captures):
    """{file name: Heard}"""
    heard = collections.defaultdict(Heard)
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        began = time.monotonic()
        run = subprocess.run([asepsis, "read", "--db", database, *map(str, captures)], check=False,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        took = time.monotonic() - began
        if run.returncode not in (0, 2) or took > SLOWEST:
            sys.exit(f"{run.stderr[-4000:]}\nreading ended with {run.returncode} after {took:.1f} s")
        for row in query(asepsis, database, "SELECT mac, ip, claim, value, source FROM facts"):
            one = heard[row["source"]]
            for address in (row["mac"], row["ip"], None):
                one.facts[address].add((row["claim"], plain(row["value"])))
                one.addresses.add(address)
        for row in query(asepsis, database, "SELECT server_ip, application, source FROM talks"):
            one = heard[row["source"]]
            one.talks.add((row["server_ip"], row["application"]))
        # Copies of a conversation are not among the talks; who sent them was heard.
        for row in query(asepsis, database, "SELECT e.mac, e.ip, s.name AS source FROM talk t"
                         " JOIN endpoint e ON e.id IN (t.client, t.server) JOIN source s ON s.id = t.source"):
            heard[row["source"]].addresses.update((row["mac"], row["ip"]))
        for row in query(asepsis, database, "SELECT name FROM sources"):
            heard[row["name"]].read = True
    return heard


def says(address, *claims_and_value):
    """That a fact with one of the claims and (the beginning of) the value is there."""
    *claims, value = claims_and_value
    value = plain(value)

    def found(heard):
        return any(claim in claims and (said == value or (len(said) > 12 and value.startswith(said[:60]))
                                        or (len(value) > 20 and value in said))
                   for claim, said in heard.facts.get(address, ()))

    return found, f"{address} {'|'.join(claims)} = {value}"


def known(address):
    return lambda heard: address in heard.addresses, f"{address} known"


def talked(address, what):
    return lambda heard: (address, what) in heard.talks, f"{address} serves {what}"


def unicast(address):
    if address is None or address in ("0.0.0.0", "::", "255.255.255.255", "00:00:00:00:00:00"):
        return False
    if re.fullmatch(r"(..:){5}..", address):
        return int(address[:2], 16) % 2 == 0
    if ":" in address:
        return not address.startswith("ff")
    return not 224 <= int(address.split(".")[0]) <= 255


def hex_or_text(text):
    try:
        decoded = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        return text
    shown = decoded.decode("latin-1")
    return shown if ":" not in text and shown.isprintable() and len(shown) > 3 else text


def host_statements(truth):
    for host in truth.get("hosts", []):
        if unicast(host["mac"]):
            yield ("hosts: mac", *known(host["mac"]))
        for ip in filter(unicast, host["ips"]):
            yield ("hosts: ip", *known(ip))
    for claim in truth.get("arp_claims", []):
        if unicast(claim["ip"]) and unicast(claim["mac"]):
            yield ("arp", *says(claim["mac"], "address.arp", claim["ip"]))


def tls_statements(truth):
    for hello in truth.get("tls_client_hello", []):
        if hello["ja3"]:  # SSL 2 has none
            yield ("tls ja3", *says(hello["client"], "tls.ja3", hello["ja3"]))
        if hello["sni"]:
            yield ("tls sni", *says(hello["client"], "tls.sni", hello["sni"]))
    for hello in truth.get("tls_server_hello", []):
        yield ("tls version", *says(hello["server"], "tls.version", hello["version"]))
        yield ("tls ja3s", *says(hello["server"], "tls.ja3s", hello["ja3s"]))
    for certificate in truth.get("tls_certificates", []):
        if certificate["chain_index"] == 0:
            yield ("tls certificate", *says(certificate["server"], "tls.certificate", certificate["sha256"]))


def banner_statements(truth):
    for ssh in truth.get("ssh", []):
        yield ("ssh banner", *says(ssh["ip"], "ssh.banner", "ssh.client", ssh["banner"]))
    for kex in truth.get("ssh_kex", []):
        for name, claim in (("hassh", "ssh.hassh"), ("hasshserver", "ssh.hassh_server")):
            if kex[name]:
                yield ("ssh hassh", *says(kex["ip"], claim, kex[name]))
    for http in truth.get("http_servers", []):
        yield ("http server", *says(http["ip"], "http.server", "device.description", http["server"]))
    for http in truth.get("http_user_agents", []):
        yield ("http user agent",
               *says(http["ip"], "http.user_agent", "device.description", http["user_agent"]))
    for http in truth.get("http_auth_challenges", []):
        yield ("http challenge", *says(http["ip"], "http.authentication", http["challenge"]))
    for ftp in truth.get("ftp_banners", []):
        if ftp["banner"].strip():
            yield ("ftp banner", *says(ftp["ip"], "ftp.banner", ftp["banner"]))
    for mail in truth.get("mail_banners", []):
        yield ("mail banner", *says(mail["ip"], "device.description", mail["banner"]))
    for sip in truth.get("sip_agents", []):
        yield ("sip agent", *says(sip["ip"], "device.description", sip["agent"]))
    for database in truth.get("mysql_versions", []):
        # MariaDB 10 says 5.5.5- first, for the sake of old replicas.
        version = database["version"].removeprefix("5.5.5-")
        name = "MariaDB" if "MariaDB" in version else "MySQL"
        yield ("mysql version", *says(database["ip"], "database.version", f"{name} {version}"))
    for vnc in truth.get("vnc", []):
        if vnc["server_version"]:
            version = ".".join(str(int(part)) for part in vnc["server_version"].split("."))
            yield ("vnc version", *says(vnc["ip"], "vnc.version", version))
    for telnet in truth.get("telnet", []):
        yield ("telnet", *talked(telnet["server"], "telnet"))


def windows_statements(truth):
    for smb in truth.get("smb2_dialects", []):
        claim = {"server": "smb.dialect", "client": "smb.offers"}[smb["role"]]
        for dialect in smb["dialects"]:
            # Wildcard, "ask again in SMB 2": nothing was chosen. 0x....: tshark knows no name.
            if "wildcard" in dialect or dialect.startswith("0x"):
                continue
            yield (f"smb2 {smb['role']}", *says(smb["ip"], claim, dialect))
    for smb in truth.get("smb1_native", []):
        if smb.get("os"):
            yield ("smb1 os", *says(smb["ip"], "device.os", smb["os"]))
        if smb.get("lanman"):
            yield ("smb1 lanman", *says(smb["ip"], "smb.native_lan_manager", smb["lanman"]))
    for ntlm in truth.get("ntlm", []):
        if ntlm["host"] not in (None, "NULL"):
            yield ("ntlm host", *says(ntlm["source"], "name.host", ntlm["host"]))
        if ntlm.get("dns_computer"):
            yield ("ntlm dns name", *says(ntlm["source"], "name.host", ntlm["dns_computer"]))
        if ntlm.get("os_version"):
            yield ("ntlm os", *says(ntlm["source"], "ntlm.os", ntlm["os_version"]))
    for name in truth.get("netbios_names", []):
        text = re.match(r"(.*?)<", name["name"])
        if text and text[1] and "(" in name["name"]:
            yield ("netbios name", *says(name["ip"], "name.host", "name.domain", text[1]))
    for browser in truth.get("browser_announcements", []):
        yield ("browser name", *says(browser["ip"], "name.host", "name.domain", browser["name"]))
    for rdp in truth.get("rdp", []):
        if rdp.get("client_name"):
            yield ("rdp client", *says(rdp["source"], "name.host", rdp["client_name"]))


def management_statements(truth):
    for dhcp in truth.get("dhcp", []):
        mac = dhcp.get("mac")
        for name, claim in (("hostname", "name.host"), ("vendor_class", "dhcp.vendor_class")):
            if mac and dhcp.get(name):
                yield (f"dhcp {name}", *says(mac, claim, dhcp[name]))
        if mac and dhcp.get("option_55"):
            yield ("dhcp option 55", *says(mac, "dhcp.parameters", ",".join(map(str, dhcp["option_55"]))))
    for snmp in truth.get("snmp", []):
        yield ("snmp version", *says(None, "snmp.version", snmp["version"]))
        if snmp.get("community"):
            shown = snmp["community"] if snmp["community"] in ("public", "private") else "not a well-known one"
            yield ("snmp community", *says(None, "snmp.community", shown))
    for value in truth.get("snmp_values", []):
        claim = {"1.3.6.1.2.1.1.1.0": "device.description", "1.3.6.1.2.1.1.5.0": "name.host",
                 "1.3.6.1.2.1.1.6.0": "device.location"}.get(value["oid"])
        if claim and value["value"]:
            yield ("snmp system", *says(value["ip"], claim, value["value"]))
    for lldp in truth.get("lldp", []):
        if not unicast(lldp["mac"]):
            continue
        yield ("lldp chassis", *says(lldp["mac"], "lldp.chassis", hex_or_text(lldp["chassis"])))
        for name, claim in (("port", "lldp.port"), ("system_name", "name.host"),
                            ("system_description", "device.description")):
            if lldp.get(name):
                yield (f"lldp {name}", *says(lldp["mac"], claim, lldp[name]))
        if unicast(lldp.get("management_ip")):
            yield ("lldp address", *says(lldp["mac"], "address.management", lldp["management_ip"]))
    for cdp in truth.get("cdp", []):
        for name, claims in (("device_id", ("name.host", "device.serial", "address.other_mac")),
                             ("platform", ("device.model",)), ("port", ("cdp.port",)),
                             ("software", ("device.description",)), ("native_vlan", ("cdp.vlan",))):
            if cdp.get(name):
                text = re.sub("^cisco ", "", str(cdp[name]), flags=re.IGNORECASE)
                if re.fullmatch("[0-9A-F]{12}", text):
                    text = ":".join(text[i:i + 2] for i in range(0, 12, 2))
                yield (f"cdp {name}", *says(cdp["mac"], *claims, text))
    for server in truth.get("ntp_servers", []):
        yield ("ntp server", *talked(server, "ntp"))
    for record in truth.get("mdns_records", []):
        if record["type"] in (1, 28) and re.fullmatch(r"[^.]+[.]local", record["name"]):
            yield ("mdns name", *says(record["ip"], "name.host", record["name"].removesuffix(".local")))


def industrial_statements(truth):
    for device in truth.get("bacnet_i_am", []):
        who = device["ip"] or device["mac"]
        if device["instance"] != 4194303:  # no instance (clause 12.11)
            yield ("bacnet instance", *says(who, "bacnet.instance", device["instance"]))
        yield ("bacnet vendor", *says(who, "bacnet.vendor", device["vendor_id"]))
    for device in truth.get("bacnet_names", []):
        if device["object_type"] == 8 and device["properties"] == ["object-name"]:
            yield ("bacnet name", *says(device["ip"] or device["mac"], "bacnet.object", device["strings"][0]))
    for modbus in truth.get("modbus", []):
        yield ("modbus unit", *says(modbus["server"], "modbus.unit", modbus["unit"]))


def clinical_statements(truth):
    for message in truth.get("hl7", []):
        yield ("hl7 MSH-3", *says(message["source"], "hl7.application", message["MSH-3"]))
        yield ("hl7 MSH-4", *says(message["source"], "hl7.facility", message["MSH-4"]))
    for message in truth.get("dicom", []):
        yield ("dicom calling", *says(message["source"], "dicom.ae_title", message["calling_ae"]))
        yield ("dicom called", *says(message["destination"], "dicom.ae_title", message["called_ae"]))
    for client in truth.get("mqtt", []):
        yield ("mqtt client", *says(client["client"], "mqtt.client_id", client["client_id"]))


KINDS = (host_statements, tls_statements, banner_statements, windows_statements, management_statements,
         industrial_statements, clinical_statements)


def excuse(kind, path, text):
    """The row of KNOWN that excuses it, or None."""
    return next((row for row in KNOWN
                 if kind.startswith(row[0]) and path == row[1] and row[2] in text), None)


def main():
    asepsis, captures, *options = sys.argv[1:]
    captures = pathlib.Path(captures)
    if not (captures / "truth").is_dir():
        print("no captures with truth files here: nothing tested")
        return
    truths = {}
    for file in sorted((captures / "truth").rglob("*.json")):
        truth = json.loads(file.read_text(encoding="utf-8"), object_hook=Record)
        capture = captures / truth["file"]
        if "tshark_error" not in truth and capture.is_file() and capture.stat().st_size <= LARGEST:
            truths[capture] = truth
    heard = read_all(asepsis, truths)
    # A capture with the same content as another is read once.
    by_content = {truth["sha256"]: heard[str(capture)] for capture, truth in truths.items()
                  if str(capture) in heard}
    counts = collections.defaultdict(lambda: [0, 0, 0])  # kind: found, missed, excused
    misses = collections.defaultdict(list)
    used = set()
    for capture, truth in truths.items():
        one = by_content.get(truth["sha256"]) or Heard()
        seen = set()
        for statements in KINDS:
            for kind, found, text in statements(truth):
                if (kind, text) in seen:
                    continue
                seen.add((kind, text))
                if found(one):
                    counts[kind][0] += 1
                elif row := excuse(kind, truth["file"], text):
                    counts[kind][2] += 1
                    used.add(row)
                else:
                    counts[kind][1] += 1
                    misses[kind].append(f"{truth['file']}: {text}")
    failed = False
    print(f"{len(truths)} captures\n{'kind':<20} {'found':>6} {'missed':>6} {'known':>6}")
    for kind, (found, missed, known_ones) in sorted(counts.items()):
        bad = found < SUFFICIENT * (found + missed)
        failed |= bad
        print(f"{kind:<20} {found:6} {missed:6} {known_ones:6}{'  too many missed' if bad else ''}")
    for kind, lines in sorted(misses.items()):
        shown = lines if options else lines[:MISSES_SHOWN]
        print(f"\n{kind}: {len(lines)} missed", *shown, sep="\n  ")
    for row in KNOWN:
        if row not in used:
            print("excuses nothing any more:", *row[:3])
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
