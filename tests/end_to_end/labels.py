#!/usr/bin/env python3
"""Holds the names that flows are given against those that tshark gives them.

    labels.py ASEPSIS CAPTURES [--all]

Reads the captures in CAPTURES/mixed. A flow (addresses, ports, TCP or UDP) has
the names of what tshark dissected in it; asepsis must give one of them to the
talk that the flow belongs to. Flows that neither names do not count. They must
agree on 98 of 100. Where the folder or tshark is not there nothing is tested.
--all prints every difference, not the first few.
"""

import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SUFFICIENT = 0.98
SHOWN = 12

# Our names where they are not tshark's.
OURS = {
    "bt-dht": {"bittorrent-dht"},
    "bvlc": {"bacnet"},
    "db-lsp-disc": {"dropbox-lan-sync"},
    "gquic": {"quic"},
    "iec60870_104": {"iec104"},
    "isakmp": {"ike"},
    "kerberos": {"kerberos", "kerberos-udp"},
    "lsd": {"bittorrent-lsd"},
    "mbtcp": {"modbus"},
    "nbdgm": {"netbios-dgm"},
    "nbss": {"smb"},
    "pop": {"pop3"},
    "portcontrol": {"nat-pmp"},
    "quic": {"quic", "https", "smb"},  # what is spoken in it, by its ALPN
    "rpc": {"rpc", "portmap", "mount", "nfs", "sadmind"},
    "sip": {"sip", "sip-tcp"},
    "smb2": {"smb"},
    "tacplus": {"tacacs"},
    "tls": {"tls", "https"},
    "udpencap": {"ike", "esp"},
    "wg": {"wireguard"},
}
# What tshark says of a port whatever the bytes are, or of bytes that it does
# not dissect.
GUESSES = {"adwin_config", "c1222", "ripng", "data", ""}
# Tunnels: what is inside is a flow of its own.
TUNNELS = {"teredo", "ip", "ipv6"}
# tshark 4.0 does not know them.
OURS_ALONE = {"ws-discovery"}

# Differences that were looked into: the capture, the flow, why we are right.
KNOWN = [
    ("nfstream--skype_no_unknown", "91.190.218.125 443", "a record without content, made up to look like TLS"),
    ("nfstream--skype_no_unknown", "91.190.216.125 443", "a record without content, made up to look like TLS"),
    ("iti--EIP-ControlProtocolChangeAttempt", "44818 tcp: tshark nothing, asepsis enip",
     "CIP over a connection that was opened before the capture; tshark wants to have seen that"),
    ("mercury--emix", "10.10.0.34 10.10.0.63 6771", "the same BT-SEARCH to one host; tshark wants a group's address"),
    ("zeek--mapi", "192.168.0.183 192.168.0.2 1032", "tshark takes the client's port 1153 for C12.22"),
]

FIELDS = ("frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport",
          "udp.srcport", "udp.dstport", "tls.record.content_type", "tls.handshake.type")


def innermost(protocols):
    """The innermost of tcp and udp, what is in it, and the IP that carries it; or None."""
    names = protocols.split(":")
    at = max((i for i, name in enumerate(names) if name in ("tcp", "udp")), default=None)
    if at is None or "icmp" in names[:at] or "icmpv6" in names[:at]:
        return None  # quoted by an error
    network = next((name for name in reversed(names[:at]) if name in ("ip", "ipv6")), None)
    return names[at], names[at + 1:], network


def names_of(inside, values):
    """What tshark really dissected of one packet, in our names."""
    # Of a connection under way it says TLS by the port.
    records = values["tls.record.content_type"] or values["tls.handshake.type"]
    real = {name for name in inside if name not in GUESSES | TUNNELS and (name != "tls" or records)}
    return set().union(*(OURS.get(name, {name}) for name in real))


def tshark_flows(capture):
    """{(address, port, address, port, tcp or udp): {name}}"""
    run = subprocess.run(["tshark", "-n", "-r", str(capture), "-T", "fields", *(f"-e{field}" for field in FIELDS)],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    flows = collections.defaultdict(set)
    for line in run.stdout.splitlines():
        values = dict(zip(FIELDS, line.split("\t")))
        found = innermost(values["frame.protocols"])
        if not found:
            continue
        transport, inside, network = found
        a, b = ((values[f"{network}.{side}"].split(",")[-1], values[f"{transport}.{side}port"].split(",")[-1])
                for side in ("src", "dst"))
        flows[(*min(a, b), *max(a, b), transport)] |= names_of(inside, values)
    return flows


def our_talks(asepsis, capture):
    """{({addresses}, server's port, tcp or udp): {application: flows}}"""
    talks = collections.defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        subprocess.run([asepsis, "read", "--db", database, str(capture)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        run = subprocess.run([asepsis, "query", "--json", "--db", database, "SELECT * FROM talks"], check=True,
                             stdout=subprocess.PIPE, text=True)
    for line in run.stdout.splitlines():
        row = json.loads(line)
        if row["transport"] in ("tcp", "udp") and row.get("application"):
            key = frozenset((row["client_ip"], row["server_ip"])), str(row["port"]), row["transport"]
            talks[key][row["application"]] = talks[key].get(row["application"], 0) + row["flows"]
    return talks


def compare(asepsis, capture):
    """How many flows agree, and the differences."""
    agree, differences = 0, []
    talks = our_talks(asepsis, capture)
    unheard = dict(talks)
    for (ip_a, port_a, ip_b, port_b, transport), names in sorted(tshark_flows(capture).items()):
        ours = set()
        for port in (port_a, port_b):
            key = frozenset((ip_a, ip_b)), port, transport
            ours |= set(talks.get(key, ()))
            if names:
                unheard.pop(key, None)
        if names & ours:
            agree += 1
        elif names:
            differences.append(f"{ip_a} {port_a} {ip_b} {port_b} {transport}: "
                               f"tshark {','.join(sorted(names))}, asepsis {','.join(sorted(ours)) or 'nothing'}")
    for (addresses, port, transport), names in unheard.items():
        for name, flows in names.items():
            if name not in OURS_ALONE:
                differences += [f"{' '.join(sorted(addresses))} {port} {transport}: "
                                f"tshark nothing, asepsis {name}"] * flows
    return agree, differences


def main():
    asepsis, captures, *options = sys.argv[1:]
    mixed = pathlib.Path(captures) / "mixed"
    if not mixed.is_dir() or not shutil.which("tshark"):
        print("no mixed captures or no tshark here: nothing tested")
        return
    agree, differences, used = 0, [], set()
    for capture in sorted(mixed.iterdir()):
        same, other = compare(asepsis, capture)
        agree += same
        for line in other:
            excuses = {row for row in KNOWN if row[0] in capture.name and row[1] in line}
            used |= excuses
            if not excuses:
                differences.append(f"{capture.name}: {line}")
    flows = agree + len(differences)
    print(f"{agree} of {flows} flows agree, {100 * agree / max(flows, 1):.1f} %")
    print(*differences if options else differences[:SHOWN], sep="\n")
    useless = [row for row in KNOWN if row not in used]
    for row in useless:
        print("excuses nothing:", *row)
    sys.exit(agree < SUFFICIENT * flows or bool(useless))


if __name__ == "__main__":
    main()
