#!/usr/bin/env python3
"""Does listening come to the same as reading, whatever happens to the listener?

    live.py replay ASEPSIS EXAMPLES
    live.py interfaces ASEPSIS EXAMPLES

`replay` plays a capture: undisturbed, ended early, and killed at random moments
and run again, it gives what reading it gives, row for row; what was committed
stays. `interfaces` does the same across a pair of virtual interfaces, in network
namespaces of its own; where these are forbidden, or tcpreplay or tcpdump are
missing, it says so and is skipped (status 77).
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
SEED = int(os.environ.get("LIVE_SEED", "0")) or random.randrange(1, 1 << 31)
ENDPOINT = "{0}.mac, {0}.ip, {0}.vlan"
FACT_KEY = ENDPOINT.format("e") + ", f.claim, f.value, f.port, f.refused, f.protocol, f.equipment"
FACTS = "FROM fact f JOIN endpoint e ON e.id = f.endpoint"
TALK_KEY = (ENDPOINT.format("c") + ", " + ENDPOINT.format("s") +
            ", t.protocol, t.port, t.state, t.security, t.application, t.shape")
TALKS = ("FROM talk t JOIN endpoint c ON c.id = t.client JOIN endpoint s ON s.id = t.server")
TALK_COUNTS = (", t.client_bytes, t.server_bytes, t.client_packets, t.server_packets, "
               "t.client_hops, t.server_hops, t.client_ports, t.mark, t.client_least, "
               "t.client_most, t.server_least, t.server_most, t.count")
TALK_TIMES = ", t.interval, t.regular, t.first_seen, t.last_seen, t.packet"
checks = 0


def expect(holds, sentence):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"FAILED (LIVE_SEED={SEED}): {sentence}")


def rows(database, sql):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def fact_keys(database):
    return set(rows(database, f"SELECT {FACT_KEY} {FACTS}"))


def ground_truth(database, times):
    """Facts, talks and losses; without times, of a capture that was sent again."""
    fact_times = ", f.first_seen, f.last_seen, f.packet" if times else ""
    return [sorted(rows(database, sql)) for sql in (
        f"SELECT {FACT_KEY}, f.count{fact_times} {FACTS}",
        f"SELECT {TALK_KEY}{TALK_COUNTS}{TALK_TIMES if times else ''} {TALKS}",
        "SELECT packets, bytes, complete FROM source",
        "SELECT name, count FROM loss WHERE name != 'blocks skipped'")]  # of the file's form


def run(*command, status=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    expect(done.returncode == status, f"{command} exits with {done.returncode}: {done.stderr}")
    return done.stdout


def answers(asepsis, database, without=()):
    """Every answer of the inventory; ids and evidence included, but for `without`."""
    all_lines = {}
    for command in ("devices", "services", "conversations", "settings"):
        lines = [json.loads(line) for line in run(asepsis, command, "--json", "--db", database).splitlines()]
        kept = [{key: value for key, value in line.items() if key not in without} for line in lines]
        all_lines[command] = sorted(json.dumps(line, sort_keys=True) for line in kept)
    return all_lines


def expect_same(ours, theirs, what):
    for mine, other in zip(ours, theirs):
        only_mine = [row for row in mine if row not in other][:3]
        only_other = [row for row in other if row not in mine][:3]
        expect(mine == other, f"{what}: {len(mine)} rows and {len(other)}: {only_mine} {only_other}")


def watch(*command, **more):
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True, **more)


def findings(database):
    return sorted(rows(database, "SELECT \"check\", device, coalesce(instance, ''), rating FROM findings WHERE state = 'open'"))


def stop(process, how, status):
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    expect(process.returncode == status, f"ends with {process.returncode} instead of {status}: {said}")
    return said


def replay(asepsis, examples, work):
    capture = examples / "hospital.pcapng.zst"
    calm, live, killed = work / "calm.db", work / "live.db", work / "killed.db"
    run(asepsis, "read", capture, "--db", calm)
    for filter_words in ((), ("--filter", "tcp")):
        for name in (calm, live):
            for path in work.glob(name.name + "*"):
                path.unlink()
        run(asepsis, "read", capture, "--db", calm, *filter_words)
        run(asepsis, "watch", "--replay", capture, "--speed", 0, "--db", live, *filter_words)
        expect_same(ground_truth(live, True), ground_truth(calm, True), "played and read")
        expect(answers(asepsis, live) == answers(asepsis, calm), "played and read give two inventories")
    for path in work.glob("*.db*"):
        path.unlink()
    run(asepsis, "read", capture, "--db", calm)
    run(asepsis, "watch", "--replay", capture, "--speed", 0, "--db", live)
    run(asepsis, "watch", "--replay", capture, "--speed", 0, "--db", live)
    expect_same(ground_truth(live, True), ground_truth(calm, True), "played twice")
    run(asepsis, "check", "--db", calm)
    expect(findings(live) == findings(calm) and findings(live), "who listens finds something else than asepsis check")

    committed = set()
    turns = 0
    # More than four where the machine has so much else to do that none came to commit.
    while turns < 4 or (not committed and turns < 12):
        turns += 1
        process = watch(asepsis, "watch", "--replay", capture, "--speed", 25, "--db", killed)
        time.sleep(random.uniform(0.3, 1.8) * max(1, turns - 3))
        process.kill()
        process.communicate()
        now = fact_keys(killed) if killed.exists() and rows(killed, "PRAGMA user_version")[0][0] else set()
        expect(committed <= now, f"facts that were committed are gone: {list(committed - now)[:3]}")
        committed = now
    expect(committed, f"nothing was committed in {turns} runs")
    process = watch(asepsis, "watch", "--replay", capture, "--speed", 25, "--db", killed)
    time.sleep(1.5)
    stop(process, signal.SIGTERM, 2)
    expect(committed <= fact_keys(killed), "SIGTERM lost what was committed")
    run(asepsis, "watch", "--replay", capture, "--speed", 0, "--db", killed)
    expect_same(ground_truth(killed, True), ground_truth(calm, True), "killed and run again")
    expect(answers(asepsis, killed) == answers(asepsis, calm), "killed and run again: two inventories")


def unpacked(capture):
    return subprocess.run(["zstd", "-dcq", capture], capture_output=True, check=True).stdout


def enter_namespace():
    """Goes on in a network namespace of its own, or says why it cannot and ends."""
    if shutil.which("tcpreplay") is None or shutil.which("tcpdump") is None:
        print("skipped: tcpreplay and tcpdump are needed (scripts/packages)")
        sys.exit(SKIPPED)
    if "LIVE_INSIDE" not in os.environ:
        inside = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
        if subprocess.run(inside + ["true"], capture_output=True).returncode != 0:
            print("skipped: network namespaces are forbidden here")
            sys.exit(SKIPPED)
        os.execvpe(inside[0], inside + [sys.executable] + sys.argv, {**os.environ, "LIVE_INSIDE": "1"})


def interfaces(asepsis, examples, work):
    enter_namespace()
    make_pair("tap0", "tx0")
    listen_to_all(asepsis, examples, work)
    crash_and_restart(asepsis, work)
    go_down_and_up(asepsis, work)
    each_direction_by_itself(asepsis, work)
    expect(received("tx0") == 0, f"{received('tx0')} packets came out of the interface listened to")


def make_pair(ours, peer):
    run("ip", "link", "add", ours, "type", "veth", "peer", "name", peer)
    for name in (ours, peer):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        run("ip", "link", "set", name, "mtu", "9000", "up")


def received(interface):
    """Packets, by the counters of this network namespace."""
    for line in pathlib.Path("/proc/net/dev").read_text().splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == interface:
            return int(counters.split()[1])
    sys.exit(f"FAILED: there is no {interface}")


def listen(asepsis, database, *more):
    process = watch(asepsis, "watch", "tap0", "--db", database, *more)
    while "sealed" not in (line := process.stderr.readline()):
        expect(process.poll() is None, f"it does not listen: {line}")
    return process


def send(capture, *more):
    run("tcpreplay", "-q", "-i", "tx0", *more, capture)


def listen_to_all(asepsis, examples, work):
    """Two workers and a recorder hear the same; devices are named within five seconds."""
    plain, heard, live, read = (work / name for name in ("plain.pcapng", "heard.pcap", "live.db", "read.db"))
    plain.write_bytes(unpacked(examples / "hospital.pcapng.zst"))
    process = listen(asepsis, live, "--workers", "2")
    recorder = subprocess.Popen(["tcpdump", "-Z", "root", "-i", "tap0", "-B", "65536", "-U", "-w", str(heard)],
                                stderr=subprocess.PIPE, text=True)
    while (said := recorder.stderr.readline()) and "listening on" not in said:
        pass
    time.sleep(0.2)
    records = recorder.poll() is None  # not in a user namespace: it cannot change its user there
    send(plain, "--multiplier", "80")
    sent = time.monotonic()
    time.sleep(1)
    recorder.send_signal(signal.SIGINT)
    recorder.communicate()
    run(asepsis, "read", heard if records else plain, "--db", read)
    named = ("id", "class", "manufacturer", "model", "serial", "firmware")

    def names(database):
        return {tuple(line.get(key) for key in named) for line in map(
            json.loads, run(asepsis, "devices", "--json", "--db", database).splitlines())}

    expected = names(read)
    while time.monotonic() - sent < 5 and names(live) != expected:
        time.sleep(0.2)
    took = time.monotonic() - sent
    expect(names(live) == expected, f"not named after five seconds: {list(expected - names(live))[:3]}")
    stop(process, signal.SIGTERM, 0)
    without = ("first_seen", "last_seen")
    expect_same(ground_truth(live, False), ground_truth(read, False), "listened to and read")
    expect(answers(asepsis, live, without) == answers(asepsis, read, without), "two inventories")
    print(f"named {took:.1f} s after the last packet")


def crash_and_restart(asepsis, work):
    """Killed again and again while it listens: what was committed stays, and is there once."""
    database, committed = work / "crash.db", set()
    for turn in range(2):
        process = listen(asepsis, database)
        sender = subprocess.Popen(["tcpreplay", "-q", "-i", "tx0", "--multiplier", "90", str(work / "plain.pcapng")],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.5, 1.6))
        process.kill()
        process.communicate()
        sender.wait()
        now = fact_keys(database)
        expect(committed <= now, f"facts that were committed are gone: {list(committed - now)[:3]}")
        committed = now
    process = listen(asepsis, database)
    send(work / "plain.pcapng", "--multiplier", "90")
    time.sleep(0.5)
    stop(process, signal.SIGINT, 0)
    for key, table in ((FACT_KEY, FACTS), (TALK_KEY, TALKS)):
        twice = rows(database, f"SELECT {key}, count(*) {table} GROUP BY {key} HAVING count(*) > 1")
        expect(not twice, f"rows that are there twice: {twice[:3]}")
    expect(fact_keys(work / "live.db") <= fact_keys(database), "a fact is missing after the restarts")
    expect(rows(database, "SELECT count(*) FROM source") == [(1,)], "a restart made a new source")


def go_down_and_up(asepsis, work):
    database = work / "down.db"
    process = listen(asepsis, database)
    run("ip", "link", "set", "tap0", "down")
    time.sleep(0.5)
    run("ip", "link", "set", "tap0", "up")
    time.sleep(0.3)
    send(work / "plain.pcapng", "--multiplier", "200")
    time.sleep(0.5)
    stop(process, signal.SIGTERM, 0)
    expect(fact_keys(database) == fact_keys(work / "live.db"), "facts are missing after the interface was down")
    downs = rows(database, "SELECT count FROM loss WHERE name = 'times an interface went down'")
    expect(downs and downs[0][0] >= 1, "that the interface went down is not told")


def each_direction_by_itself(asepsis, work):
    """As a network tap does it: what comes in by two interfaces is one conversation."""
    make_pair("tap1", "tx1")
    run("tcpprep", "--auto=bridge", f"--pcap={work / 'plain.pcapng'}", f"--cachefile={work / 'sides'}")
    database = work / "two.db"
    process = listen(asepsis, database, "tap1", "--workers", "2")
    send(work / "plain.pcapng", "-I", "tx1", "-c", work / "sides", "--multiplier", "90")
    time.sleep(0.3)
    stop(process, signal.SIGTERM, 0)
    losses = dict(rows(database, "SELECT name, count FROM loss"))
    expect(rows(database, "SELECT packets FROM source") == rows(work / "live.db", "SELECT packets FROM source"),
           "two interfaces heard another number of packets than one")
    expect("flows begun before the capture" not in losses, f"answers came before questions: {losses}")
    expect(received("tx1") == 0, "packets came out of the second interface")


def main():
    part, asepsis, examples = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as work:
        {"replay": replay, "interfaces": interfaces}[part](asepsis, examples, pathlib.Path(work))
    print(f"{checks} checks passed, 0 failed")


if __name__ == "__main__":
    main()
