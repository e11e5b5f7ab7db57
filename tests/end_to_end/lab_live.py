#!/usr/bin/env python3
"""Does listening to a hospital of real software come to what its capture comes to?

    lab_live.py ASEPSIS LAB [SCENARIO [SECONDS [SEED]]]

Runs the lab (lab/README.md: as root, with its packages installed) on a mirror
port that is listened to twice while the lab itself captures it. One listener is
left alone: its facts, conversations and inventory equal those read from the
capture, from the first packet on that it heard. The other is killed with SIGKILL at
random moments and started again: what it had committed stays, and nothing is there
twice. Where the lab cannot run it says so (status 77).
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from live import (FACT_KEY, FACTS, SEED, SKIPPED, TALK_KEY, TALKS, answers, expect, expect_same, fact_keys,
                  ground_truth, rows, run, watch)

LEEWAY = 100_000  # nanoseconds between two who hear the same packet


def there(interface):
    return pathlib.Path(f"/sys/class/net/{interface}").exists()


def listen(asepsis, interface, database):
    """The listener, once it listens; none if there is nothing to listen to any more."""
    process = watch(asepsis, "watch", interface, "--db", database, "--workers", "2")
    while "sealed" not in (line := process.stderr.readline()):
        if line or process.poll() is None:
            continue
        expect(not there(interface), f"it does not listen: {process.communicate()[1]}")
        return None
    return process


def wait_for(interface, lab):
    state = pathlib.Path(f"/sys/class/net/{interface}/operstate")
    while not state.exists() or state.read_text().strip() != "up":
        if lab.poll() is not None:
            print(f"skipped: the lab does not run here: {lab.communicate()[0][-300:]}")
            sys.exit(SKIPPED)
        time.sleep(0.02)


def kill_again_and_again(asepsis, interface, database, lab):
    """How often; ends when the lab does."""
    committed, kills = set(), 0
    while (process := listen(asepsis, interface, database)) is not None:
        end = time.monotonic() + random.uniform(1, 8)
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is not None:  # the mirror port is gone
            process.communicate()
            break
        process.kill()
        process.communicate()
        now = fact_keys(database)
        expect(committed <= now, f"facts that were committed are gone: {list(committed - now)[:3]}")
        committed, kills = now, kills + 1
        if lab.poll() is not None:
            break
    return committed, kills


def main():
    asepsis, lab = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    scenario, seconds, seed = [*sys.argv[3:], *("four-pumps", "45", "7")[len(sys.argv) - 3:]]
    if os.geteuid() != 0:
        print("skipped: the lab needs root")
        sys.exit(SKIPPED)
    random.seed(SEED)
    interface = f"lab{os.getpid() % 100_000}"
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        calm, killed, read = (work / name for name in ("calm.db", "killed.db", "read.db"))
        hospital = subprocess.Popen(
            [lab / "hospital-lab", "run", scenario, "--out", work / "lab", "--live", interface, "--seconds", seconds,
             "--seed", seed], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            wait_for(interface, hospital)
            listener = listen(asepsis, interface, calm)
            committed, kills = kill_again_and_again(asepsis, interface, killed, hospital)
            hospital.communicate(timeout=120)
            listener.wait(timeout=60)
            said = listener.communicate()[1]
            expect(listener.returncode == 2 and "gone" in said, f"it ends with {listener.returncode}: {said}")
        finally:
            hospital.send_signal(signal.SIGTERM)
            hospital.wait(timeout=60)
        heard = rows(calm, "SELECT packets, first_seen FROM source")[0]
        first = heard[1] - LEEWAY
        run("editcap", "-A", f"{first // 10**9}.{first % 10**9:09}", work / "lab/capture.pcapng",
            work / "heard.pcapng")
        run(asepsis, "read", work / "heard.pcapng", "--db", read)
        expect(committed <= fact_keys(killed), "what was committed last is gone")
        for key, table in ((FACT_KEY, FACTS), (TALK_KEY, TALKS)):
            twice = rows(killed, f"SELECT {key}, count(*) {table} GROUP BY {key} HAVING count(*) > 1")
            expect(not twice, f"rows that are there twice: {twice[:3]}")
        dropped = rows(calm, "SELECT count FROM loss WHERE name = 'packets dropped by the kernel'")
        expect(not dropped, f"the kernel dropped {dropped} packets: nothing can be compared")
        print(f"{scenario}: {heard[0]} packets, {len(fact_keys(calm))} facts, "
              f"{len(answers(asepsis, calm)['devices'])} devices; killed {kills} times, and then "
              f"{len(fact_keys(read) - fact_keys(killed))} facts were not heard")
        # Who captures beside us has times of its own, and numbers.
        live, capture = ground_truth(calm, False)[:2], ground_truth(read, False)[:2]
        captured = rows(read, "SELECT packets FROM source")[0][0]
        expect(heard[0] == captured, f"{heard[0]} packets were heard and {captured} captured")
        expect_same(live, capture, "listened to and captured")
        without = ("first_seen", "last_seen")
        expect(answers(asepsis, calm, without) == answers(asepsis, read, without), "two inventories")
    print("passed")


if __name__ == "__main__":
    main()
