#!/usr/bin/env python3
"""How much memory does a conversation take that goes on and says nothing now?

    flow_memory.py ASEPSIS [FLOWS]

Feeds FLOWS conversations of one kind after the other (150 000 if not told) through
a pipe that stays open, so that none has ended, and looks how much the memory of
the process grows from a third of them to all. None may take more than lets a
million of them live in 512 MiB.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import time

from flood import host_mac, ipv4, tcp, udp

SERVER = bytes([10, 1, 8, 8])
MOST = (512 << 20) // 1_000_000  # bytes a flow
ENOUGH = b"\x99\x98" * 300  # bytes for recognition to give up
KINDS = ("asked", "open", "datagram", "named datagram", "unknown stream", "named stream")


def handshake(client, port):
    yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 1, 0, 0x02))
    yield ipv4(host_mac(2), SERVER, client, 6, tcp(443, port, 1, 2, 0x12))
    yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 2, 2, 0x10))


def packets(kind, client, port):
    if kind == "asked":
        yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 1, 0, 0x02))
    elif kind == "datagram":
        yield ipv4(host_mac(1), client, SERVER, 17, udp(port, 9999, b"\x01\x02\x03\x04hello"))
    elif kind == "named datagram":
        yield ipv4(host_mac(1), client, SERVER, 17, udp(port, 123, b"\x23" + bytes(47)))
    else:
        yield from handshake(client, port)
    if kind.endswith("stream"):
        named = kind.startswith("named")
        asks, says = (b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n") if named else (ENOUGH, ENOUGH)
        yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 2, 2, 0x18, asks))
        yield ipv4(host_mac(2), SERVER, client, 6, tcp(443, port, 2, 2 + len(asks), 0x18, says))
    if kind == "named stream":  # what it agrees on is no SSH: nothing more is expected of it
        yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 13, 13, 0x18, b"\xff" * 64))
        yield ipv4(host_mac(2), SERVER, client, 6, tcp(443, port, 13, 77, 0x18, b"\xff" * 64))


def anonymous(process):
    """Of the process, once it has read what it was given."""
    before = -1
    while True:
        words = pathlib.Path(f"/proc/{process.pid}/status").read_text().split()
        now = int(words[words.index("RssAnon:") + 1]) << 10
        if now == before:
            return now
        before = now
        time.sleep(1)


def bytes_a_flow(asepsis, kind, flows):
    with tempfile.TemporaryDirectory() as work:
        process = subprocess.Popen([asepsis, "read", "-", "--workers", "1", "--db", f"{work}/x.db"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pipe, number, waiting = process.stdin, 0, []
        pipe.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

        def send(flow):
            nonlocal number, waiting
            for frame in packets(kind, struct.pack("!I", 0x0b000000 + flow // 4), 20_000 + flow % 4):
                number += 1
                head = (1_800_000_000 + number // 1_000_000, number % 1_000_000, len(frame), len(frame))
                waiting.append(struct.pack("<IIII", *head) + frame)
            if len(waiting) > 4000:
                pipe.write(b"".join(waiting))
                pipe.flush()
                waiting = []

        taken = []
        for part in (range(flows // 3), range(flows // 3, flows)):
            for flow in part:
                send(flow)
            pipe.write(b"".join(waiting))
            pipe.flush()
            waiting = []
            taken.append(anonymous(process))
        process.kill()
        process.communicate()
    return (taken[1] - taken[0]) / (flows - flows // 3)


def main():
    asepsis, flows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 150_000
    if b"__asan_init" in pathlib.Path(asepsis).read_bytes():
        print("skipped: a sanitizer takes memory of its own")
        sys.exit(77)
    dear = []
    for kind in KINDS:
        taken = bytes_a_flow(asepsis, kind, flows)
        print(f"{kind:15} {taken:5.0f} bytes a flow")
        if taken > MOST:
            dear.append(kind)
    if dear:
        sys.exit(f"FAILED: more than {MOST} bytes a flow: {', '.join(dear)}")
    print(f"{len(KINDS)} checks passed, 0 failed")


if __name__ == "__main__":
    main()
