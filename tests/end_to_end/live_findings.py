#!/usr/bin/env python3
"""Does a listener keep the findings of a large inventory, without being asked and without
waiting for them?

    live_findings.py ASEPSIS EXAMPLES

Devices of which nothing is known make an inventory large enough that not everything is
asked at once; packets of a capture that is played slowly keep the listener busy.
"""

import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from checked import expect, report

NOBODIES = 3000
FINDINGS = "SELECT device, \"check\", coalesce(instance, ''), rating, detail FROM findings WHERE state = 'open'"


def rows(database, sql):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return set(connection.execute(sql).fetchall())


def change(database, *statements):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    expect(done.returncode == 0, f"{command} exits with {done.returncode}: {done.stderr}")
    return done.stdout


def until(holds, what, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, what)
        time.sleep(0.2)


def listen(asepsis, examples, database, *more):
    return subprocess.Popen([asepsis, "watch", "--replay", examples / "hospital.pcapng.zst", "--speed", "1",
                             "--db", database, *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def make_large(asepsis, examples, work):
    """The inventory, and what `asepsis check` finds in it."""
    large, asked = work / "large.db", work / "asked.db"
    run(asepsis, "read", examples / "hospital.pcapng.zst", "--db", large)
    change(large, f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {NOBODIES}) "
                  "INSERT INTO device SELECT 1000000 + i, printf('d-%016x', i), 1, 'test', 0, 0, 0 FROM n",
           "PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(large, asked)
    run(asepsis, "check", "--db", asked)
    return large, asked


def main():
    asepsis, examples = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        large, asked = make_large(asepsis, examples, work)
        expected = rows(asked, FINDINGS)
        expect(len(rows(large, "SELECT id FROM device")) > NOBODIES and len(expected) > 20, "there is nothing to find")

        process = listen(asepsis, examples, large)
        until(lambda: expected <= rows(large, FINDINGS), "nobody asks the checks of a large inventory")
        until(lambda: rows(large, "SELECT behind FROM checks_asked") <= {(None,), ("estate",)},
              "the findings are not said to be up to date")
        expect(process.poll() is None, "it does not listen any more")
        process.kill()
        process.communicate()

        # Whatever went wrong before is mended at the next start: findings that are lost,
        # wrong, or of a device that is gone.
        change(large, "DELETE FROM finding WHERE id < 'f-5'",
               "UPDATE finding SET rating = 1, detail = 'another' WHERE id > 'f-a'",
               "INSERT INTO finding SELECT 'f-gone', check_id, 'd-gone', '', rating, severity, likelihood, reasoning, "
               "'open', '', owner_role, detail, first_seen, last_seen FROM finding LIMIT 1")
        process = listen(asepsis, examples, large)
        until(lambda: expected <= rows(large, FINDINGS), "findings that were lost do not come again")
        until(lambda: not rows(large, "SELECT 1 FROM finding WHERE id = 'f-gone' AND state = 'open'"),
              "a device that is gone keeps its findings")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

        # Played to its end it comes to what asking everything comes to.
        run(asepsis, "watch", "--replay", examples / "four-pumps.pcapng.zst", "--speed", "0", "--db", large)
        expect(not rows(large, "SELECT 1 FROM checks_asked WHERE behind <> ''"), "findings are behind at the end")
        found = rows(large, FINDINGS)
        run(asepsis, "check", "--db", large)
        expect(found == rows(large, FINDINGS), f"{found ^ rows(large, FINDINGS)}")
    report()


if __name__ == "__main__":
    main()
