#!/usr/bin/env python3
"""Registers and exported configurations, by the program itself.

    documents.py ASEPSIS EXAMPLES [LAB [DOCUMENTS]]

What is imported before a capture is read comes to the same as after it, and
twice to the same as once. Registers of the example hospital, written here in
many forms from its truth file, must lead to the right devices and to no other.
Planted patients, persons and secrets may stand nowhere. LAB are other captures
with their truth; DOCUMENTS are files of other kinds, on which nothing may break.
"""

import csv
import gzip
import io
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

PROBLEMS = []
MOST_SECONDS = 20  # of the processor, beside sanitizers too
SECRETS = [b"hunter2!", b"correct-horse", b"5up3rs3cr3t", b"kJ8sd72HsKq0PzL3mNvB91xQ"]
PEOPLE = [b"planted", b"9434765919", b"19580214", b"14.02.1958", b"roe.example"]


def check(good, what):
    if not good:
        PROBLEMS.append(what)


class Program:
    def __init__(self, asepsis, database):
        self.asepsis, self.database = asepsis, str(database)

    def run(self, *arguments, status=0, stdin=None):
        done = subprocess.run([self.asepsis, *map(str, arguments), "--db", self.database], input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        check(done.returncode == status,
              f"{' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-400:]!r}")
        return done

    def json(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments, "--json").stdout.splitlines()]

    def everything(self):
        """What is said, but for the hashes of secrets: each database has a key of its own."""
        said = b""
        for command in (["devices"], ["settings"], ["register"], ["drift"], ["query", "SELECT * FROM document_facts "
                         "ORDER BY device, document, claim, value"]):
            said += self.run(*command, "--json").stdout
        said = re.sub(rb"secret#[0-9a-f]+", b"secret#", said)
        return re.sub(rb'"id":\d+,', b"", said)


def test_order(asepsis, examples, folder):
    capture, documents = examples / "hospital.pcapng.zst", sorted((examples / "documents").iterdir())
    given = [*documents, "--site", "northvale", "--as-of", "2026-11-20"]
    after = Program(asepsis, folder / "after.db")
    after.run("read", capture, "--site", "northvale")
    bare = after.everything()
    after.run("import", *given)
    told = after.everything()
    check(told != bare and b"(well-known)" in told, "the documents of examples/ change nothing")
    before = Program(asepsis, folder / "before.db")
    before.run("import", *given)
    never = before.json("register", "--only", "never-heard")
    check(len(never) == 13, f"before anything is read {len(never)} rows were never heard")
    before.run("read", capture, "--site", "northvale")
    check(before.everything() == told, "import before read is not read before import")
    after.run("import", *given)
    check(after.everything() == told, "import twice is not import once")
    after.run("read", capture, "--site", "northvale")
    check(after.everything() == told, "a capture that is read again changes what documents say")
    return after


def test_example(program):
    rows = program.json("register")
    count = lambda what: sum(row["what"] == what for row in rows)
    check(count("joined") == 11 and count("never-heard") == 2, "the example register is joined otherwise")
    differ = {(row["attribute"], row["heard"], row["said"], row["row"]) for row in rows if row["what"] == "conflict"}
    check(differ == {("firmware", "4.3a", "4.2", 4), ("care_area", "ED", "Theatres", 5),
                     ("serial", "G195609656", "G000000001", 14)}, f"other differences are found: {differ}")
    check(all("packet" in row and "heard_in" in row for row in rows if row["what"] == "conflict"),
          "a difference does not say where the other value was heard")
    device = next(row["device"] for row in rows if row.get("asset_number") == "ME-2001")
    why = program.run("why", device, "care_area").stdout.decode()
    check("register.csv" in why and "line 8" in why, f"why does not name file and line: {why}")
    program.run("check")
    reasons = " ".join(row["reasoning"] for row in program.json("query", "SELECT reasoning FROM findings"))
    check("by the asset register" in reasons and "as the asset register says" in reasons,
          "ratings do not say that they rest on the register")
    contradicted = program.json("query", "SELECT * FROM said_and_seen WHERE differ = 1")
    check({row["seen_setting"] for row in contradicted} == {"telnet"}, "what is said is not held against what is seen")
    for form in ("--json", "--csv", None):
        for command in (["register"], ["devices"], ["settings"]):
            text = program.run(*command, *([form] if form else [])).stdout
            check(b"\x1b" not in text and text, f"{command} {form} prints nothing, or an escape")
    refused = program.run("query", "SELECT * FROM sealing_key", status=2)
    check(b"only read" in refused.stderr, "the key of secrets can be read")


