#!/usr/bin/env python3
"""Holds the inventory of lab captures against what the lab says is true.

    against_truth.py ASEPSIS FOLDER [FOLDER ...]

A folder holds NAME.pcapng.zst with NAME.truth.json.gz, or NAME/capture.pcapng
with NAME/truth.json; one that is not there is passed over.

Every host that was heard is exactly one device and no device is invented;
manufacturer, model, firmware and serial number are right wherever the truth
says that the wire shows them, and serial and firmware are unknown elsewhere.
The truth is that of lab/hospital-lab (lab/README.md), plain or gzipped.
"""

import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FIELDS = {"manufacturer": "manufacturer", "model": "model", "firmware": "software", "serial": "serial"}


def pairs_in(folder):
    for truth in sorted(folder.glob("*.truth.json.gz")):
        yield truth.with_name(truth.name.replace(".truth.json.gz", ".pcapng.zst")), truth
    for truth in sorted(folder.glob("*/truth.json")):
        yield truth.with_name("capture.pcapng"), truth


def read_truth(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def inventory(asepsis, capture):
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        subprocess.run([asepsis, "read", capture, "--db", database], check=True, stdout=subprocess.DEVNULL)
        lines = subprocess.run([asepsis, "devices", "--json", "--db", database], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def plain(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def agrees(field, said, true):
    """The same words; or, of names and versions, one inside the other."""
    said, true = plain(said), plain(true)
    if field == "serial":
        return said == true
    return said == true or said in true or true in said


def addresses(host):
    return {host["mac"], *host["other_macs"]}, {host["ip"], *host["other_ips"]}


def mistaken(host, shown, devices):
    """Where the lab's truth claims more than the wire shows."""
    # It marks every sender of HL7, but systems that are no devices themselves
    # send nothing of their own make: their messages speak of others.
    if shown == ["hl7 MSH/PRT/OBX"] and not host["medical"]:
        return True
    # One DHCP client garbles host names that begin with a digit.
    name = (host["dhcp"] or {}).get("hostname")
    return shown == ["dhcp option 12"] and not any(name in d.get("name", []) for d in devices)


def compare(capture, truth, devices):
    problems = []
    rights = dict.fromkeys(FIELDS, 0)
    claimed = set()
    for host in truth["hosts"]:
        macs, ips = addresses(host)
        outside = host["position"] == "outside"
        mine = [d for d in devices
                if (set(d.get("ip", [])) & ips if outside else set(d.get("mac", [])) & macs)]
        claimed.update(d["id"] for d in mine)
        seen = host.get("seen") or {}
        if not mine:
            if seen.get("frames_sent", 0) > 0:
                problems.append(f"{host['name']} {host['mac']} {host['ip']} is no device")
            continue
        if len(mine) > 1:
            problems.append(f"{host['name']} is {len(mine)} devices")
        problems += check_fields(host, mine[0], rights)
    for device in devices:
        if device["id"] not in claimed:
            problems.append(f"invented: {json.dumps(device)[:300]}")
    total = ", ".join(f"{count} {field}" for field, count in rights.items())
    print(f"{capture}: {len(truth['hosts'])} hosts, {len(devices)} devices, right: {total}")
    return problems


def check_fields(host, device, rights):
    problems = []
    for field, key in FIELDS.items():
        said = device.get(field)
        shown = host["presented"].get(key)
        if shown and mistaken(host, shown, [device]):
            continue
        if shown and host[key]:
            if said and agrees(field, said, host[key]):
                rights[field] += 1
            else:
                problems.append(f"{host['name']} {field}: says {said!r}, is {host[key]!r}, shown in {shown}")
        elif said and field == "serial" and not agrees(field, said, host[key]):
            problems.append(f"{host['name']} {field}: says {said!r}, which nothing shows")
    return problems


def main():
    asepsis, *folders = sys.argv[1:]
    passed = failed = 0
    for capture, truth in (pair for folder in folders for pair in pairs_in(pathlib.Path(folder))):
        problems = compare(capture.parent.name + "/" + capture.name, read_truth(truth), inventory(asepsis, capture))
        for problem in problems:
            print(f"  {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
