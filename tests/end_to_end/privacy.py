#!/usr/bin/env python3
"""Plants patients and looks for them everywhere.

    privacy.py ASEPSIS EXAMPLES CASES LOGS

The example captures carry made-up patients in HL7, DICOM, FHIR, ASTM, MQTT
and more; their truth files list them. The cases carry one, planted in every
protocol that could; they are written into a capture here. After reading, none
of their names, numbers or birth dates may stand in the database file (freed
pages too) or in anything the program prints or writes. That identity crossed
in clear must be known. LOGS are logs of other sensors that carry a made-up
person (Jane Roe) as user, in URIs, names of files, mail addresses and topics:
she may not stand there either.
"""

import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile


# The patient of the cases; as in tests/unit/patient_privacy_test.cpp.
PLANTED = ["planted", "mrn777", "4857773456", "19580214", "harrow^", "alice", "anytown", "donation1", "a9997131"]

# Where a protocol must be expected to be found by so few bytes.
PORTS = {"coap": 5683, "dns": 53, "intellivue": 24105, "jetdirect": 9100, "ldap": 389, "lpd": 515, "smb": 445,
         "sip": 5060, "syslog": 514, "telnet": 23, "tftp": 69, "ws-discovery": 3702}
DATAGRAMS = {"coap", "dns", "sip", "syslog", "tftp", "ws-discovery"}


def bytes_of(words):
    """The bytes of one line of a case: hexadecimal, and text in quotes; not those of files or that are lost."""
    found = b""
    for text, digits in re.findall(r'"([^"]*)"?|(\S+)', words):
        if digits in ("lost", "file"):
            break
        found += bytes.fromhex(digits) if digits else text.encode()
    return found


def case_of(folder):
    """The protocol, whether it is datagrams, and (from the client, bytes) of each step."""
    protocol, datagrams, steps = "", False, []
    for line in (folder / "stream.txt").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == "protocol":
            protocol = rest.split()[0]
            datagrams = protocol in DATAGRAMS and "tcp" not in rest.split()
        elif word in ("client", "server"):
            steps.append((word == "client", bytes_of(rest)))
    return protocol, datagrams, steps


def frame(number, client, protocol, transport):
    """Ethernet and IPv4 around it, between two hosts that no other case has."""
    ends = [bytes([10, 9, number, 1 + side]) for side in (0, 1)]
    macs = [bytes([2, 0, 0, 9, number, 1 + side]) for side in (0, 1)]
    source, target = (0, 1) if client else (1, 0)
    packet = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(transport), 0, 0, 64, protocol, 0)
    return macs[target] + macs[source] + b"\x08\0" + packet + ends[source] + ends[target] + transport


def packets_of(number, protocol, datagrams, steps):
    port = PORTS.get(protocol, 9000)
    sent = [1, 1]
    ends = lambda client: struct.pack(">HH", *((50000, port) if client else (port, 50000)))
    tcp = lambda client, flags, data: frame(number, client, 6, ends(client) + struct.pack(
        ">IIBBHHH", sent[not client], sent[client] if flags & 16 else 0, 0x50, flags, 65535, 0, 0) + data)
    if not datagrams:
        sent = [0, 0]
        yield tcp(True, 2, b"")
        sent[0] = 1
        yield tcp(False, 18, b"")
        sent[1] = 1
    for client, data in steps:
        if datagrams:
            yield frame(number, client, 17, ends(client) + struct.pack(">HH", 8 + len(data), 0) + data)
            continue
        for at in range(0, len(data), 1400):
            piece = data[at:at + 1400]
            yield tcp(client, 24, piece)
            sent[not client] += len(piece)


