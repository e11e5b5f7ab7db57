#!/usr/bin/env python3
"""Does a listener outlive what happens to its computer: a full disk (and being killed on
it), a database that is moved away, a second listener, a clock that is set back?

    watch_troubles.py ASEPSIS EXAMPLES

A capture that is played stands for the interface. The full disk is left out where a
small file system cannot be mounted (no user namespaces).
"""

import contextlib
import os
import pathlib
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

from checked import expect, report

FACTS = ("SELECT e.mac, e.ip, e.vlan, f.claim, f.value, f.port, f.refused, f.protocol, f.equipment "
         "FROM fact f JOIN endpoint e ON e.id = f.endpoint")


def rows(database, sql=FACTS):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return set(connection.execute(sql).fetchall())


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    expect(done.returncode == 0, f"{command} exits with {done.returncode}: {done.stderr}")


def until(holds, what, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, what)
        time.sleep(0.1)


class Listener:
    def __init__(self, asepsis, capture, speed, database, said):
        self.said = said
        with open(said, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([asepsis, "watch", "--replay", capture, "--speed", str(speed), "--db",
                                             database], stdout=subprocess.DEVNULL, stderr=log)

    def text(self):
        return self.said.read_text(encoding="utf-8")

    def ended(self, status):
        self.process.wait(timeout=90)
        expect(self.process.returncode == status, f"ends with {self.process.returncode}: {self.text()}")


def size_disk(disk, size, *more):
    run("mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *more]), "none", disk)


def full_disk(asepsis, examples, work):
    """It goes on, says so once, and what it heard meanwhile is stored when there is room."""
    capture, disk = examples / "hospital.pcapng.zst", work / "disk"
    disk.mkdir()
    size_disk(disk, "1200k")
    for turn in range(2):  # the first is killed while the disk is full
        listener = Listener(asepsis, capture, 6, disk / "x.db", work / f"full{turn}")
        until(lambda: "disk is full" in listener.text(), "the disk was large enough")
        time.sleep(2)
        expect(listener.process.poll() is None, f"it ends on a full disk: {listener.text()}")
        expect(listener.text().count("level=error") <= 2, f"it repeats itself: {listener.text()}")
        if turn == 0:
            stored = rows(disk / "x.db")
            listener.process.kill()
            listener.process.wait()
            expect(rows(disk / "x.db") >= stored, "what was stored is gone")
            size_disk(disk, "1210k", "remount")
    size_disk(disk, "64m", "remount")
    until(lambda: "the database is written again" in listener.text(), f"not written again: {listener.text()}")
    listener.ended(0)
    expect(rows(disk / "x.db") == rows(work / "calm.db"), "facts of the time without room are missing")


def moved_away(asepsis, examples, work):
    """What is heard is never written where nobody finds it."""
    here, there = work / "here.db", work / "there.db"
    listener = Listener(asepsis, examples / "hospital.pcapng.zst", 10, here, work / "moved")
    until(lambda: here.exists() and rows(here, "SELECT 1 FROM sqlite_master") and rows(here), "nothing is stored")
    before = rows(here)
    here.rename(there)
    listener.ended(2)
    expect("was moved or removed" in listener.text(), f"it does not say why it ends: {listener.text()}")
    expect(rows(there) >= before, "the moved database has lost facts")
    run(asepsis, "watch", "--replay", examples / "hospital.pcapng.zst", "--speed", "0", "--db", here)
    expect(rows(here) == rows(work / "calm.db"), "the next run does not begin a new database")


def two_at_once(asepsis, examples, work):
    """Two listeners share a database, whichever of them is killed."""
    both, database = ("hospital", "four-pumps"), work / "shared.db"
    listeners = [Listener(asepsis, examples / f"{name}.pcapng.zst", 40, database, work / name) for name in both]
    time.sleep(1.5)
    listeners[0].process.send_signal(signal.SIGKILL)
    listeners[1].ended(0)
    listeners[0].process.wait()
    run(asepsis, "watch", "--replay", examples / "hospital.pcapng.zst", "--speed", "0", "--db", database)
    for name in both:
        run(asepsis, "read", examples / f"{name}.pcapng.zst", "--db", work / "two.db")
    expect(rows(database) == rows(work / "two.db"), "two listeners come to other facts than reading both")
    expect(rows(database, "SELECT count(*) FROM device") == rows(work / "two.db", "SELECT count(*) FROM device"),
           "two listeners come to other devices")


def clock_set_back(asepsis, examples, work):
    """The times of packets jump back by an hour in the middle: the same devices are there."""
    plain, database = work / "plain.pcapng", work / "back.db"
    capture = subprocess.run(["zstd", "-dcq", examples / "four-pumps.pcapng.zst"], capture_output=True, check=True)
    plain.write_bytes(set_back(capture.stdout))
    run(asepsis, "read", examples / "four-pumps.pcapng.zst", "--db", work / "straight.db")
    run(asepsis, "watch", "--replay", plain, "--speed", "0", "--db", database)
    straight = {row[1:4] for row in rows(work / "straight.db")}
    after = {row[1:4] for row in rows(database)}
    expect(len(after & straight) >= len(straight) * 0.98, f"{len(straight - after)} of {len(straight)} facts are missing")


def set_back(pcapng):
    """The second half of the packets an hour earlier; times are of 64 bits in two halves."""
    out, at, packets = bytearray(pcapng), 0, []
    while at + 12 <= len(out):
        kind, length = struct.unpack_from("<II", out, at)
        if kind == 6:
            packets.append(at)
        at += length
    high, low = struct.unpack_from("<II", out, packets[0] + 12)
    digits = 9 if (high << 32 | low) > 10 ** 17 else 6
    for packet in packets[len(packets) // 2:]:
        high, low = struct.unpack_from("<II", out, packet + 12)
        earlier = (high << 32 | low) - 3600 * 10 ** digits
        struct.pack_into("<II", out, packet + 12, earlier >> 32, earlier & 0xffffffff)
    return bytes(out)


def main():
    asepsis, examples = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    inside = ["unshare", "--user", "--map-root-user", "--mount"]
    mounts = subprocess.run(inside + ["true"], capture_output=True).returncode == 0
    if mounts and "TROUBLES_INSIDE" not in os.environ:
        os.execvpe(inside[0], inside + [sys.executable] + sys.argv, {**os.environ, "TROUBLES_INSIDE": "1"})
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        run(asepsis, "read", examples / "hospital.pcapng.zst", "--db", work / "calm.db")
        if "TROUBLES_INSIDE" in os.environ:
            try:
                full_disk(asepsis, examples, work)
            finally:
                subprocess.run(["umount", "--lazy", work / "disk"], check=False)
        moved_away(asepsis, examples, work)
        two_at_once(asepsis, examples, work)
        clock_set_back(asepsis, examples, work)
    report()


if __name__ == "__main__":
    main()
