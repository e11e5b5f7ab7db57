#!/usr/bin/env python3
"""How much memory does a conversation take that goes on and says nothing now?

    flow_memory.py ASEPSIS [FLOWS]

Feeds FLOWS conversations of one kind after the other (150 000 if not told) through
a pipe that stays open, so that none has ended, and looks how much the memory of
the process grows from a third of them to all. None may take more than 256 bytes,
and a million of them (or as many as there are) no more than 512 MiB with all that
the process takes besides.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import time

from flood import host_mac, ipv4, tcp, udp

SERVER = bytes([10, 1, 8, 8])
MOST = 256  # bytes a flow
BUFFERS = 32  # bytes a flow that blocks of the reader may seem to be, where flows are few
MOST_OF_ALL = 512 << 20
PORTS = 40_000  # of a client: facts about clients are none about flows
WARM = 80_000  # packets after which the buffers between reading and understanding are as large as they get
ENOUGH = b"\x99\x98" * 300  # bytes for recognition to give up
KINDS = ("asked", "open", "datagram", "tagged datagram", "named datagram", "unknown stream", "named stream")


def handshake(client, port):
    yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 1, 0, 0x02))
    yield ipv4(host_mac(2), SERVER, client, 6, tcp(443, port, 1, 2, 0x12))
    yield ipv4(host_mac(1), client, SERVER, 6, tcp(port, 443, 2, 2, 0x10))


def tagged(frames):
    for frame in frames:
        yield frame[:12] + b"\x81\x00\x00\x07" + frame[12:]


def packets(kind, client, port):
    if kind == "tagged datagram":
        yield from tagged(packets("datagram", client, port))
    elif kind == "asked":
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


def memory_of(process):
    """What the process takes, once it has read what it was given: of its own, and in all."""
    before = -1
    while True:
        words = pathlib.Path(f"/proc/{process.pid}/status").read_text().split()
        now = int(words[words.index("RssAnon:") + 1]) << 10
        if now == before:
            return now, int(words[words.index("VmRSS:") + 1]) << 10
        before = now
        time.sleep(1)


def bytes_a_flow(asepsis, kind, flows):
    with tempfile.TemporaryDirectory() as work:
        process = subprocess.Popen([asepsis, "read", "-", "--workers", "1", "--db", f"{work}/x.db"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pipe, number, waiting = process.stdin, 0, []
        pipe.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

        def send(frames):
            nonlocal number, waiting
            for frame in frames:
                number += 1
                head = (1_800_000_000 + number // 1_000_000, number % 1_000_000, len(frame), len(frame))
                waiting.append(struct.pack("<IIII", *head) + frame)
            if len(waiting) > 4000:
                pipe.write(b"".join(waiting))
                pipe.flush()
                waiting = []

        send(ipv4(host_mac(1), SERVER, SERVER, 17, udp(7, 7, bytes(64))) for _ in range(WARM))
        taken = []
        for part in (range(flows // 3), range(flows // 3, flows)):
            for flow in part:
                send(packets(kind, struct.pack("!I", 0x0b000000 + flow // PORTS), 20_000 + flow % PORTS))
            pipe.write(b"".join(waiting))
            pipe.flush()
            waiting = []
            taken.append(memory_of(process))
        process.kill()
        process.communicate()
    return (taken[1][0] - taken[0][0]) / (flows - flows // 3), taken[1][1]


def main():
    asepsis, flows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 150_000
    if b"__asan_init" in pathlib.Path(asepsis).read_bytes():
        print("skipped: a sanitizer takes memory of its own")
        sys.exit(77)
    dear = []
    for kind in KINDS:
        taken, whole = bytes_a_flow(asepsis, kind, flows)
        print(f"{kind:15} {taken:5.0f} bytes a flow, {whole >> 20} MiB in all", flush=True)
        if taken > MOST + (BUFFERS if flows < 500_000 else 0) or whole > MOST_OF_ALL:
            dear.append(kind)
    if dear:
        sys.exit(f"FAILED: more than {MOST} bytes a flow or {MOST_OF_ALL >> 20} MiB: {', '.join(dear)}")
    print(f"{len(KINDS)} checks passed, 0 failed")


if __name__ == "__main__":
    main()
