"""What tshark's truth files state, as tests of what asepsis heard.

A statement is its kind, a function that says whether it was found, and its
text. Only what our vocabulary covers is stated.
"""

import re


class Record(dict):
    """A JSON object; what is not there is None."""

    def __missing__(self, key):
        return None


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def plain(text):
    return re.sub(r"[\s\x00-\x1f]+", " ", unescape(str(text))).strip().lower()


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


def holds(address, claim, part):
    """That a fact with the claim holds the text."""
    return (lambda heard: any(claim == other and plain(part) in said for other, said in heard.facts.get(address, ())),
            f"{address} {claim} holds {part}")


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
    for ip in filter(unicast, truth.get("inner_ips", [])):
        yield ("hosts: tunnelled", *known(ip))
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
            yield from certificate_statements(certificate)


def certificate_statements(certificate):
    server = certificate["server"]
    yield ("tls certificate", *says(server, "tls.certificate", certificate["sha256"]))
    for name, claim in (("notBefore", "tls.not_before"), ("notAfter", "tls.not_after")):
        if time := re.match(r"(\d+-\d+-\d+) (\d+:\d+:\d+)", certificate[name]):  # not of years far off
            yield ("tls validity", *says(server, claim, f"{time[1]}T{time[2]}Z"))
    for name, claim in (("subject", "tls.subject"), ("issuer", "tls.issuer")):
        common = re.search(r"commonName=([^,;\\]+)", certificate[name] or "")
        if common:
            yield (f"tls {name}", *holds(server, claim, f"CN={common[1]}"))
    if certificate["rsa_bits"]:
        yield ("tls key", *says(server, "tls.key", f"rsa {certificate['rsa_bits']}"))
    for name in certificate["dns_names"] or []:
        yield ("tls name", *says(server, "tls.names", name))


def banner_statements(truth):
    for ssh in truth.get("ssh", []):
        yield ("ssh banner", *says(ssh["ip"], "ssh.banner", "ssh.client", ssh["banner"]))
    for kex in truth.get("ssh_kex", []):
        first = (kex["kex_algorithms"] or "").split(",")[0]
        if first and kex["hasshserver"]:
            yield ("ssh key exchange", *says(kex["ip"], "ssh.key_exchange", first))
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
        for number in vnc["security_types"]:
            name = {"1": "none", "2": "VNC authentication", "16": "Tight", "18": "TLS", "19": "VeNCrypt", "30": "Apple",
                    "33": "Apple", "35": "Apple", "36": "Apple"}.get(number, f"type {number}")
            yield ("vnc security", *says(vnc["ip"], "vnc.security", name))
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
        if smb["role"] == "server" and smb["signing_required"]:
            yield ("smb signing", *says(smb["ip"], "smb.signing", "required"))
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
        if ntlm.get("target"):
            yield ("ntlm target", *says(ntlm["source"], "name.domain", "name.host", ntlm["target"]))
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
        if rdp.get("selected"):
            chosen = {0: "rdp", 1: "tls", 2: "nla", 8: "nla"}.get(int(rdp["selected"], 16), rdp["selected"])
            yield ("rdp security", *says(rdp["source"], "rdp.security", chosen))
        if rdp.get("client_name"):
            yield ("rdp client", *says(rdp["source"], "name.host", rdp["client_name"]))