def write_cases(cases, capture):
    """Every case that carries the planted patient, in one capture; the protocols that do."""
    protocols = set()
    number = 0
    with open(capture, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for folder in sorted(cases.iterdir()):
            protocol, datagrams, steps = case_of(folder)
            content = b"".join(data for _, data in steps).replace(b"\0", b"").lower()
            if not any(word.encode() in content for word in PLANTED):
                continue
            number += 1
            protocols.add(protocol)
            for second, packet in enumerate(packets_of(number, protocol, datagrams, steps)):
                file.write(struct.pack("<IIII", 1_700_000_000 + second, 0, len(packet), len(packet)) + packet)
    return protocols


def identifiers(patient):
    if "words" in patient:
        yield from patient["words"]
        return
    family, given = patient["family"], patient["given"]
    yield patient["nhs"]
    yield patient["mrn"]
    yield patient["dob_iso"]
    # A family or given name alone may be a common word of the protocols.
    for between in ("^", " ", ", ", ",", "=", "_"):
        yield f"{family}{between}{given}"
        yield f"{given}{between}{family}"


def outputs(asepsis, database):
    commands = [["devices"], ["services"], ["conversations"], ["unknown"], ["query", "SELECT * FROM facts"],
                ["query", "SELECT * FROM evidence"], ["query", "SELECT * FROM sources"]]
    ids = subprocess.run([asepsis, "query", "SELECT id FROM devices", "--json", "--db", database],
                         check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    for line in ids:
        device = json.loads(line)["id"]
        commands += [["device", device], ["why", device]]
    for command in commands:
        for form in ([], ["--json"], ["--csv"]):
            run = subprocess.run([asepsis, *command, *form, "--db", database],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            yield " ".join(command + form), run.stdout


def leaks(where, content, patients):
    content = content.lower()
    for patient in patients:
        for identifier in identifiers(patient):
            if identifier.lower().encode() in content:
                yield f"{where} contains an identifier of patient {patient['id']}: {identifier}"


def read_and_search(asepsis, capture, patients):
    """What is wrong, which protocols were recognised, and which are known to carry patients."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        read = subprocess.run([asepsis, "read", str(capture), "--db", database, "--stats", "--eve",
                               database + ".eve", "--zeek-out", database + ".zeek"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        problems += leaks("asepsis read", read.stdout, patients)
        for file in pathlib.Path(folder).rglob("*"):
            if file.is_file():
                problems += leaks(file.name, file.read_bytes(), patients)
        for command, text in outputs(asepsis, database):
            problems += leaks(command, text, patients)
        known = []
        for query in ("SELECT application AS name FROM talks UNION SELECT protocol FROM facts",
                      "SELECT DISTINCT protocol AS name FROM facts WHERE claim = 'clear.patient_identity'"):
            told = subprocess.run([asepsis, "query", "--json", "--db", database, query], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
            known.append({json.loads(line).get("name") for line in told.splitlines()})
    return problems, *known


def patients_of(examples, name):
    with gzip.open(examples / f"{name}.truth.json.gz", "rt", encoding="utf-8") as file:
        return json.load(file)["patients"]


def search_examples(asepsis, examples):
    for truth_file in sorted(examples.glob("*.truth.json.gz")):
        name = truth_file.name.removesuffix(".truth.json.gz")
        patients = patients_of(examples, name)
        capture = examples / f"{name}.pcapng.zst"
        # The plant must be there, or the search proves nothing.
        raw = subprocess.run(["zstd", "-dcq", capture], check=True, stdout=subprocess.PIPE).stdout
        planted = sum(patient["nhs"].encode() in raw for patient in patients)
        if planted == 0:
            yield f"{capture.name} carries no patient: this test proves nothing"
        problems, _, carriers = read_and_search(asepsis, capture, patients)
        yield from problems
        if "hl7" not in carriers:
            yield f"{capture.name}: nobody told that patient identity crossed in clear"


def search_cases(asepsis, cases):
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "cases.pcap"
        protocols = write_cases(cases, capture)
        problems, recognised, carriers = read_and_search(asepsis, capture, [{"id": "planted", "words": PLANTED}])
    yield from problems
    # What was not recognised was not searched.
    for protocol in sorted(protocols - recognised):
        yield f"the planted {protocol} was not recognised: this test proves nothing of it"
    for carrier in sorted({"hl7", "dicom", "dicomweb", "fhir", "astm", "poct1a", "mqtt", "http", "atna"} - carriers):
        yield f"nobody told that patient identity crossed in clear by {carrier}"


PERSON = (b"roe", b"jane", b"9434765919", b"s3cret!", b"st3rictlysecret")


def names(word, content):
    # Three letters may stand in a Community ID by chance.
    return re.search(rb"(?<![a-z0-9+/=])" + word + rb"(?![a-z0-9+/=])", content.lower())


def leaks_of_logs(asepsis, logs):
    files = sorted(logs.glob("*/input.*"))
    planted = b"".join(file.read_bytes() for file in files).lower()
    for word in PERSON:
        if word not in planted:
            yield f"no log carries {word.decode()}: this test proves nothing"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        database = str(folder / "a.db")
        read = subprocess.run([asepsis, "read", *map(str, files), "--db", database, "--stats", "--eve",
                               str(folder / "eve.json"), "--zeek-out", str(folder / "zeek")], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        found = [("asepsis read", read.stdout), *outputs(asepsis, database)]
        found += [(file.name, file.read_bytes()) for file in folder.rglob("*") if file.is_file()]
        for where, content in found:
            for word in PERSON:
                if names(word, content):
                    yield f"{where} contains {word.decode()}, of a log"


def main():
    asepsis, examples, cases, logs = sys.argv[1:]
    problems = [*search_cases(asepsis, pathlib.Path(cases)), *search_examples(asepsis, pathlib.Path(examples)),
                *leaks_of_logs(asepsis, pathlib.Path(logs))]
    for problem in problems[:40]:
        print(problem)
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
