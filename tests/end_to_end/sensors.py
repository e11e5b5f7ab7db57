#!/usr/bin/env python3
"""Other sensors' logs in, ours out.

    sensors.py ASEPSIS LOGS EXAMPLES

LOGS holds tests/logs, EXAMPLES the example captures. A folder of logs is read,
twice and mixed with a capture, compressed and from standard input; a wrong file
gets a sentence with its line. What --eve and --zeek-out write is well-formed,
the same every time, and reads back as the same conversations.
"""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROBLEMS = []


def check(holds, what):
    if not holds:
        PROBLEMS.append(what)


def run(*command, stdin=None, status=0):
    done = subprocess.run(list(map(str, command)), input=stdin, capture_output=True, check=False)
    check(done.returncode == status, f"{' '.join(map(str, command[1:]))} ended with {done.returncode}: {done.stderr}")
    return done


def rows(asepsis, database, sql):
    out = run(asepsis, "query", "--json", "--db", database, sql).stdout.decode()
    return [json.loads(line) for line in out.splitlines()]


DEVICES = "SELECT id, ip, mac, name, class FROM devices ORDER BY id"


def read_folder(asepsis, logs, examples, folder):
    mixed = folder / "mixed"
    mixed.mkdir()
    for case in ("zeek-conn", "zeek-dhcp", "zeek-ssl"):
        shutil.copy(logs / case / "input.log", mixed / f"{case[5:]}.log")
    shutil.copy(logs / "zeek-x509" / "input.log", mixed / "x509.log")
    with gzip.open(mixed / "eve.json.gz", "wb") as file:
        file.write((logs / "eve-flow" / "input.json").read_bytes())
    (mixed / "notes.json").write_text('{"nothing": "of ours"}\n')
    one, two = folder / "one.db", folder / "two.db"
    said = run(asepsis, "read", mixed, "--db", one).stdout.decode()
    check("lines of 5 logs; " in said and "captur" not in said, f"a folder of logs: {said!r}")
    first = rows(asepsis, one, DEVICES)
    check(any('"10.0.3.7"' in row["ip"] and "pump-17" in row["name"] for row in first), f"no pump: {first}")
    said = run(asepsis, "read", mixed, "--db", one).stdout.decode()
    check("(5 known already)" in said and rows(asepsis, one, DEVICES) == first, f"read twice: {said!r}")
    capture = next(iter(sorted(examples.glob("*.pcapng.zst"))))
    shutil.copy(capture, mixed / "ward.pcapng.zst")
    said = run(asepsis, "read", mixed, "--db", one).stdout.decode()
    check("of 1 capture, " in said and "of 5 logs (5 known already)" in said, f"mixed: {said!r}")
    run(asepsis, "read", *sorted(mixed.glob("*.*g*"), reverse=True), "--db", two)
    check(rows(asepsis, one, DEVICES) == rows(asepsis, two, DEVICES), "order matters")
    certificates = rows(asepsis, one, "SELECT packet, source FROM facts WHERE claim = 'tls.key' AND ip = '10.0.3.1'"
                                      " AND source LIKE '%x509.log'")
    check([row["packet"] for row in certificates] == [9], f"certificates: {certificates}")
    return mixed


def read_forms(asepsis, logs, folder):
    log = logs / "eve-events" / "input.json"
    databases = [folder / f"form{i}.db" for i in range(4)]
    run(asepsis, "read", log, "--db", databases[0])
    run(asepsis, "read", "-", "--db", databases[1], stdin=log.read_bytes())
    run(asepsis, "read", "-", "--db", databases[2], stdin=gzip.compress(log.read_bytes()))
    packed = folder / "eve.zst"
    run("zstd", "-q", log, "-o", packed)
    run(asepsis, "read", packed, "--db", databases[3])
    facts = [rows(asepsis, db, "SELECT ip, claim, value, packet FROM facts ORDER BY 1, 2, 3, 4") for db in databases]
    check(facts[0] and all(one == facts[0] for one in facts), "the form of a log matters")


def refuse(asepsis, logs, folder):
    for name, content, sentence in (
            ("some.log", "#separator \\x09\n#path\tconn\n#fields\tts\tuid\nrubbish\n", "some.log line 4 is no event of a log"),
            ("some.json", '{"event_type": 1}\n', "some.json line 1 is no event of a log"),
            ("letter.txt", "To whom it may concern\n", 'letter.txt is not a capture: it begins with the text "To whom')):
        file = folder / name
        file.write_text(content)
        done = run(asepsis, "read", file, "--db", folder / "no.db", status=2)
        check(sentence in done.stderr.decode(), f"{name}: {done.stderr}")
    done = run(asepsis, "read", logs / "zeek-conn" / "input.log", "--filter", "tcp", "--db", folder / "no.db", status=2)
    check("is a log: --filter is for packets" in done.stderr.decode(), f"--filter: {done.stderr}")
    done = run(asepsis, "read", logs / "eve-hostile" / "input.json", "--stats", "--db", folder / "no.db")
    check("log lines malformed" in done.stderr.decode(), f"--stats: {done.stderr}")


def write_ours(asepsis, mixed, folder):
    eve, zeek = folder / "ours.json", folder / "ours"
    database = folder / "ours.db"
    run(asepsis, "read", mixed, "--db", database, "--eve", eve, "--zeek-out", zeek)
    kinds = set()
    for line in eve.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        kinds.add(event["event_type"])
        check(event["timestamp"].endswith("+0000"), f"a time: {line}")
        if event["event_type"] == "asepsis_fact":
            check({"claim", "value", "source", "packet"} <= event["asepsis_fact"].keys(), f"a fact: {line}")
        elif event["proto"] == "TCP":
            check(event["community_id"].startswith("1:"), f"a conversation: {line}")
    check(kinds == {"flow", "asepsis_fact"}, f"events: {kinds}")
    for log in zeek.iterdir():
        lines = log.read_text(encoding="utf-8").splitlines()
        heading = next(line for line in lines if line.startswith("#fields"))
        columns = heading.count("\t")
        check(all(line.count("\t") == columns - 1 for line in lines if not line.startswith("#")), f"{log.name}: columns")
        check(len(lines) > 8, f"{log.name} is empty")
    again = run(asepsis, "read", mixed, "--db", folder / "again.db", "--eve", "-").stdout
    check(again == eve.read_bytes(), "--eve - is not the same again")
    # A capture's conversations, as a log and read again, are the same.
    database, back = folder / "forth.db", folder / "back.db"
    run(asepsis, "read", mixed / "ward.pcapng.zst", "--db", database, "--zeek-out", zeek)
    run(asepsis, "read", zeek / "conn.log", "--db", back)
    sums = ("SELECT ip_protocol, port, sum(client_packets) AS asked, sum(server_bytes) AS answered FROM talks"
            " WHERE ip_protocol IN (6, 17) GROUP BY 1, 2 ORDER BY 1, 2")
    check(rows(asepsis, back, sums) == rows(asepsis, database, sums), "conn.log reads back as something else")
    done = run(asepsis, "read", mixed, "--db", database, "--eve", folder / "no" / "way", status=2)
    check("cannot be written" in done.stderr.decode(), f"--eve: {done.stderr}")


def main():
    asepsis, logs, examples = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        mixed = read_folder(asepsis, logs, examples, folder)
        read_forms(asepsis, logs, folder)
        refuse(asepsis, logs, folder)
        write_ours(asepsis, mixed, folder)
    for problem in PROBLEMS[:40]:
        print(problem)
    print(f"{0 if PROBLEMS else 1} passed, {1 if PROBLEMS else 0} failed")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
