#!/usr/bin/env python3
"""Packs from the command line, as somebody who writes one uses them.

    packs.py ASEPSIS FOLDER

FOLDER holds the example captures. The exit status tells scripts what they ask:
0 done, 1 findings reach the rating, 2 could not.
"""

import pathlib
import subprocess
import sys
import tempfile


def run(asepsis, *arguments, status=0):
    done = subprocess.run([asepsis, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{arguments}: {done.returncode}, not {status}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def write_packs(asepsis, folder):
    """A new pack works as printed; what is wrong is said with file, line and key."""
    pack, broken = folder / "our-pumps.toml", folder / "broken.toml"
    pack.write_text(run(asepsis, "pack", "new", "our-pumps"), encoding="utf-8")
    assert "well formed" in run(asepsis, "pack", "check", pack)
    assert "2 fixtures tried, 0 not" in run(asepsis, "pack", "test", pack)
    assert "our-pumps.telnet" in run(asepsis, "pack", "list", "--pack", pack, "our-pumps")
    text = pack.read_text(encoding="utf-8")
    broken.write_text(text.replace('"takeover"', '"theft"'), encoding="utf-8")
    assert f"{broken}: line 20: check: failure is 'theft'" in run(asepsis, "pack", "check", broken, status=2)
    broken.write_text(text.replace("state = 'seen'", "state = 'refused'"), encoding="utf-8")
    assert "found nothing, and must find 'it'" in run(asepsis, "pack", "test", broken, status=2)
    # Every query that cannot be asked is said, each by the line in it that is wrong.
    again = text[text.index("[[check]]"):].replace('id = "telnet"', 'id = "again"')
    broken.write_text((text + again).replace("FROM facts", "FROM factz"), encoding="utf-8")
    said = run(asepsis, "pack", "check", broken, status=2)
    assert f"{broken}: line 15: our-pumps.telnet: query: no such table: factz" in said, said
    assert f"{broken}: line 43: our-pumps.again: query: no such table: factz" in said, said
    assert "infusion-pump" in run(asepsis, "pack", "classes")
    broken.write_text(text.replace("state = 'seen'", "state = 'refused'"), encoding="utf-8")
    run(asepsis, "pack", "check", folder / "absent.toml", status=2)
    run(asepsis, "pack", "new", "Not Kebab", status=2)
    run(asepsis, "pack", "list", "nobody", status=2)
    return pack, broken


def use_packs(asepsis, capture, pack, broken, database):
    run(asepsis, "check", "--db", database, status=2)  # nothing was read yet
    run(asepsis, "read", capture, "--db", database)
    assert "(0 new" not in run(asepsis, "check", "--db", database, "--pack", pack, "--fail-on", 5)
    assert "(0 new, 0 back), 0 gone" in run(asepsis, "check", "--db", database, "--fail-on", 4, status=1)
    run(asepsis, "check", "--db", database, "--pack", broken.with_name("absent.toml"), status=2)
    listed = run(asepsis, "findings", "--db", database).splitlines()[1]
    finding = listed.split()[1]
    for by in ("device", "check", "model", "class", "owner-role"):
        run(asepsis, "findings", "--by", by, "--db", database)
    run(asepsis, "findings", "--by", "mood", "--db", database, status=2)
    assert "CWE-319" in run(asepsis, "classes", "--db", database)
    assert "Evidence" in run(asepsis, "why", finding[:12], "--db", database)
    run(asepsis, "why", "f-0000000000000000", "--db", database, status=2)
    accept = ["accept", finding, "--by", "A. Lead", "--why", "own network", "--db", database, "--until"]
    run(asepsis, *accept, "2020-01-01", status=2)
    run(asepsis, *accept, "2099-12-31")
    assert "1 accepted" in run(asepsis, "check", "--db", database)


def main():
    asepsis, examples = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pack, broken = write_packs(asepsis, folder)
        use_packs(asepsis, pathlib.Path(examples) / "four-pumps.pcapng.zst", pack, broken, folder / "a.db")
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
