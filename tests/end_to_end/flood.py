#!/usr/bin/env python3
"""Does a listener stay within its memory, whatever is sent, and keep the devices?

    flood.py ASEPSIS [PACKETS]

Forty devices open SSH connections, half of them before and half after floods of
PACKETS packets each (60 000 if not told): SYNs and datagrams from made-up
addresses, fragments that are never whole, a stream of one-byte segments, segments
out of order, messages that are announced large and never end, MACs that nobody
has, and a device that changes its name in each packet. The process stays within
--memory, all forty devices are there, and what was dropped is counted.
"""

import contextlib
import os
import pathlib
import random
import resource
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile

MEMORY = 160 << 20
ROUTER = b"\x02\x00\x00\x00\x00\x01"


def host_mac(number):
    return b"\x02\x11" + struct.pack("!I", number)


def ipv4(source_mac, source, target, protocol, payload, fragment=0, ident=1):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0,
                         source, target)
    return ROUTER + source_mac + b"\x08\x00" + header + payload


def tcp(source_port, target_port, sequence, acknowledgement, flags, payload=b""):
    return struct.pack("!HHIIBBHHH", source_port, target_port, sequence, acknowledgement, 0x50, flags,
                       1024, 0, 0) + payload


def udp(source_port, target_port, payload):
    return struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload


def device(number):
    """An SSH server, asked and answering."""
    ours, theirs = socket.inet_aton(f"10.1.0.{number + 1}"), socket.inet_aton("10.1.9.9")
    mac, other = host_mac(number), host_mac(99)
    banner = f"SSH-2.0-OpenSSH_9.{number}\r\n".encode()
    yield ipv4(other, theirs, ours, 6, tcp(40000, 22, 1, 0, 0x02))
    yield ipv4(mac, ours, theirs, 6, tcp(22, 40000, 1, 2, 0x12))
    yield ipv4(mac, ours, theirs, 6, tcp(22, 40000, 2, 2, 0x18, banner))
    yield ipv4(other, theirs, ours, 6, tcp(40000, 22, 2, 2 + len(banner), 0x18, b"SSH-2.0-client\r\n"))


def made_up():
    return b"\x0a" + random.randbytes(3)


def dhcp(mac, name):
    body = struct.pack("!BBBBIHH16x", 1, 1, 6, 0, 7, 0, 0) + mac + bytes(10 + 192) + b"\x63\x82\x53\x63"
    return body + b"\x35\x01\x03" + b"\x0c" + bytes([len(name)]) + name + b"\xff"


def floods(packets):
    """Each flood by itself, an endless one of its packets."""
    server = socket.inet_aton("10.1.8.8")
    everywhere = socket.inet_aton("255.255.255.255")
    for _ in range(packets):
        yield ipv4(host_mac(200), made_up(), server, 6, tcp(random.randrange(1, 65535), 22, 1, 0, 0x02))
    for _ in range(packets):
        yield ipv4(host_mac(200), made_up(), made_up(), 17,
                   udp(random.randrange(65535), random.randrange(65535), b"\x01\x02\x03\x04"))
    for number in range(packets):
        yield ipv4(host_mac(200), made_up(), server, 17, bytes(512), 0x2000, number & 0xffff)
    for number in range(packets):
        yield ipv4(host_mac(201), socket.inet_aton("10.1.7.7"), server, 6,
                   tcp(5000, 104, 10 + number, 1, 0x18, b"\x01"))
    for number in range(packets):
        yield ipv4(host_mac(201), made_up(), server, 6,
                   tcp(5000, 104, 10 + 3000 * (number % 60), 1, 0x18, bytes(1000)))
    for number in range(packets // 8):  # an HL7 message each that does not end
        source = made_up()
        for piece in range(8):
            words = b"\x0bMSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\r" if piece == 0 else b""
            yield ipv4(host_mac(202), source, server, 6,
                       tcp(6000, 2575, 1 + piece * 1300, 1, 0x18, (words + b"OBX|1|ST|" + b"x" * 1300)[:1300]))
    for _ in range(packets):
        mac, address = b"\x06" + random.randbytes(5), made_up()
        yield (b"\xff" * 6 + mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, 2) + mac + address +
               mac + address)
    mac = host_mac(203)
    for number in range(packets):
        yield ipv4(mac, bytes(4), everywhere, 17, udp(68, 67, dhcp(mac, b"name-%d" % number)))


def write_capture(path, packets):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        time = 0

        def write(frames, step):
            nonlocal time
            for frame in frames:
                time += step
                out.write(struct.pack("<IIII", 1_800_000_000 + time // 1_000_000, time % 1_000_000,
                                      len(frame), len(frame)) + frame)

        for number in range(20):
            write(device(number), 1000)
        write(floods(packets), 5)
        for number in range(20, 40):
            write(device(number), 1000)


def main():
    asepsis, packets = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60_000
    random.seed(int(os.environ.get("FLOOD_SEED", "1")))
    with tempfile.TemporaryDirectory() as work:
        capture, database = pathlib.Path(work) / "flood.pcap", pathlib.Path(work) / "flood.db"
        write_capture(capture, packets)
        done = subprocess.run([asepsis, "watch", "--replay", capture, "--speed", "0", "--db", database,
                               "--memory", str(MEMORY)], capture_output=True, text=True)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        if done.returncode != 0:
            sys.exit(f"FAILED: exits with {done.returncode}: {done.stderr}")
        with contextlib.closing(sqlite3.connect(database)) as connection:
            banners = {row[0] for row in connection.execute(
                "SELECT value FROM fact WHERE claim = 'ssh.banner'")}
            served = connection.execute(
                "SELECT count(DISTINCT device) FROM services WHERE application = 'ssh' AND state = 'seen' "
                "AND port = 22 AND device IN (SELECT device FROM facts WHERE claim = 'ssh.banner')").fetchone()[0]
            names = connection.execute("SELECT count(*) FROM fact WHERE claim = 'name.host'").fetchone()[0]
            losses = dict(connection.execute("SELECT name, count FROM loss"))
        print(f"{most >> 20} MiB of {MEMORY >> 20}; {done.stdout.strip()}; {losses}")
        # A sanitizer keeps what was freed: how much memory it takes tells nothing.
        sanitized = b"__asan_init" in pathlib.Path(asepsis).read_bytes()
        missing = {f"SSH-2.0-OpenSSH_9.{number}" for number in range(40)} - banners
        problems = [sentence for holds, sentence in (
            (most <= MEMORY or sanitized, f"{most >> 20} MiB were used of {MEMORY >> 20}"),
            (not missing, f"devices were lost: {sorted(missing)}"),
            (served >= 40, f"only {served} devices give SSH"),
            (names <= 256, f"{names} names of one device"),
            (losses.get("facts dropped", 0) > 0, "dropped facts are not counted"),
            (losses.get("fragments dropped", 0) + losses.get("datagrams never completed", 0) > 0,
             "dropped fragments are not counted"),
            (losses.get("segments out of order", 0) > 0, "segments out of order are not counted"),
        ) if not holds]
        if problems:
            sys.exit("FAILED: " + "; ".join(problems))
    print("7 checks passed, 0 failed")


if __name__ == "__main__":
    main()
