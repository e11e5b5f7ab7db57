#!/usr/bin/env python3
"""Is a listener a good service: does it say that it is ready and alive, tell how it
is doing, read its knowledge anew, and refuse to answer the network?

    daemon.py ASEPSIS EXAMPLES

A capture that is played stands for the interface.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from checked import expect, report


def ask(address, request=b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(address)
        client.sendall(request)
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass  # it had enough
    return answer.decode()


def told(manager, wanted, seconds=10):
    """The messages up to the wanted one."""
    manager.settimeout(seconds)
    messages = []
    while not messages or messages[-1] != wanted:
        try:
            messages.append(manager.recv(4096).decode())
        except TimeoutError:
            sys.exit(f"FAILED: the service manager was not told {wanted}, but {messages}")
    return messages


def value(metrics, name):
    found = re.search(rf"^asepsis_{re.escape(name)} (\S+)$", metrics, re.M)
    expect(found, f"there is no asepsis_{name} in {metrics}")
    return float(found[1])


def reload(process, manager):
    process.send_signal(signal.SIGHUP)
    told(manager, "RELOADING=1")
    told(manager, "READY=1")


def found(database, check):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute("SELECT count(*) FROM findings WHERE \"check\" = ? AND state = 'open'",
                                  (check,)).fetchone()[0]


def until(holds, sentence, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, sentence)
        time.sleep(0.2)


def edit_packs(asepsis, examples, work, manager):
    """A pack that is edited counts from SIGHUP on; one that is wrong does not."""
    folder, database, ours = work / "packs", work / "packs.db", "our-pumps.telnet"
    folder.mkdir()
    pack, broken = work / "ours.toml", folder / "broken.toml"
    done = subprocess.run([asepsis, "pack", "new", "our-pumps"], capture_output=True, text=True)
    good = done.stdout.replace("claim = 'clear.shell' AND value = 'telnet'", "claim = 'clear.credentials'")
    never = good.replace("state = 'seen'", "state = 'never'")
    expect(never != good != done.stdout, "the new pack is another than this test knows")
    pack.write_text(never)
    capture = examples / "four-pumps.pcapng.zst"
    subprocess.run([asepsis, "read", capture, "--db", database], check=True, stdout=subprocess.DEVNULL)
    with open(work / "said", "w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [asepsis, "watch", "--replay", capture, "--speed", "1", "--db", database,
             "--pack", pack, "--pack", folder], stdout=subprocess.DEVNULL, stderr=said, text=True,
            env={**os.environ, "NOTIFY_SOCKET": str(work / "notify")})
    told(manager, "READY=1")

    def text():
        return (work / "said").read_text(encoding="utf-8")

    pack.write_text(good.replace('"takeover"', '"theft"'))
    reload(process, manager)
    until(lambda: f"{pack}: line 20: check: failure is 'theft'" in text(), f"what is wrong is not told: {text()}")
    pack.write_text(good.replace("SELECT device", "SELECT devise"))
    reload(process, manager)
    until(lambda: f"{pack}: line 14: our-pumps.telnet: query: no such column: devise" in text(), f"a wrong query: {text()}")
    pack.write_text(good)
    broken.write_text("this is no TOML [")
    reload(process, manager)
    until(lambda: f"{broken}" in text().splitlines()[-1] and "line 1" in text().splitlines()[-1], f"not told: {text()}")
    broken.unlink()
    pack.rename(work / "moved.toml")
    reload(process, manager)
    until(lambda: f"{pack}" in text().splitlines()[-1], f"a pack that is gone is not told: {text()}")
    expect(found(database, ours) == 0, "a pack that is wrong, or beside one, is used")
    (work / "moved.toml").rename(folder / "ours.toml")
    pack.write_text(never.replace("our-pumps", "other-pumps"))
    reload(process, manager)
    until(lambda: found(database, ours) > 0, f"the edited pack is not used: {text()}")
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def main():
    asepsis, examples = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        knowledge = work / "knowledge"
        knowledge.mkdir()
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(str(work / "notify"))
        metrics_at, database = str(work / "metrics"), work / "live.db"
        command = [asepsis, "watch", "--replay", examples / "hospital.pcapng.zst", "--speed", "10",
                   "--db", database, "--metrics", metrics_at, "--knowledge", knowledge]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "NOTIFY_SOCKET": str(work / "notify")})
        told(manager, "READY=1")
        told(manager, "WATCHDOG=1")
        told(manager, "WATCHDOG=1")
        answer = ask(metrics_at)
        expect(answer.startswith("HTTP/1.0 200 OK\r\n"), f"metrics answer {answer[:60]}")
        head, _, body = answer.partition("\r\n\r\n")
        expect(f"Content-Length: {len(body.encode())}" in head, "the length is wrong")
        sample = re.compile(r'asepsis_\w+(\{what="[^"]*"\})? [0-9.e+-]+|# (HELP|TYPE) asepsis_\w+ .+')
        for line in body.splitlines():
            expect(sample.fullmatch(line), f"no line of Prometheus: {line}")
        expect(value(body, "packets_total") > 0 and value(body, "writes_total") > 0, "nothing is counted")
        for hostile in (b"GET /etc/passwd HTTP/1.0\r\n\r\n", b"\xff" * 4000, b"GET /metrics"):
            expect("200 OK" not in ask(metrics_at, hostile).split("\r\n")[0], f"{hostile[:20]} is answered")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:  # says nothing, and goes
            silent.connect(metrics_at)

        (knowledge / "services.toml").write_text("this is no TOML [")
        process.send_signal(signal.SIGHUP)
        told(manager, "RELOADING=1")
        told(manager, "READY=1")
        (knowledge / "services.toml").unlink()
        process.send_signal(signal.SIGHUP)
        told(manager, "RELOADING=1")
        told(manager, "READY=1")
        expect(value(ask(metrics_at), "packets_total") > 0, "it does not live after a reload")

        lines = subprocess.run([asepsis, "status", "--json", "--db", database], capture_output=True, text=True)
        expect(lines.returncode == 0, f"status: {lines.stderr}")
        source = json.loads(lines.stdout.splitlines()[0])
        expect(source["packets"] > 0 and source["state"] == "listening", f"status says {source}")
        expect(isinstance(source["losses"], dict), "losses are no object")
        process.send_signal(signal.SIGTERM)
        told(manager, "STOPPING=1")
        _, said = process.communicate(timeout=30)
        expect("knowledge and packs stay as they were" in said and "knowledge and packs are read anew" in said, f"it says {said}")
        for line in said.splitlines()[:-1]:  # the last is the sentence that it was stopped
            expect(re.fullmatch(r'time=\S+ level=(info|warning|error) event="[^"]+"( \w+="[^"]*")*', line),
                   f"no line of the log: {line}")
        for refused in ("0.0.0.0:9310", "10.0.0.1:9310", "127.0.0.1:x", "[::]:9310"):
            done = subprocess.run([asepsis, "watch", "--replay", "x", "--metrics", refused],
                                  capture_output=True, text=True)
            expect(done.returncode == 2 and "nobody on the network" in done.stderr, f"{refused} is taken")
        edit_packs(asepsis, examples, work, manager)
    report()


if __name__ == "__main__":
    main()
