#!/usr/bin/env python3
"""Does a listener stay as it is for as long as it listens?

    soak.py ASEPSIS CAPTURE [--minutes 10] [--rate 5000] [--memory 256M] [--out FOLDER]

Plays CAPTURE over and over across a pair of virtual interfaces, in network
namespaces of its own. Every time its clients come from other ports, so that
every time there are new conversations of the same devices. Every ten seconds
it writes down how the listener is: FOLDER/samples.csv.

Fails if memory or descriptors grow once it is warm (after a quarter of the
time), if the kernel dropped a packet, if not every packet was heard, if the
database or its log grows without end, or if anything came out of the interface.
"""

import argparse
import contextlib
import csv
import os
import pathlib
import re
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import daemon
import live

EVERY = 10  # seconds
COPIES = 16  # of the capture, each with other ports of clients
EPHEMERAL = 32768
MOST_GROWTH = 0.03  # of memory, from one quarter of the time to the last
LEAST_GROWTH = 4 << 20  # less than this is how an allocator breathes
COLUMNS = ("seconds", "packets", "dropped", "memory", "anonymous", "descriptors", "threads", "database", "log",
           "devices", "facts", "conversations", "running", "derive_seconds", "processor_seconds")


def ports_at(frame):
    """Where the two ports of a frame stand; None if it has none."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    kind, at = frame[at:at + 2], at + 2
    if kind == b"\x08\x00" and len(frame) > at + 20:
        protocol, later = frame[at + 9], struct.unpack_from("!H", frame, at + 6)[0] & 0x1fff
        at += 4 * (frame[at] & 15)
    elif kind == b"\x86\xdd" and len(frame) > at + 40:
        protocol, later = frame[at + 6], 0
        at += 40
    else:
        return None
    return at if protocol in (6, 17) and not later and len(frame) >= at + 4 else None


def with_other_ports(frame, copy):
    at = ports_at(frame)
    if at is None or copy == 0:
        return frame
    ports = [port if port < EPHEMERAL else EPHEMERAL + (port + 1021 * copy) % EPHEMERAL
             for port in struct.unpack_from("!HH", frame, at)]
    return frame[:at] + struct.pack("!HH", *ports) + frame[at + 4:]


def write_copies(capture, path, work):
    plain, packets = work / "plain", work / "once.pcap"
    packed = capture.suffix == ".zst"
    plain.write_bytes(live.unpacked(capture) if packed else capture.read_bytes())
    live.run("tcprewrite", f"--infile={plain}", f"--outfile={packets}")
    data, records, at = packets.read_bytes(), [], 24
    while at + 16 <= len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        records.append((data[at:at + 16], data[at + 16:at + 16 + size]))
        at += 16 + size
    with open(path, "wb") as out:
        out.write(data[:24])
        for copy in range(COPIES):
            for head, frame in records:
                out.write(head + with_other_ports(frame, copy))


def sample(process, metrics_at, database, began):
    told = dict(re.findall(r"^asepsis_(\S+|losses_total\{.*\}) (\S+)$", daemon.ask(str(metrics_at)), re.M))
    of_process = pathlib.Path(f"/proc/{process.pid}")
    status = dict(re.findall(r"^(\w+):\s+(\d+)", (of_process / "status").read_text(), re.M))
    times = (of_process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]

    def size(path):
        return path.stat().st_size if path.exists() else 0

    return {"seconds": round(time.monotonic() - began), "packets": int(told["packets_total"]),
            "dropped": int(told.get('losses_total{what="packets dropped by the kernel"}', 0)),
            "memory": 1024 * int(status["VmRSS"]), "anonymous": 1024 * int(status["RssAnon"]),
            "descriptors": len(list((of_process / "fd").iterdir())), "threads": int(status["Threads"]),
            "database": size(database), "log": size(pathlib.Path(f"{database}-wal")),
            "devices": int(told["devices"]), "facts": int(told["facts"]),
            "conversations": int(told["conversations"]), "running": int(told["conversations_running"]),
            "derive_seconds": float(told["derive_seconds"]),
            "processor_seconds": sum(map(int, times)) / os.sysconf("SC_CLK_TCK")}


def grows(samples, column, share, least):
    """From the second quarter to the last, by more than it may."""
    quarter = max(1, len(samples) // 4)
    before = statistics.median(row[column] for row in samples[quarter:2 * quarter] or samples[:1])
    after = statistics.median(row[column] for row in samples[-quarter:])
    return after - before > max(share * before, least)


def problems(samples, memory):
    last = samples[-1]
    return [sentence for wrong, sentence in (
        (grows(samples, "anonymous", MOST_GROWTH, LEAST_GROWTH), "its memory grows"),
        (max(row["memory"] for row in samples) > memory, "it takes more than --memory"),
        (grows(samples, "descriptors", 0, 0), "its descriptors grow"),
        (grows(samples, "threads", 0, 0), "its threads grow"),
        (grows(samples, "database", MOST_GROWTH, LEAST_GROWTH), "its database grows"),
        (max(row["log"] for row in samples) > 4 * last["database"] + (16 << 20), "the log of its database grows"),
        (last["dropped"] > 0, f"the kernel dropped {last['dropped']} packets"),
        (live.received("tx0") > 0, "packets came out of the interface listened to"),
    ) if wrong]


def listen_and_play(asked, work, folder):
    """The samples, and how many packets were sent."""
    database, metrics_at, traffic = work / "soak.db", work / "metrics", work / "traffic.pcap"
    write_copies(asked.capture, traffic, work)
    process = live.listen(asked.asepsis.resolve(), database, "--metrics", metrics_at, "--memory", asked.memory,
                          "--workers", "1")
    with contextlib.suppress(PermissionError):  # as its service has it
        os.setpriority(os.PRIO_PROCESS, process.pid, -5)
    with open(folder / "log", "w") as log:  # what it says must go somewhere
        subprocess.Popen(["cat"], stdin=process.stderr, stdout=log)
    sender = subprocess.Popen(["tcpreplay", "-i", "tx0", "--loop", "0", "--pps", str(asked.rate),
                               "--preload-pcap", "--timer=nano", str(traffic)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    samples, began = [], time.monotonic()
    with open(folder / "samples.csv", "w", newline="") as out:
        table = csv.DictWriter(out, COLUMNS)
        table.writeheader()
        while (left := began + 60 * asked.minutes - time.monotonic()) > 0:
            time.sleep(min(EVERY, left))
            live.expect(process.poll() is None and sender.poll() is None, "the listener or tcpreplay ended")
            samples.append(sample(process, metrics_at, database, began))
            table.writerow(samples[-1])
            out.flush()
    sender.send_signal(signal.SIGINT)
    said = sender.communicate()[0]
    time.sleep(2)
    samples.append(sample(process, metrics_at, database, began))
    process.send_signal(signal.SIGTERM)
    live.expect(process.wait(timeout=120) == 0, "it does not end well")
    return samples, int(re.search(r"Actual: (\d+) packets", said)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("asepsis", type=pathlib.Path)
    parser.add_argument("capture", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", 10)))
    parser.add_argument("--rate", type=int, default=int(os.environ.get("SOAK_RATE", 5000)))
    parser.add_argument("--memory", default="256M")
    parser.add_argument("--out", type=pathlib.Path)
    asked = parser.parse_args()
    live.enter_namespace()
    live.make_pair("tap0", "tx0")
    with tempfile.TemporaryDirectory() as work:
        folder = asked.out or pathlib.Path(work)
        folder.mkdir(parents=True, exist_ok=True)
        samples, sent = listen_and_play(asked, pathlib.Path(work), folder)
    first, last = samples[0], samples[-1]
    wrong = problems(samples, int(asked.memory.rstrip("M")) << 20)
    if last["packets"] != sent:
        wrong.append(f"{sent} packets were sent and {last['packets']} heard")
    print(f"{last['seconds']} s, {sent} packets at {asked.rate} a second, {last['dropped']} dropped by the kernel; "
          f"memory {first['memory'] >> 20} MiB at first, {last['memory'] >> 20} at the end, "
          f"{max(row['memory'] for row in samples) >> 20} at most; descriptors {first['descriptors']} and "
          f"{last['descriptors']}; database {last['database'] >> 10} KiB; {last['devices']} devices; "
          f"{last['processor_seconds']:.0f} s of processor time")
    if wrong:
        sys.exit("FAILED: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
