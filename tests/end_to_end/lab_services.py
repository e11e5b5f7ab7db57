#!/usr/bin/env python3
"""Holds the services of lab captures against what the lab says is true.

    lab_services.py ASEPSIS FOLDER [FOLDER ...]

Folders as in against_truth.py. Every service that the capture shows is found,
by the right name and with the right protection; so are the TLS versions that
were chosen, every weakness, every default credential that was used and every
conversation in which patients crossed in clear. Of these nothing is claimed
that the truth does not say, and no device gives a service that it has not.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from against_truth import pairs_in, read_truth

# What we call the lab's applications, where it is not the same.
OURS = {
    "ai-http": {"http"}, "ai-https": {"https"}, "dicom-tls": {"dicom"}, "fhir-http": {"fhir"},
    "fhir-https": {"https"}, "hl7-mllp": {"hl7"}, "http": {"http", "dicomweb"}, "ldaps": {"ldap"}, "mqtts": {"mqtt"},
    "hl7-mllp-tls": {"hl7", "tls"},  # no port is its own
}
PROTECTION = {"ssh": {"ssh"}, "rdp": {"clear", "tls"}, "postgresql": {"clear", "tls"}}
# Connections and answers that are part of a service, and what a host may send
# besides to whoever listens.
BESIDES = {"ftp-data", "mdns", "ssdp", "ws-discovery"}

# The fact by which a weakness is known: claim and value; none: the service itself.
WEAKNESSES = {
    "default-credentials": ("credentials.default", None),
    "expired-certificate": ("tls.weakness", "certificate expired"),
    "http-basic-cleartext": ("clear.credentials", "http Basic"),
    "ldap-cleartext-bind": ("clear.credentials", "ldap simple bind"),
    "rdp-standard-security": ("rdp.security", "rdp"),
    "self-signed-certificate": ("tls.self_signed", "yes"),
    "shared-factory-certificate": ("tls.certificate", None),
    "smb-guest-share": ("smb.guest", "guest"),
    "smb1": ("smb.dialect", "NT LANMAN 1.0"),
    "snmp-public": ("snmp.community", "public"),
    "tls1.0": ("tls.version", "TLS 1.0"),
    "vnc-no-auth": ("vnc.security", "none"),
}
# Facts that would be wrong of a service without the weakness. (A certificate
# may be signed by itself and yet no weakness: a factory's is.)
ACCUSATIONS = {
    ("credentials.default", None): {"default-credentials", "snmp-public"},
    ("tls.weakness", "certificate expired"): {"expired-certificate"},
    ("clear.credentials", "http Basic"): {"http-basic-cleartext"},
    ("rdp.security", "rdp"): {"rdp-standard-security"},
    ("smb.guest", None): {"smb-guest-share"},
    ("smb.dialect", "NT LANMAN 1.0"): {"smb1"},
    ("snmp.community", None): {"snmp-public"},
    ("tls.version", "TLS 1.0"): {"tls1.0"},
    ("tls.version", "TLS 1.1"): set(),
    ("vnc.security", "none"): {"vnc-no-auth"},
}


class Heard:
    """What asepsis says of one capture."""

    def __init__(self, asepsis, capture):
        with tempfile.TemporaryDirectory() as folder:
            self.asepsis, self.database = asepsis, str(pathlib.Path(folder) / "a.db")
            subprocess.run([asepsis, "read", capture, "--db", self.database], check=True, stdout=subprocess.DEVNULL)
            self.device = {}  # by address
            for row in self.query("SELECT device, mac, ip FROM addresses"):
                for address in (row.get("mac"), row.get("ip")):
                    self.device.setdefault(address, row["device"])
            self.services = list(self.query("SELECT * FROM services WHERE state = 'seen'"))
            self.facts = {}  # (address, port or None): {(claim, value)}
            for row in self.query("SELECT mac, ip, port, claim, value FROM facts WHERE state = 'seen'"):
                for address in (row.get("mac"), row.get("ip")):
                    self.facts.setdefault((address, row.get("port")), set()).add((row["claim"], row["value"]))
            self.talks = {(row.get("client_ip"), row.get("server_ip"), row["port"])
                          for row in self.query("SELECT client_ip, server_ip, port FROM talks")}

    def query(self, sql):
        run = subprocess.run([self.asepsis, "query", "--json", "--db", self.database, sql], check=True,
                             stdout=subprocess.PIPE, text=True)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def says(self, address, port, claim, value=None):
        return any(claim == said and value in (None, word) for said, word in self.facts.get((address, port), ()))

    def values(self, address, port, claim):
        return {word for said, word in self.facts.get((address, port), ()) if said == claim}


def announced(service):
    """LLDP and CDP: frames, so no service of a port."""
    return service["proto"] == "eth"


def check_service(heard, host, service, patients):
    ip, port, app = host["ip"], service["port"], service["app"]
    rows = [row for row in heard.services
            if row["device"] == heard.device.get(ip) and (row["transport"], row["port"]) == (service["proto"], port)]
    names = {row.get("application") for row in rows}
    if names - {None} == set() or not names <= OURS.get(app, {app}):
        yield f"is called {names}"
    protection = PROTECTION.get(app, {"tls"} if service["tls"] else {"clear"})
    if not {row["security"] for row in rows} <= protection:
        yield f"protection is {[row['security'] for row in rows]}"
    versions = {re.sub(r"TLSv(\d)$", r"TLSv\1.0", text).replace("TLSv", "TLS ") for text in service["tls_seen"]}
    if heard.values(ip, port, "tls.version") != versions:
        yield f"speaks {heard.values(ip, port, 'tls.version')}, not {versions}"
    yield from check_weaknesses(heard, ip, service)
    if patients != heard.says(ip, port, "clear.patient_identity"):
        yield f"patients in clear: {patients}"


def check_weaknesses(heard, ip, service):
    port, weaknesses = service["port"], set(service["weaknesses"])
    for weakness in weaknesses & set(WEAKNESSES):
        # From TLS 1.3 on certificates are not seen.
        if "certificate" in weakness and service["tls_seen"] == ["TLSv1.3"]:
            continue
        if not heard.says(ip, port, *WEAKNESSES[weakness]):
            yield f"{weakness} was not found"
    for accusation, needs in ACCUSATIONS.items():
        if heard.says(ip, port, *accusation) and not needs & weaknesses:
            yield f"is said to have {accusation}"
    known = service.get("credentials") or {}
    # A pair that no list has is not repeated: it might be a secret of the site.
    planted = {f"{known.get('user')}/{known.get('password')}", "a password that everybody tries first",
               "password same as user name"}
    if "default-credentials" in weaknesses and not planted & heard.values(ip, port, "credentials.default"):
        yield f"default credential {known.get('user')} was not found"


def in_clear(truth):
    """Address and port of the servers to which patients crossed in clear."""
    return {(talk["ip"], talk["port"]) for host in truth["hosts"] for talk in host["talks_to"]
            if talk["observed"] and talk["patient_data_in_clear"]}


def compare(truth, heard):
    problems, count = [], 0
    patients = in_clear(truth)
    given = set()
    for host in truth["hosts"]:
        for service in host["services"]:
            given.add((heard.device.get(host["ip"]), service["proto"], service["port"]))
            if not service["observed"]:
                continue
            count += 1
            name = f"{host['name']} {service['app']}/{service['port']}"
            if announced(service):
                if not any(claim.startswith(service["app"] + ".") for address, port in heard.facts
                           if address in (host["mac"], *host["other_macs"])
                           for claim, _ in heard.facts[address, port]):
                    problems.append(f"{name} was not heard")
                continue
            wrong = check_service(heard, host, service, (host["ip"], service["port"]) in patients)
            problems += [f"{name} {text}" for text in wrong]
        problems += [f"{host['name']} does not talk to {talk['host']} {talk['app']}/{talk['port']}"
                     for talk in host["talks_to"]
                     if talk["observed"] and talk["app"] != "dhcp"
                     and (host["ip"], talk["ip"], talk["port"]) not in heard.talks]
    relays = {heard.device.get(host["ip"]) for host in truth["hosts"] if host["role"] == "switch"}
    for row in heard.services:
        relayed = row["device"] in relays and row.get("application") == "dhcp"
        if not relayed and row.get("application") not in BESIDES \
                and (row["device"], row["transport"], row["port"]) not in given:
            problems.append(f"invented: {json.dumps(row)[:200]}")
    return count, problems


def main():
    asepsis, *folders = sys.argv[1:]
    passed = failed = 0
    for capture, truth in (pair for folder in folders for pair in pairs_in(pathlib.Path(folder))):
        count, problems = compare(read_truth(truth), Heard(asepsis, capture))
        print(f"{capture.parent.name}/{capture.name}: {count} services")
        for problem in problems:
            print(f"  {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
