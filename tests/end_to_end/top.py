#!/usr/bin/env python3
"""Does `asepsis top` show a listener as it listens, and leave the terminal as it was?

    top.py ASEPSIS EXAMPLES
"""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from checked import expect, report

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, command, width=80, height=24, **environment):
        self.ours, theirs = pty.openpty()
        self.keeper = os.dup(theirs)  # its settings outlive the program
        self.resize(width, height)
        self.before = termios.tcgetattr(self.keeper)
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "TERM": "xterm", **environment}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(theirs)
        self.said = ""

    def resize(self, width, height):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, wanted, seconds=10):
        """What it says up to and with the wanted words."""
        self.said, end = "", time.monotonic() + seconds
        while wanted not in self.said:
            expect(time.monotonic() < end, f"it does not show {wanted!r}, but {self.said!r}")
            if select.select([self.ours], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    self.said += os.read(self.ours, 65536).decode("utf-8", "replace")
        return self.said

    def press(self, keys):
        os.write(self.ours, keys)

    def expect_ended(self, how):
        said = self.read(LEAVE)
        expect("\x1b[?25h" in said and "\x1b[?7h" in said, f"after {how} the cursor stays away")
        expect(self.process.wait(timeout=10) == 0, f"after {how} it ends with {self.process.returncode}")
        expect(termios.tcgetattr(self.keeper) == self.before, f"after {how} the terminal is another")
        os.close(self.keeper)
        os.close(self.ours)


def use_keys(top):
    terminal = Terminal(top)
    expect(ENTER in terminal.read("q quits"), "it does not draw on a screen of its own")
    expect("listening" in terminal.said and "Newest devices" in terminal.said, f"it shows {terminal.said!r}")
    rows = [int(row) for row in re.findall(r"\x1b\[(\d+);\d+H", terminal.said)]
    expect(max(rows) == 24, f"on 24 lines it draws on line {max(rows)}")
    terminal.press(b" ")
    terminal.read("paused")
    terminal.press(b"\x1b[C\x1b")  # the second key comes in two pieces
    time.sleep(0.1)
    terminal.press(b"[B")
    terminal.read("\x1b[7mNewest facts")
    terminal.resize(120, 40)
    terminal.process.send_signal(signal.SIGWINCH)
    rows = [int(row) for row in re.findall(r"\x1b\[(\d+);\d+H", terminal.read("q quits"))]
    expect(max(rows) == 40, f"on 40 lines it draws on line {max(rows)}")
    terminal.press(b"xyz\x1b[15~\xffq")
    terminal.expect_ended("q")


def be_told_to_end(top):
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        terminal = Terminal(top)
        terminal.read("q quits")
        terminal.process.send_signal(how)
        terminal.expect_ended(how.name)


def be_suspended(top):
    terminal = Terminal(top)
    terminal.read("q quits")
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.read(LEAVE)
    expect(os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOWAIT) is not None, "it does not stop")
    expect(termios.tcgetattr(terminal.keeper) == terminal.before, "suspended, it keeps the terminal")
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read("q quits")
    terminal.press(b"q")
    terminal.expect_ended("SIGCONT and q")


def be_without_colour(top):
    terminal = Terminal(top, NO_COLOR="1")
    terminal.read("q quits")
    expect(not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.said), "it colours in spite of NO_COLOR")
    terminal.press(b"q")
    terminal.expect_ended("q")


def be_plain(top):
    for more, environment in (([], {"TERM": "xterm"}), (["--once"], {"TERM": "dumb"})):
        done = subprocess.run([*map(str, top), *more], capture_output=True, text=True,
                              env={**os.environ, **environment}, stdin=subprocess.DEVNULL)
        expect(done.returncode == 0, f"it ends with {done.returncode}: {done.stderr}")
        expect("Newest devices" in done.stdout and "\x1b" not in done.stdout, f"it prints {done.stdout!r}")


def skip_without_terminals():
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as error:
        print(f"SKIPPED: {error} (is /dev/pts mounted?)")
        sys.exit(77)


def main():
    skip_without_terminals()
    asepsis, examples = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        database = pathlib.Path(work) / "live.db"
        listener = subprocess.Popen(
            [asepsis, "watch", "--replay", examples / "hospital.pcapng.zst", "--speed", "2", "--db", database],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        top = [asepsis, "top", "--db", database]
        end = time.monotonic() + 20
        while subprocess.run([asepsis, "status", "--db", database], capture_output=True).stdout.find(b"listening") < 0:
            expect(time.monotonic() < end, "nobody listens")
            time.sleep(0.2)
        for part in (use_keys, be_told_to_end, be_suspended, be_without_colour, be_plain):
            part(top)
        listener.kill()
        listener.wait()
    report()


if __name__ == "__main__":
    main()
