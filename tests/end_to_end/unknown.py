#!/usr/bin/env python3
"""Many devices talk something that nobody knows: is it seen, and can it be named?

    unknown.py ASEPSIS

Makes captures of 47 devices that connect to port 9876 of one server every 30
seconds, each message with a made-up patient, and of beacons over UDP. However
many workers read them, in whatever order, cut into segments or not, the
groups are the same; a [[service]] names them; nothing of the patient is kept.
"""

import itertools
import json
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

PATIENT = b"TALBOT^OLIVIA^1948-02-01"
SERVER = "10.9.0.1"
SHAPE = "client: length be32 at 0; server: binary"


def mac(address):
    return b"\x02\x00" + socket.inet_aton(address)


def ipv4(source, target, protocol, payload):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(target))
    return mac(target) + mac(source) + b"\x08\x00" + header + payload


def connection(client, port, question, answer, segment):
    """The frames of one connection, each side's words in segments."""
    sequence = {client: 1000, SERVER: 70000}

    def frame(source, target, flags, payload=b""):
        ports = (port, 9876) if source == client else (9876, port)
        tcp = struct.pack("!HHIIBBHHH", *ports, sequence[source], sequence[target], 0x50, flags, 1024, 0, 0)
        sequence[source] += len(payload) + (1 if flags & 3 else 0)
        return ipv4(source, target, 6, tcp + payload)

    yield frame(client, SERVER, 0x02)
    yield frame(SERVER, client, 0x12)
    for source, target, words in ((client, SERVER, question), (SERVER, client, answer)):
        for at in range(0, len(words), segment):
            yield frame(source, target, 0x18, words[at:at + segment])
    yield frame(client, SERVER, 0x11)
    yield frame(SERVER, client, 0x11)


def packets(segment):
    """(time, frame) of the whole: 47 devices, six connections each, and beacons."""
    for device, turn in itertools.product(range(47), range(6)):
        client = f"10.9.1.{device + 1}"
        message = PATIENT + b"|pressure=%d" % (90 + device)
        question = struct.pack("!I", len(message)) + message
        for i, frame in enumerate(connection(client, 40000 + turn, question, b"\xaa\x55\x06", segment)):
            yield 1000 + turn * 30 + device * 0.1 + i * 0.001, frame
    for turn in range(12):
        beacon = struct.pack("!HHHH", 5000, 7777, 8 + 20, 0) + b"BEACON of device 1.."
        yield 1000 + turn * 10, ipv4("10.9.2.1", "10.9.255.255", 17, beacon)


def write(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for time, frame in frames:
            file.write(struct.pack("<IIII", int(time), round(time % 1 * 1e6), len(frame), len(frame)) + frame)


def main():
    asepsis = sys.argv[1]
    problems = []

    def expect(what, is_so):
        if not is_so:
            problems.append(what)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def run(*arguments):
            return subprocess.run([asepsis, *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True).stdout

        def rows(database, *arguments):
            lines = run(*arguments, "--json", "--db", database).splitlines()
            return [json.loads(line) for line in lines]

        whole, cut = (sorted(packets(segment)) for segment in (1400, 5))
        write(folder / "whole.pcap", whole)
        write(folder / "cut.pcap", cut)
        # Two halves, each of other devices: sensors at two places.
        halves = [[p for p in whole if (p[1][29] % 2, p[1][33] % 2)[p[1][26:30] == socket.inet_aton(SERVER)] == half]
                  for half in (0, 1)]
        for half in (0, 1):
            write(folder / f"half{half}.pcap", halves[half])
        runs = {"one worker": (["whole.pcap"], 1), "four workers": (["whole.pcap"], 4),
                "in segments": (["cut.pcap"], 2),
                "in halves": (["half0.pcap", "half1.pcap"], 1),
                "in halves the other way": (["half1.pcap", "half0.pcap"], 2),
                "twice": (["whole.pcap", "whole.pcap"], 1)}
        seen = {}
        for title, (files, workers) in runs.items():
            database = folder / (title + ".db")
            for file in files:
                run("read", folder / file, "--db", database, "--workers", workers)
            seen[title] = rows(database, "unknown")
            for row in seen[title]:
                # More segments are more headers; the last packet may be another.
                del row["bytes"], row["last_seen"]
            expect(f"{title}: the groups differ: {seen[title]}", seen[title] == seen["one worker"])
            for file in folder.glob(title + ".db*"):
                for part in PATIENT.split(b"^"):
                    expect(f"{file.name} holds {part}", part.lower() not in file.read_bytes().lower())

        expect(f"not two groups: {seen['one worker']}", len(seen["one worker"]) == 2)
        tcp, udp = seen["one worker"]
        expect(f"of TCP: {tcp}", (tcp["port"], tcp["shape"], len(tcp["clients"]), len(tcp["servers"]), tcp["flows"],
                                  tcp["interval"], tcp["regular"], tcp["client_sizes"], tcp["server_sizes"]) ==
               (9876, SHAPE, 47, 1, 282, 30.0, 1, "40-41", "3-3"))
        expect(f"of UDP: {udp}", (udp["port"], udp["shape"], len(udp["clients"]), udp["servers"], udp["interval"]) ==
               (7777, "client: text", 1, ["10.9.255.255"], 10.0))
        database = folder / "one worker.db"
        table = run("unknown", "--db", database)
        expect(f"the table: {table}", "47 devices" in table and "30.0 s" in table)
        expect("no CSV", "client_sizes" in run("unknown", "--csv", "--db", database).splitlines()[0])
        why = run("why", tcp["servers"][0], "service.unknown", "--db", database)
        expect(f"why: {why}", SHAPE in why and "whole.pcap" in why)

        (folder / "site").mkdir()
        (folder / "site" / "names.toml").write_text(
            "[[service]]\nname = 'acme-gateway'\ntransport = 'tcp'\nport = 9876\n"
            "shape = '^client: length be32 at 0'\nsource = 'a test'\nexample = 'client: length be32 at 0'\n"
            "[[rule]]\nid = 'acme-pump'\nclaims = ['uses.unknown']\nprotocol = 'tcp'\nport = 9876\n"
            "match = '^client: length be32'\nsays = { class = 'infusion-pump' }\nweight = 0.5\n"
            "source = 'a test'\nexample = 'client: length be32 at 0'\ngives = { class = 'infusion-pump' }\n")
        run("read", folder / "whole.pcap", "--db", database, "--knowledge", folder / "site")
        named = {row["application"] for row in rows(database, "conversations") if row["port"] == 9876}
        expect(f"named {named}", named == {"acme-gateway"})
        left = [row["port"] for row in rows(database, "unknown")]
        expect(f"still unknown: {left}", left == [7777])
        pumps = sum(row.get("class") == "infusion-pump" for row in rows(database, "devices"))
        expect(f"{pumps} pumps", pumps == 47)

    for problem in problems[:20]:
        print(problem)
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
