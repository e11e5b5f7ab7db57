#!/usr/bin/env python3
"""Holds the facts against what tshark said of the same captures.

    against_tshark.py ASEPSIS CAPTURES [--all]

CAPTURES holds captures and, for CAPTURES/<path>, truth/<path>.json made with
tshark; where the folder is not there nothing is tested. Every statement that
our vocabulary covers must be a fact about the same address; of each kind, 99
of 100 must be found. --all prints every miss, not the first few.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from tshark_differences import KNOWN, excuse

LARGEST, SLOWEST = 10_000_000, 60  # bytes of a capture, seconds for all
SUFFICIENT = 0.99
MISSES_SHOWN = 6


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
        self.speakers = set()  # (client or server, application)
        self.listeners = set()  # (server, port) of TCP


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
        for row in query(asepsis, database, "SELECT client_ip, server_ip, application, transport, port, source"
                         " FROM talks"):
            one = heard[row["source"]]
            one.talks.add((row["server_ip"], row["application"]))
            one.speakers.update({(row["client_ip"], row["application"]), (row["server_ip"], row["application"])})
            if row["transport"] == "tcp":
                one.listeners.add((row["server_ip"], row["port"]))
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


def says_of(address, claim, word):
    """That a fact with the claim begins with the word."""
    return (lambda heard: any(claim == other and said.split(" ")[0] == word
                              for other, said in heard.facts.get(address, ())), f"{address} {claim} = {word} ...")


def known(address):
    return lambda heard: address in heard.addresses, f"{address} known"


def talked(address, what):
    return lambda heard: (address, what) in heard.talks, f"{address} serves {what}"


def speaks(address, what):
    return lambda heard: (address, what) in heard.speakers, f"{address} speaks {what}"


def listens(address, port):
    return lambda heard: (address, port) in heard.listeners, f"{address} listens on {port}"


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
    for listener in truth.get("tcp_listeners", []):
        yield ("tcp listener", *listens(listener["ip"], listener["port"]))
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
    for smb in truth.get("smb1_dialects_offered", []):
        for dialect in smb["dialects"]:
            yield ("smb1 dialects", *says(smb["client"], "smb.offers", dialect))
    for ticket in truth.get("kerberos", []):
        if ticket["realm"]:
            yield ("kerberos realm", *says(None, "kerberos.realm", ticket["realm"]))
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
    for dhcp in truth.get("dhcpv6", []):
        if dhcp["message"] in (1, 3, 4, 5, 6, 8, 11):  # of a client: RFC 8415, 7.3
            yield ("dhcpv6 duid", *says(dhcp["source"], "dhcp.client_id", dhcp["duid"]))
            if dhcp.get("client_domain"):
                yield ("dhcpv6 name", *says(dhcp["source"], "name.host", dhcp["client_domain"]))
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
    for key, who, what in (("ws_discovery", "ip", "ws-discovery"), ("tftp_files", "client", "tftp")):
        for sender in truth.get(key, []):
            yield (what, *speaks(sender[who], what))
    for sender in truth.get("syslog_hosts", []):
        yield ("syslog", *speaks(sender, "syslog"))
    for login in truth.get("cleartext_credentials", []):
        protocol = {"pop": "pop3"}.get(login["protocol"], login["protocol"].split(" ")[0])
        anonymous = str(login["username"]).split(" ")[0].lower() in ("anonymous", "ftp")
        if login["password"] and not anonymous:
            yield ("clear credentials", *says_of(login["server"], "clear.credentials", protocol))
    for server in truth.get("ntp_servers", []):
        yield ("ntp server", *talked(server, "ntp"))
    for record in truth.get("mdns_records", []):
        if record["type"] in (1, 28) and re.fullmatch(r"[^.]+[.]local", record["name"]):
            yield ("mdns name", *says(record["ip"], "name.host", record["name"].removesuffix(".local")))


def industrial_statements(truth):
    for device in truth.get("bacnet_i_am", []):
        who = device["ip"] or device["mac"]
        if device["instance"] != 4194303:  # none: clause 12.11
            yield ("bacnet instance", *says(who, "bacnet.instance", device["instance"]))
        yield ("bacnet vendor", *says(who, "bacnet.vendor", device["vendor_id"]))
    for device in truth.get("bacnet_names", []):
        if device["object_type"] == 8 and device["properties"] == ["object-name"]:
            yield ("bacnet name", *says(device["ip"] or device["mac"], "bacnet.object", device["strings"][0]))
    for device in truth.get("enip_identity", []):
        yield ("enip product", *says(device["ip"], "enip.product", "device.model", device["name"]))
        yield ("enip serial", *says(device["ip"], "device.serial", device["serial"].removeprefix("0x")))
    for endpoint in truth.get("opcua_endpoints", []):
        yield ("opcua endpoint", *says(None, "opcua.endpoint", endpoint))
    for device in truth.get("s7_identity", []):
        for name, claims in (("name_0002", ("device.description", "device.model")),
                             ("serialn_0005", ("device.serial",))):
            if device.get(name):
                yield ("s7 identity", *says(device["ip"], *claims, device[name]))
    for station in truth.get("iec104_asdu", []):
        yield ("iec104 address", *says(None, "iec104.address", station["asdu"]))
    for link in truth.get("dnp3_links", []):
        yield ("dnp3 address", *says(None, "dnp3.address", link["source"]))
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