COLUMNS = {
    "en": ["Asset No", "Manufacturer", "Model", "Serial Number", "MAC Address", "Host name", "Ward"],
    "de": ["Inventar-Nr.", "Hersteller", "Modell", "Seriennummer", "MAC-Adresse", "Rechnername", "Bereich"],
    "fr": ["N° inventaire", "Fabricant", "Modèle", "N° de série", "Adresse MAC", "Nom d'hôte", "Unité de soins"],
    "es": ["Número de inventario", "Fabricante", "Modelo", "Número de serie", "Dirección MAC", "Nombre de host",
           "Unidad"],
}
FORMS = [("en", ",", "utf-8"), ("de", ";", "cp1252"), ("fr", "\t", "utf-16"), ("es", "|", "utf-8-sig")]


def write_register(hosts, language, delimiter, encoding, keep):
    """`keep`: which of serial, mac and name its rows say."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(COLUMNS[language])
    for number, host in enumerate(hosts):
        writer.writerow([f"Ä-{number}", host["manufacturer"], host["model"],
                         host["serial"] if "serial" in keep else "",
                         host["mac"].upper().replace(":", "-") if "mac" in keep else "",
                         host["name"] if "name" in keep else "", "Intensiv é"])
    return out.getvalue().encode(encoding)


def test_forms(asepsis, capture, truth_file, folder):
    opened = gzip.open if truth_file.suffix == ".gz" else open
    with opened(truth_file, "rt", encoding="utf-8") as file:
        hosts = [host for host in json.load(file)["hosts"] if host.get("mac") and host["position"] == "inside"]
    name = capture.parent.name + "-" + capture.name.split(".")[0]
    program = Program(asepsis, folder / f"{name}.db")
    program.run("read", capture)
    devices = {mac: row["id"] for row in program.json("devices") for mac in row.get("mac", [])}
    equipment = [host for host in hosts if host["medical"] and host.get("serial")]
    for (language, delimiter, encoding), keep in zip(FORMS, (("serial",), ("mac",), ("name",), ("serial", "mac", "name"))):
        file = folder / f"{name}-{language}.csv"
        file.write_bytes(write_register(equipment, language, delimiter, encoding, keep))
        program.run("import", file, "--name", "assets", "--as-of", "2026-01-01")
        rows = program.json("query", "SELECT asset_number, device, care_area FROM register_rows")
        check(len(rows) == len(equipment), f"{file.name}: {len(rows)} rows of {len(equipment)}")
        check(all(row["care_area"] == "Intensiv é" for row in rows), f"{file.name}: letters are lost")
        right = wrong = 0
        for row in rows:
            host = equipment[int(row["asset_number"].split("-")[1])]
            if "device" in row:
                own = devices.get(host["mac"])
                right += row["device"] == own
                wrong += own is not None and row["device"] != own
        heard = sum(host["mac"] in devices for host in equipment)
        check(wrong == 0, f"{file.name}: {wrong} rows lead to another device")
        # Not every device says its serial number or its name.
        least = heard if "mac" in keep else heard // 3 if "serial" in keep else 0
        check(right >= least, f"{file.name}: {right} of {heard} are joined")


def test_drift(asepsis, examples, folder):
    program = Program(asepsis, folder / "drift.db")
    program.run("read", examples / "four-pumps.pcapng.zst")
    cohort = program.json("drift", "Agilia VP MC")[0]
    alike = max((variant["devices"] for variant in cohort["variants"]), key=len)
    check(len(alike) >= 2, "no two pumps of the example are alike")
    for number, device in enumerate(alike[:2]):
        (folder / "alarms.ini").write_text(f"[alarm]\nlimit = {5 + number}\nvolume = 3\nserial = own-{number}\n")
        program.run("import", folder / "alarms.ini", "--device", device, "--as-of", "2026-01-01")
    after = program.json("drift", "Agilia VP MC")[0]
    names = [one["setting"] for one in after["separating"]]
    check(after["at_least"] == cohort["at_least"] + 1, "two that differ in an export alone are still one variant")
    check("export.alarm.limit" in names and "export.alarm.volume" not in names and "export.alarm.serial" not in names,
          f"other settings separate them: {names}")


def test_findings(asepsis, examples, folder):
    """Once checks were asked, what is imported changes findings at once; what is said is set against what is seen."""
    program = Program(asepsis, folder / "findings.db")
    program.run("read", examples / "hospital.pcapng.zst")
    device = program.json("query", "SELECT server AS device FROM talks JOIN devices ON devices.id = server WHERE "
                          "application = 'telnet' AND state = 'seen' AND class <> 'external' LIMIT 1")[0]["device"]

    def said(value, day):
        (folder / "telnet.json").write_text(json.dumps({"services": {"telnet": value}}), encoding="utf-8")
        program.run("import", folder / "telnet.json", "--device", device, "--as-of", day)
        return [f for f in program.json("findings", "--all") if f["check"] == "clinical.not-as-configured"]

    check(not said("on", "2026-01-01"), "findings come before any check was asked")
    program.run("check")
    behind = b"asepsis check asks again"
    check(behind not in program.run("findings").stdout, "findings are behind right after a check")
    found = said("off", "2026-01-02")
    check(len(found) == 1 and found[0]["device"] == device and found[0]["state"] == "open",
          f"telnet is said to be off and seen to be on: {found}")
    check(behind in program.run("findings").stdout, "it is not said that checks of the estate wait")
    if found:
        rows = [e for e in found[0]["evidence"] if e.get("row") == 1 and e["source"].endswith("telnet.json")]
        check(len(rows) == 1 and "packet" not in rows[0] and "off" in rows[0]["text"], f"no row of the document: {found}")
        check(any("packet" in e and "row" not in e for e in found[0]["evidence"]), "no packet in which it was seen")
        told = program.run("why", found[0]["id"]).stdout
        check(b"telnet.json" in told and b"said by its export" in told, f"why does not show what is said: {told!r}")
    check([f["id"] for f in said("off", "2026-01-03")] == [f["id"] for f in found], "the same again is another finding")
    check([f["state"] for f in said("on", "2026-01-04")] == ["gone"], "it stays when the export agrees")
    before = sorted(f["id"] for f in program.json("findings"))
    program.run("check")
    check(sorted(f["id"] for f in program.json("findings")) == before, "a check of everything finds others than an import")


def plant(folder):
    (folder / "plant.csv").write_bytes(
        b"Asset,Serial,Patient,NHS No,Engineer,Date of birth,Ward\n"
        b"A1,S-1,PLANTED^JANE,9434765919,Planted,14.02.1958,\x1b[31mICU\n"
        b"A2,S-2,\"PLANTED, J\",9434765919,roe.example,19580214,ED,planted\n"
        b"A3,,PLANTED,9434765919,,not a date,\n")
    (folder / "plant.json").write_text(json.dumps({
        "serial": "S-1", "password": "hunter2!", "wifi": {"psk": "correct-horse"}, "x": {"blob": "kJ8sd72HsKq0PzL3mNvB91xQ"},
        "patient": {"name": "PLANTED", "nhs": "9434765919"}, "users": [{"name": "roe.example", "pass": "hunter2!"}],
        "currentPatientId": "PLANTED", "patients": [{"dob": "19580214"}], "url": "http://u:hunter2!@h/", "mode": "a"}))
    (folder / "plant.xml").write_text(
        "<c><serial>S-2</serial><param name='adminPassword' value='5up3rs3cr3t'/><snmp community='hunter2!'/>"
        "<patient><name>PLANTED</name></patient><users><user name='roe.example'/></users><mode>b</mode></c>")
    (folder / "plant.ini").write_text(
        "[device]\nserial=S-3\n[radius]\nsecret = 5up3rs3cr3t\nmode = 1\nsysContact = roe.example\n"
        "[patient]\nname = PLANTED\ndob = 19580214\nbroken line hunter2!\n")


def test_plant(asepsis, folder):
    plant(folder)
    files = sorted(folder.glob("plant.*"))
    planted = b"".join(file.read_bytes() for file in files).lower()
    for word in SECRETS + PEOPLE:
        check(word.lower() in planted, f"{word!r} is not planted: this test proves nothing")
    program = Program(asepsis, folder / "searched.db")
    outputs = []
    for form in ([], ["--json"], ["--show-mapping"]):
        for file in files:
            done = subprocess.run([asepsis, "import", file, "--as-of", "2026-01-01", "--db", program.database, *form],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            outputs.append((f"import {file.name} {form}", done.stdout + done.stderr))
            check(done.returncode == 0, f"import {file.name} {form} fails: {done.stderr!r}")
    for command in (["register"], ["devices"], ["settings"], ["query", "SELECT * FROM document_facts"],
                    ["query", "SELECT * FROM register_rows"], ["query", "SELECT * FROM documents"]):
        for form in ([], ["--json"], ["--csv"]):
            outputs.append((" ".join(command + form), program.run(*command, *form).stdout))
    for file in folder.glob("searched.db*"):
        outputs.append((file.name, file.read_bytes()))
    for where, content in outputs:
        for word in SECRETS + PEOPLE:
            check(word.lower() not in content.lower(), f"{where} holds {word!r}")
        if not where.startswith("searched"):
            check(b"\x1b" not in content, f"{where} holds an escape sequence")
    settings = program.json("query", "SELECT claim, value FROM document_facts WHERE kind = 'export'")
    sealed = {row["value"] for row in settings if row["value"].startswith("secret#")}
    check(len(sealed) >= 4, f"only {sealed} stand for secrets")
    same = [row["value"] for row in settings if row["claim"] in ("export.password", "export.snmp.community")]
    check(len(same) == 2 and same[0] == same[1], "the same password on two devices cannot be seen to be")


def test_refusals(asepsis, folder):
    program = Program(asepsis, folder / "refusals.db")

    def write(name, content):
        (folder / name).write_bytes(content)
        return folder / name

    good = write("good.csv", b"Asset,Serial\nA1,S-1\n")
    for file, says in ((write("binary.bin", bytes(range(256)) * 4), b"no text"), (folder / "absent.csv", b"cannot be opened"),
                       (write("nobody.json", b'{"mode": "a"}'), b"--device"),
                       (write("headless.csv", b"Asset,Serial\n"), b"nothing of"), (write("empty.csv", b""), b"is empty")):
        done = program.run("import", file, status=2)
        check(says in done.stderr, f"{file.name}: {done.stderr!r}")
    done = program.run("import", folder / "absent.csv", good, status=2)
    check(b"1 new" in done.stdout, "what could be taken of the other files is not")
    bill = write("bill.json", b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:1"}')
    done = program.run("import", bill, write("other.csv", b"Asset,Serial\nA8,S-8\n"), status=2)
    check(b"1 new" in done.stdout and b"bill of materials (CycloneDX)" in done.stderr and b"stored" in done.stderr,
          f"a bill of materials is not told: {done.stdout!r} {done.stderr!r}")
    check(b"urn:uuid:1" not in program.everything(), "the number of a bill of materials is a serial number")
    for secrets, says in (("", b"setting\n"), ("psk = hunter2!\n", b"; of 1 secret only a keyed hash is kept\n"),
                          ("psk = hunter2!\nkey = hunter3!\n", b"; of 2 secrets only a keyed hash is kept\n")):
        done = program.run("import", write(f"pump{len(secrets)}.ini", f"{secrets}serial = P-{len(secrets)}\n".encode()))
        first = done.stdout.splitlines(keepends=True)[0]
        check(first.endswith(says) and (b"secret" in first) == bool(secrets), f"secrets are told as {first!r}")
    partly = write("partly.csv", b"Asset,Serial,MAC\nA1,S-1,nonsense\n,,\nA2,S-2,00:11:22:33:44:55,x,y\nA3,S-3,\n")
    done = program.run("import", partly)
    check(done.stderr.count(b"partly.csv: line ") == 2, f"wrong rows are not said: {done.stderr!r}")
    told = [json.loads(line) for line in program.run("import", partly, "--json").stdout.splitlines()]
    check([(row.get("line"), row.get("column")) for row in told[:2]] == [(2, "MAC"), (4, None)], f"{told}")
    for wrong in (["--map", "Serial"], ["--map", "Nothing=serial"], ["--map", "Serial=colour"], ["--dates", "backwards"],
                  ["--as-of", "yesterday"], ["--device", "d-0000000000"]):
        program.run("import", good, *wrong, status=2)
    done = program.run("import", "-", "--name", "piped", stdin=b"Asset,Serial\nA7,S-7\n")
    check(b"'piped'" in done.stdout, "a register cannot come through a pipe")
    program.run("import", good, "--as-of", "2026-02-01", "--name", "dated")
    write("good.csv", b"Asset,Serial\nA1,S-2\n")
    done = program.run("import", good, "--as-of", "2026-01-01", "--name", "dated", status=2)
    check(b"older" in done.stderr, "an older version replaces a newer one")


def test_large(asepsis, folder):
    """Much of anything takes time as it is long, and no more: seconds of the processor, not minutes."""
    (folder / "long.csv").write_text("Asset,Serial,Model\n" + "".join(
        f"A{i},S-{i},{'m' * 200}\n" for i in range(60_000)), encoding="ascii")
    (folder / "wide.ini").write_text("serial = S-1\n" + "".join(f"[s{i}]\nk = {i}\n" for i in range(49_000)),
                                     encoding="ascii")
    (folder / "line.csv").write_bytes(b"Asset,Serial\n" + b"x" * 12_000_000 + b",S-1\nA2,S-2\n")
    for file in ("long.csv", "wide.ini", "line.csv"):
        done = subprocess.run([asepsis, "import", folder / file, "--db", folder / f"large-{file}.db"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS)))
        check(done.returncode == 0, f"{file} ended with {done.returncode}: {done.stderr[:300]!r}")


def test_real(asepsis, documents):
    for kind in ("bom", "csaf/cisa-icsma", "fhir", "hl7v2/messages", "mds2", "mud", "sdc", "vex/openvex", "cve", "dicom/files"):
        files = [str(file) for file in sorted((documents / kind).rglob("*"))
                 if file.suffix in (".json", ".xml", ".xsd", ".hl7", ".csv", ".spdx")]
        if not files:
            continue
        done = subprocess.run([asepsis, "import", "--show-mapping", *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False, timeout=60)
        told = done.stderr.count(b"does not read yet")
        check(done.returncode == 2 and told == len(files), f"{kind}: of {len(files)} documents {told} are told")
    files = [file for kind in ("lab", "mds2", "sdc/mdib", "mud", "fhir/point-of-care-devices", "bom/medical-device", "kev")
             for file in sorted((documents / kind).rglob("*")) if file.is_file()]
    for file in files:
        done = subprocess.run([asepsis, "import", "--show-mapping", file], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=60)
        check(done.returncode in (0, 2), f"{file} ended with {done.returncode}")
        check(b"\x1b" not in done.stdout + done.stderr, f"{file} brings an escape sequence to the terminal")


def main():
    asepsis, examples = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        test_example(test_order(asepsis, examples, folder))
        test_forms(asepsis, examples / "hospital.pcapng.zst", examples / "hospital.truth.json.gz", folder)
        test_drift(asepsis, examples, folder)
        test_findings(asepsis, examples, folder)
        test_plant(asepsis, folder)
        test_refusals(asepsis, folder)
        test_large(asepsis, folder)
        lab = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else folder / "none"
        for truth in sorted(lab.glob("*/truth.json*")):
            capture = next(truth.parent.glob("*.pcap*"), None)
            if capture:
                test_forms(asepsis, capture, truth, folder)
        if len(sys.argv) > 4 and pathlib.Path(sys.argv[4]).is_dir():
            test_real(asepsis, pathlib.Path(sys.argv[4]))
    for problem in PROBLEMS[:40]:
        print(problem)
    print(f"{0 if PROBLEMS else 1} passed, {1 if PROBLEMS else 0} failed")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
