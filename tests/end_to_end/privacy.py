#!/usr/bin/env python3
"""Plants patients and looks for them everywhere.

    privacy.py ASEPSIS EXAMPLES LOGS

The example captures carry made-up patients in HL7, DICOM, FHIR, ASTM, MQTT
and more; their truth files list them. After reading, none of their names,
numbers or birth dates may stand in the database file (freed pages too) or in
anything the program prints or writes. That identity crossed in clear must be
known. LOGS are logs of other sensors that carry a made-up person (Jane Roe) as
user, in URIs, names of files, mail addresses and topics: she may not stand
there either.
"""

import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def identifiers(patient):
    family, given = patient["family"], patient["given"]
    yield patient["nhs"]
    yield patient["mrn"]
    yield patient["dob_iso"]
    # A family or given name alone may be a common word of the protocols.
    for between in ("^", " ", ", ", ",", "=", "_"):
        yield f"{family}{between}{given}"
        yield f"{given}{between}{family}"


def outputs(asepsis, database):
    commands = [["devices"], ["services"], ["conversations"], ["unknown"],
                ["query", "SELECT * FROM facts"],
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
    asepsis, examples, logs = sys.argv[1:]
    examples = pathlib.Path(examples)
    problems = list(leaks_of_logs(asepsis, pathlib.Path(logs)))
    for truth_file in sorted(examples.glob("*.truth.json.gz")):
        with gzip.open(truth_file, "rt", encoding="utf-8") as file:
            patients = json.load(file)["patients"]
        capture = examples / truth_file.name.replace(".truth.json.gz", ".pcapng.zst")
        # The plant must be there, or the search proves nothing.
        raw = subprocess.run(["zstd", "-dcq", capture], check=True, stdout=subprocess.PIPE).stdout
        planted = sum(patient["nhs"].encode() in raw for patient in patients)
        if planted == 0:
            problems.append(f"{capture.name} carries no patient: this test proves nothing")
        with tempfile.TemporaryDirectory() as folder:
            database = str(pathlib.Path(folder) / "a.db")
            read = subprocess.run([asepsis, "read", str(capture), "--db", database, "--stats", "--eve",
                                   database + ".eve", "--zeek-out", database + ".zeek"], check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            problems += leaks("asepsis read", read.stdout, patients)
            for file in pathlib.Path(folder).rglob("*"):
                if file.is_dir():
                    continue
                problems += leaks(file.name, file.read_bytes(), patients)
            for command, text in outputs(asepsis, database):
                problems += leaks(command, text, patients)
            told = subprocess.run([asepsis, "query", "--json", "--db", database,
                                   "SELECT DISTINCT protocol FROM facts WHERE claim = 'clear.patient_identity'"],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout
            if '"hl7"' not in told:
                problems.append(f"{capture.name}: nobody told that patient identity crossed in clear")
    for problem in problems[:40]:
        print(problem)
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
