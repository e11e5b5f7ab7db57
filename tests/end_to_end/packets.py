#!/usr/bin/env python3
"""Do the packets that a listener keeps hold no patient, and are they those that are asked for?

    packets.py ASEPSIS EXAMPLES CASES

Plays the example hospitals, whose patients are known, and a capture that has one
planted in every protocol that could carry one (as privacy.py), keeps packets and
searches the files. That they are found when they are kept on purpose shows that
the search can find them.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import privacy
from checked import expect, report

ALLOWED = "I am allowed to keep what identifies patients"


def run(*command, status=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    expect(done.returncode == status, f"{command} exits with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def keep(asepsis, capture, database, *more, status=0):
    return run(asepsis, "watch", "--replay", capture, "--speed", 0, "--db", database, "--keep-packets", "16M", *more,
               status=status)


def kept_bytes(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def keep_no_patient(asepsis, work, name, capture, patients):
    database = work / f"{name}.db"
    keep(asepsis, capture, database)
    folder = work / f"{name}.db.packets"
    found = list(privacy.leaks("the packets kept of " + name, kept_bytes(folder), patients))
    expect(not found, "; ".join(found[:5]))
    losses = json.loads(run(asepsis, "status", "--json", "--db", database).splitlines()[0])["losses"]
    expect(losses.get("packets kept without what they say", 0) > 0, f"nothing was left out: {losses}")
    if name == "hospital":
        expect(losses.get("packets kept whole", 0) > 1000, f"hardly a packet was kept whole: {losses}")
    open_ones = work / f"{name}-open.db"
    keep(asepsis, capture, open_ones, "--keep-patients", ALLOWED)
    found = list(privacy.leaks(name, kept_bytes(work / f"{name}-open.db.packets"), patients))
    expect(found, f"the search finds nobody in {name} where all is kept")
    return database


def packets_of(asepsis, database, around, out, *more):
    run(asepsis, "packets", "--around", around, "--db", database, "-o", out, *more)
    expect(out.stat().st_mode & 0o777 == 0o600, "others may read what was taken out")
    again = out.with_suffix(".db")
    again.unlink(missing_ok=True)
    run(asepsis, "read", out, "--db", again)
    return json.loads(run(asepsis, "query", "SELECT sum(packets) AS packets FROM sources", "--json", "--db",
                          again))["packets"], again


def take_out(asepsis, work, database):
    out = work / "out.pcapng"
    ask = lambda sql: [json.loads(line) for line in run(asepsis, "query", sql, "--json", "--db", database).splitlines()]
    device = ask("SELECT d.id, a.ip FROM devices d JOIN addresses a ON a.device = d.id WHERE class = 'infusion-pump' "
                 "AND a.ip LIKE '10.%' ORDER BY 1, 2 LIMIT 1")[0]
    packets, again = packets_of(asepsis, database, device["id"], out)
    expect(packets > 10, f"only {packets} packets of {device}")
    heard = json.loads(run(asepsis, "query", "SELECT count(*) AS n FROM talks WHERE "
                           f"'{device['ip']}' NOT IN (client_ip, server_ip) AND client_ip IS NOT NULL", "--json", "--db", again))
    ours = len(ask(f"SELECT DISTINCT ip FROM addresses WHERE device = '{device['id']}'"))
    expect(ours > 1 or heard["n"] == 0, f"packets of others are among those of {device}")
    run(asepsis, "check", "--db", database)
    finding = ask("SELECT id FROM findings ORDER BY rating DESC, id LIMIT 1")[0]["id"]
    all_time, _ = packets_of(asepsis, database, finding, out, "--seconds", "100000")
    short, _ = packets_of(asepsis, database, finding, out, "--seconds", "1")
    expect(0 < short <= all_time, f"{short} packets within a second and {all_time} within a day of {finding}")
    fact = ask("SELECT id FROM facts WHERE claim = 'dhcp.hostname' OR claim = 'name.host' ORDER BY id LIMIT 1")[0]["id"]
    packets, _ = packets_of(asepsis, database, fact, out, "--seconds", "5")
    expect(packets > 0, f"no packets around fact {fact}")
    for nothing in ("f-0000000000000000", "d-ffffffffff", "999999999", "'; DROP TABLE fact; --"):
        run(asepsis, "packets", "--around", nothing, "--db", database, "-o", out, status=2)


def be_killed(asepsis, work, capture):
    database = work / "killed.db"
    folder = work / "killed.db.packets"
    for turn in range(4):
        process = subprocess.Popen([asepsis, "watch", "--replay", capture, "--speed", "30", "--db", database,
                                    "--keep-packets", "16M"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.8, 2.5))
        process.kill()
        process.wait()
    files = [path for path in sorted(folder.iterdir()) if path.stat().st_size]  # killed before its first packet
    expect(len(files) >= 2, f"{len(files)} files of four runs")
    for path in files:
        run(asepsis, "read", path, "--db", work / "whole.db")
    expect(sum(path.stat().st_size for path in files) > 100_000, "hardly anything was kept")


def refuse(asepsis, work, capture):
    expect("16M" in run(asepsis, "watch", "--replay", capture, "--keep-packets", "1M", "--db", work / "x.db", status=2),
           "a ring that is too small is not refused in a sentence")
    for sentence in ("yes", ALLOWED.upper(), ""):
        said = keep(asepsis, capture, work / "x.db", "--keep-patients", sentence, status=0 if sentence == "" else 2)
        expect(sentence == "" or ALLOWED in said, f"{sentence!r} is refused without the sentence: {said}")
    run(asepsis, "watch", "--replay", capture, "--db", work / "x.db", "--keep-patients", ALLOWED, status=2)


def main():
    asepsis, examples, cases = (pathlib.Path(word) for word in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        planted = work / "planted.pcap"
        privacy.write_cases(cases, planted)
        keep_no_patient(asepsis, work, "planted", planted, [{"id": "planted", "words": privacy.PLANTED}])
        for name in ("hospital", "four-pumps"):
            patients = privacy.patients_of(examples, name)
            database = keep_no_patient(asepsis, work, name, examples / f"{name}.pcapng.zst", patients)
            if name == "hospital":
                take_out(asepsis, work, database)
        be_killed(asepsis, work, examples / "hospital.pcapng.zst")
        refuse(asepsis, work, examples / "four-pumps.pcapng.zst")
    report()


if __name__ == "__main__":
    main()
