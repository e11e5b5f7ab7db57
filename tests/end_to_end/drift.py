#!/usr/bin/env python3
"""Holds drift against what the lab says is true of identical devices.

    drift.py ASEPSIS FOLDER [FOLDER ...]

Folders are those of against_truth.py. Of every set of identical devices:
devices that are configured alike are never put apart, and there are never said
to be more ways than there are. Of the pumps, which somebody visits in every
way that they offer, the groups are exactly the truth's, with what separates
them and how safe each is. Every value of a separating setting opens its
evidence.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from against_truth import addresses, pairs_in, plain, read_truth

# What sets each configuration of the lab's pumps off, and how safe it is.
PUMPS = {
    "hardened": ({"ssh", "https"}, "hardened"),
    "telnet-ftp": ({"telnet", "ftp", "credentials.clear"}, "wide open"),
    "http-snmp": ({"http", "snmp.default_community", "credentials.clear"}, "wide open"),
    "smb1-tls10": ({"smb.dialect", "smb.guest", "tls.version", "tls.weakness"}, "wide open"),
}
PROVEN = {"administration", "peer.protection"}


class Asepsis:
    def __init__(self, program, capture, folder):
        self.program = program
        self.database = str(pathlib.Path(folder) / "a.db")
        subprocess.run([program, "read", capture, "--db", self.database], check=True, stdout=subprocess.DEVNULL)

    def lines(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--json", "--db", self.database], check=True,
                              stdout=subprocess.PIPE, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


def ids_by_host(truth, devices):
    ids = {}
    for host in truth["hosts"]:
        macs, _ = addresses(host)
        for device in devices:
            if set(device.get("mac", [])) & macs:
                ids[host["name"]] = device["id"]
    return ids


def check_set(same, ids, cohorts, problems):
    """One set of identical devices; the cohort that has most of them."""
    name = f"{same['manufacturer']} {same['model']}"
    members = {ids[host] for host in same["hosts"] if host in ids}
    found = [c for c in cohorts if plain(c["model"]) == plain(same["model"]) and members & set(c["devices"])]
    if not found:
        return None
    cohort = found[0]
    known = set(cohort["devices"])
    groups = {c["group"] + str(i): {ids[h] for h in c["hosts"] if h in ids} & known
              for i, c in enumerate(same["configurations"])}
    groups = {group: devices for group, devices in groups.items() if devices}
    if known <= members and cohort["at_least"] > len(groups):
        problems.append(f"{name}: at least {cohort['at_least']} ways, but there are {len(groups)}")
    variants = [set(v["devices"]) for v in cohort["variants"]]
    for group, devices in groups.items():
        if sum(1 for variant in variants if variant & devices) > 1:
            problems.append(f"{name}: {group} is put apart")
    return cohort


def check_pumps(same, ids, cohort, faulty, problems):
    """`faulty`: hosts that have something beside what their configuration has, which may be graded worse."""
    name = f"{same['manufacturer']} {same['model']}"
    for configuration in same["configurations"]:
        members = sorted(ids[host] for host in configuration["hosts"])
        variant = next((v for v in cohort["variants"] if sorted(v["devices"]) == members), None)
        if variant is None or variant.get("assumed"):
            problems.append(f"{name}: {configuration['group']} is no variant: {cohort['variants']}")
            continue
        sets_off, grade = PUMPS[configuration["group"]]
        shown = {s["setting"] for s in cohort.get("separating", []) if variant["id"] in s["values"]}
        if not sets_off <= shown:
            problems.append(f"{name}: {configuration['group']} is not set off by {sets_off - shown}")
        if variant.get("grade") != grade and not faulty & set(configuration["hosts"]):
            problems.append(f"{name}: {configuration['group']} is graded {variant.get('grade')}")
    if cohort["at_least"] != len(same["configurations"]):
        problems.append(f"{name}: at least {cohort['at_least']}, of {len(same['configurations'])}")
    proven = {s["setting"] for s in cohort.get("separating", []) if s["proven"]}
    if same["differ"] and not PROVEN <= proven:
        problems.append(f"{name}: {PROVEN - proven} do not separate")


def check_evidence(asepsis, cohort, problems):
    opened = 0
    for separating in cohort.get("separating", []):
        for variant in cohort["variants"]:
            if variant["id"] not in separating["values"]:
                continue
            rows = [row for device in variant["devices"]
                    for row in asepsis.lines("query", "SELECT * FROM setting_evidence_rows WHERE device = "
                                             f"'{device}' AND setting = '{separating['setting']}'")]
            if not any(row.get("packet") and row.get("source") for row in rows):
                problems.append(f"{separating['setting']} of {variant['id']} rests on nothing")
            opened += 1
    first = next((s for s in cohort.get("separating", []) if s["proven"]), None)
    if first:
        variant = next(v for v in cohort["variants"] if v["id"] in first["values"])
        if not any(asepsis.lines("why", device, first["setting"]) for device in variant["devices"]):
            problems.append(f"why does not tell of {first['setting']}")
    return opened


def check_capture(program, capture, truth):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        asepsis = Asepsis(program, capture, folder)
        cohorts = asepsis.lines("drift")
        ids = ids_by_host(truth, asepsis.lines("devices"))
        faulty = {host["name"] for host in truth["hosts"] if host.get("faults")}
        sets = exact = opened = 0
        for same in truth["identical_sets"]:
            cohort = check_set(same, ids, cohorts, problems)
            if cohort is None:
                continue
            sets += 1
            complete = {ids.get(host) for host in same["hosts"]} == set(cohort["devices"])
            groups = [c["group"] for c in same["configurations"]]
            if complete and set(groups) <= set(PUMPS) and len(set(groups)) == len(groups):
                check_pumps(same, ids, cohort, faulty, problems)
                exact += 1
            opened += check_evidence(asepsis, cohort, problems)
    print(f"{capture.parent.name}/{capture.name}: {sets} sets, {exact} held exactly, {opened} values opened")
    return problems, exact


def main():
    program, *folders = sys.argv[1:]
    passed = failed = held = 0
    for capture, truth in (pair for folder in folders for pair in pairs_in(pathlib.Path(folder))):
        problems, exact = check_capture(program, capture, read_truth(truth))
        held += exact
        for problem in problems:
            print(f"  {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not held else 0


if __name__ == "__main__":
    sys.exit(main())
