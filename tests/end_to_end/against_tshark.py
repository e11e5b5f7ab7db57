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
import subprocess
import sys
import tempfile
import time

from tshark_differences import KNOWN, excuse
from tshark_statements import KINDS, Record, plain

LARGEST, SLOWEST = 10_000_000, 60  # bytes of a capture, seconds for all
SUFFICIENT = 0.99
MISSES_SHOWN = 6


class Heard:
    """What asepsis says of one capture."""

    def __init__(self):
        self.facts = collections.defaultdict(set)  # address or None: {(claim, value)}
        self.addresses = set()
        self.vlans = set()
        self.talks = set()  # (server, application)
        self.speakers = set()  # (client or server, application)
        self.listeners = set()  # (server, port) of TCP


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
        for row in query(asepsis, database, "SELECT DISTINCT e.vlan, s.name AS source FROM (SELECT endpoint, source"
                         " FROM fact UNION SELECT client, source FROM talk UNION SELECT server, source FROM talk) h"
                         " JOIN endpoint e ON e.id = h.endpoint JOIN source s ON s.id = h.source"):
            heard[row["source"]].vlans.add(row["vlan"])
        # Copies of a conversation are not among the talks; who sent them was heard.
        for row in query(asepsis, database, "SELECT e.mac, e.ip, s.name AS source FROM talk t"
                         " JOIN endpoint e ON e.id IN (t.client, t.server) JOIN source s ON s.id = t.source"):
            heard[row["source"]].addresses.update((row["mac"], row["ip"]))
        for row in query(asepsis, database, "SELECT name FROM sources"):
            heard[row["name"]].read = True
    return heard


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