def management_statements(truth):
    for dhcp in truth.get("dhcp", []):
        mac = dhcp.get("mac")
        for name, claim in (("hostname", "name.host"), ("vendor_class", "dhcp.vendor_class")):
            if mac and dhcp.get(name):
                yield (f"dhcp {name}", *says(mac, claim, dhcp[name]))
        if mac and dhcp.get("fqdn"):
            yield ("dhcp fqdn", *says(mac, "name.host", dhcp["fqdn"]))
        if dhcp["message"] == 5 and mac and unicast(dhcp.get("your_ip")):
            yield ("dhcp lease", *says(mac, "address.dhcp", dhcp["your_ip"]))
        if dhcp["message"] in (2, 5) and dhcp.get("server_id"):
            yield ("dhcp server", *says(dhcp["server_id"], "dhcp.server", dhcp["server_id"]))
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
        claim = {"1.3.6.1.2.1.1.1.0": "device.description", "1.3.6.1.2.1.1.2.0": "snmp.object_id", "1.3.6.1.2.1.1.5.0": "name.host",
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
    for vlan in truth.get("vlans", []):
        yield ("vlan", lambda heard, vlan=vlan: vlan in heard.vlans, f"VLAN {vlan}")
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
        yield ("enip vendor", *says(device["ip"], "enip.vendor", int(device["vendor"], 16)))
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
        name = {1: "read-coils", 2: "read-discrete-inputs", 3: "read-holding-registers", 4: "read-input-registers",
                5: "write-single-coil", 6: "write-single-register", 15: "write-multiple-coils",
                16: "write-multiple-registers", 43: "encapsulated-interface"}.get(modbus["function"])
        if name:
            yield ("modbus function", *says(modbus["server"], "modbus.function", name))
    for service in truth.get("bacnet_services", {}):
        name = {"confirmed-12": "read-property", "confirmed-14": "read-property-multiple",
                "confirmed-15": "write-property", "unconfirmed-0": "i-am", "unconfirmed-8": "who-is"}.get(service)
        if name:
            yield ("bacnet service", *says(None, "bacnet.service", name))


def clinical_statements(truth):
    for message in truth.get("hl7", []):
        yield ("hl7 MSH-3", *says(message["source"], "hl7.application", message["MSH-3"]))
        yield ("hl7 MSH-4", *says(message["source"], "hl7.facility", message["MSH-4"]))
        yield ("hl7 MSH-5", *says(message["destination"], "hl7.application", message["MSH-5"]))
        yield ("hl7 MSH-6", *says(message["destination"], "hl7.facility", message["MSH-6"]))
        yield ("hl7 MSH-9", *says(message["source"], "hl7.sends", message["MSH-9"]))
        yield ("hl7 MSH-12", *says(None, "hl7.version", message["MSH-12"]))
        if message["MSA-1"]:
            yield ("hl7 MSA-1", *says(message["source"], "hl7.acknowledges", message["MSA-1"]))
        if message["has_PID"]:
            yield ("hl7 PID", *says(message["destination"], "clear.patient_identity", "hl7 PID"))
    for message in truth.get("dicom", []):
        yield ("dicom calling", *says(message["source"], "dicom.ae_title", message["calling_ae"]))
        for name, claim in (("implementation_class_uid", "dicom.implementation_uid"),
                            ("implementation_version", "dicom.implementation"), ("max_pdu", "dicom.max_pdu")):
            if message[name]:
                yield (f"dicom {claim[6:]}", *says(message["source"], claim, message[name]))
        for context in message["presentation_contexts"] or []:
            # By its name, or by its number if we know none.
            if uid := re.match(r"(.*) \(([0-9.]+)\)$", context["abstract_syntax"]):
                name = re.sub(r" Information Model| \(Retired\)", "", uid[1])
                found = [says(message["source"], "dicom.uses", word)[0] for word in (name, uid[2])]
                yield ("dicom context", lambda heard, found=found: any(one(heard) for one in found), f"uses {uid[0]}")
        yield ("dicom called", *says(message["destination"], "dicom.ae_title", message["called_ae"]))
    for client in truth.get("mqtt", []):
        yield ("mqtt client", *says(client["client"], "mqtt.client_id", client["client_id"]))
        how = "name and password" if client["password"] else "name only" if client["username"] else "anonymous"
        yield ("mqtt login", *says(client["broker"], "mqtt.authentication", how))


KINDS = (host_statements, tls_statements, banner_statements, windows_statements, management_statements,
         industrial_statements, clinical_statements)
