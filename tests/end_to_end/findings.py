#!/usr/bin/env python3
"""Holds the findings of lab captures against what was planted there.

    findings.py ASEPSIS FOLDER [FOLDER ...]

A folder holds NAME.pcapng.zst with NAME.truth.json.gz, or NAME/capture.pcapng
with NAME/truth.json; one that is not there is passed over.

Every weakness of a service or a conversation that was planted and can be seen
is found at its host; what is found at a host was planted there, or is told of
in ALSO_TRUE; a hardened scenario (no problems) has nothing above rating 2.
Checking again gives the same findings; each names evidence that is there.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from against_truth import addresses, pairs_in, read_truth  # noqa: E402

# A planted weakness, and the checks of which one must find it.
FINDS = {
    "telnet": ["clinical.telnet"],
    "default-credentials": ["clinical.default-credentials"],
    "cleartext-credentials": ["virtual-ward.hub-login-clear", "clinical.credentials-clear"],
    "ftp-cleartext": ["clinical.ftp-clear"],
    "http-cleartext-ui": ["clinical.http-clear"],
    "http-basic-cleartext": ["clinical.http-credentials-clear"],
    "snmp-public": ["clinical.snmp-community"],
    "snmp-v1": ["clinical.snmp-old"],
    "smb1": ["clinical.smb1"],
    "smb-guest-share": ["clinical.smb-guest"],
    "tls1.0": ["clinical.tls-old"],
    "expired-certificate": ["clinical.certificate-expired"],
    "self-signed-certificate": ["clinical.certificate-self-signed"],
    "shared-factory-certificate": ["clinical.certificate-shared"],
    "hl7-cleartext-phi": ["clinical.hl7-clear", "clinical.patient-identity-sent-clear"],
    "dicom-cleartext-phi": ["imaging.dicom-clear", "clinical.patient-identity-sent-clear",
                            "clinical.patient-identity-outside"],
    "dicomweb-cleartext-phi": ["imaging.dicomweb-clear", "clinical.patient-identity-sent-clear"],
    "astm-cleartext-phi": ["laboratory.astm-clear", "clinical.patient-identity-sent-clear"],
    "poct1a-cleartext-phi": ["laboratory.poct1a-clear", "clinical.patient-identity-sent-clear"],
    "sdc-cleartext-phi": ["monitoring.sdc-clear"],
    "intellivue-cleartext-phi": ["monitoring.intellivue-clear"],
    "fhir-cleartext-phi": ["virtual-ward.fhir-clear", "clinical.patient-identity-outside"],
    "mqtt-cleartext": ["virtual-ward.mqtt-clear"],
    "mqtt-cleartext-phi": ["virtual-ward.mqtt-patients-clear", "clinical.patient-identity-sent-clear"],
    "phi-to-external-cleartext": ["clinical.patient-identity-outside"],
    "db-cleartext-phi": ["software.database-clear"],
    "modbus-no-auth": ["laboratory.fridge-open", "estate.modbus-open"],
    "bacnet-no-auth": ["estate.bacnet-open", "laboratory.fridge-open"],
    "ldap-cleartext-bind": ["computers.ldap-bind-clear"],
    "vnc-no-auth": ["clinical.vnc-open"],
    "rdp-standard-security": ["computers.rdp-weak"],
    "tftp": ["clinical.tftp"],
    "ipp-cleartext": ["estate.printer-jobs-clear"],
    "syslog-cleartext": ["clinical.syslog-clear"],
    "dicom-store-to-external": ["imaging.archive-to-outside"],
    "ai-service-leak": ["software.ai-fed-in-clear"],
}
# Planted, and told by other parts of the program (drift, incidents).
ELSEWHERE = {"config-divergence", "dns-beacon", "port-scan", "smb-password-guessing", "mass-file-change",
             "bulk-upload", "service-stopped"}
# What else follows from a planted weakness, at either end of it.
FOLLOWS = {
    "telnet": ["clinical.credentials-clear"],
    "ftp-cleartext": ["clinical.credentials-clear", "infusion.file-service", "laboratory.analyser-serves-files",
                      "imaging.modality-serves-files"],
    "smb1": ["infusion.file-service", "laboratory.analyser-serves-files", 
             "imaging.modality-serves-files"],
    "smb-guest-share": ["infusion.file-service", "laboratory.analyser-serves-files"],
    "expired-certificate": ["clinical.certificate-self-signed"],
    "shared-factory-certificate": ["clinical.certificate-self-signed"],
    "http-basic-cleartext": ["clinical.http-clear"],
    "self-signed-certificate": ["computers.rdp-without-nla"],
    "mqtt-cleartext": ["clinical.credentials-clear"],
    "cleartext-credentials": ["clinical.credentials-clear"],
    "vnc-no-auth": ["imaging.modality-screen-shared", "laboratory.analyser-screen-shared"],
    "bacnet-no-auth": ["estate.bacnet-written"],
    "modbus-no-auth": ["estate.modbus-written"],
    "hl7-cleartext-phi": ["infusion.orders-clear", "monitoring.results-changeable", "monitoring.alarms-clear",
                          "laboratory.results-changeable", "software.orders-changeable"],
    "astm-cleartext-phi": ["laboratory.results-changeable", "software.orders-changeable"],
    "poct1a-cleartext-phi": ["laboratory.results-changeable", "software.orders-changeable"],
    "dicom-cleartext-phi": ["imaging.tls-not-used", "imaging.archive-to-outside"],
    "dicom-store-to-external": ["clinical.internet-direct"],
    "phi-to-external-cleartext": ["imaging.archive-to-outside", "clinical.internet-direct", "software.ai-fed-in-clear"],
    "sdc-cleartext-phi": ["monitoring.announced-in-clear", "clinical.patient-identity-clear",
                          "clinical.patient-identity-sent-clear"],
    "db-cleartext-phi": ["clinical.patient-identity-clear", "clinical.patient-identity-sent-clear"],
    "intellivue-cleartext-phi": ["clinical.patient-identity-sent-clear"],
}


def lines(asepsis, *arguments):
    out = subprocess.run([asepsis, *arguments, "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def findings_of(asepsis, capture):
    """Devices and findings; checked twice, which must not make a difference."""
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        subprocess.run([asepsis, "read", capture, "--db", database], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([asepsis, "check", "--db", database], check=True, stdout=subprocess.DEVNULL)
        once = lines(asepsis, "findings", "--db", database)
        subprocess.run([asepsis, "check", "--db", database], check=True, stdout=subprocess.DEVNULL)
        twice = lines(asepsis, "findings", "--db", database)
        assert once == twice, "checking again changed the findings"
        for finding in once[:3]:
            subprocess.run([asepsis, "why", finding["id"], "--db", database], check=True, stdout=subprocess.DEVNULL)
        return lines(asepsis, "devices", "--db", database), once


def devices_of(host, devices):
    macs, ips = addresses(host)
    outside = host["position"] == "outside"
    return {d["id"] for d in devices if (set(d.get("ip", [])) & ips if outside else set(d.get("mac", [])) & macs)}


def weakness_of(problem):
    return problem["kind"].split(":")[-1]


# What only a certificate shows, which TLS 1.3 encrypts.
IN_CERTIFICATE = {"self-signed-certificate", "expired-certificate", "shared-factory-certificate"}


def encrypted(problem, truth):
    services = [s for h in truth["hosts"] if h["name"] in problem["hosts"] for s in h["services"]
                if s["port"] == problem.get("port")]
    return weakness_of(problem) in IN_CERTIFICATE and all(s.get("tls_seen") == ["TLSv1.3"] for s in services)


def missing(truth, found, at):
    """Planted and seen, but not found at any of its hosts."""
    for problem in truth["problems"]:
        weakness = weakness_of(problem)
        if weakness in ELSEWHERE or not problem["observed"] or encrypted(problem, truth):
            continue
        hosts = problem["hosts"] if weakness in FINDS else []
        # The accountable end of a conversation is one of ours; both are looked at.
        if not any(check in found.get(device, ()) for check in FINDS.get(weakness, [])
                   for host in hosts for device in at[host]):
            yield f"missed: {problem['kind']} at {', '.join(problem['hosts'])}"


def invented(truth, findings, at):
    """Found at a device where nothing of the kind was planted."""
    allowed = {}
    for problem in truth["problems"]:
        weakness = weakness_of(problem)
        for host in problem["hosts"]:
            for device in at[host]:
                allowed.setdefault(device, set()).update(FINDS.get(weakness, []) + FOLLOWS.get(weakness, []))
    for finding in findings:
        if finding["check"] not in allowed.get(finding["device"], ()):
            yield f"not planted: {finding['rating']} {finding['check']} at {finding['device']}: {finding['detail']}"


def malformed(findings):
    for finding in findings:
        for key in ("id", "check", "device", "rating", "state", "cwe", "owner_role", "detail", "first_seen",
                    "last_seen", "evidence"):
            if not finding.get(key):
                yield f"{finding.get('id')} has no {key}"
        for evidence in finding.get("evidence", []):
            if not (evidence["source"] and evidence["packet"] > 0 and evidence["time"] and evidence["text"]):
                yield f"{finding['id']} has evidence that leads nowhere: {evidence}"
    if len({f["id"] for f in findings}) != len(findings):
        yield "an id stands twice"


def compare(capture, truth, devices, findings):
    at = {host["name"]: devices_of(host, devices) for host in truth["hosts"]}
    found = {}
    for finding in findings:
        found.setdefault(finding["device"], set()).add(finding["check"])
    problems = [*missing(truth, found, at), *invented(truth, findings, at), *malformed(findings)]
    if not truth["problems"]:
        problems += [f"above 2 in a hardened place: {f['check']}" for f in findings if f["rating"] > 2]
    planted = [p for p in truth["problems"] if p["observed"] and weakness_of(p) not in ELSEWHERE]
    print(f"{capture}: {len(planted)} planted, {len(findings)} findings")
    return problems


def main():
    asepsis, *folders = sys.argv[1:]
    passed = failed = 0
    for capture, truth in (pair for folder in folders for pair in pairs_in(pathlib.Path(folder))):
        devices, findings = findings_of(asepsis, capture)
        problems = compare(f"{capture.parent.name}/{capture.name}", read_truth(truth), devices, findings)
        for problem in problems:
            print(f"  {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
