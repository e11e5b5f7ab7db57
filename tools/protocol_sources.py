#!/usr/bin/env python3
"""Writes the last sections of docs/protocols.md, for scripts/make-docs.

    protocol_sources.py ROOT

Facts of a protocol are the claims that its cases make; its source is the
comment that opens its file; differences to tshark are those of the test.
"""

import pathlib
import re
import sys

CLAIM = re.compile(r"^(?:\(\S+\) )?(?:client|server|\S*[0-9a-f:.]+) (?:\[.*\] )?([a-z0-9]+\.[a-z0-9_]+) ")


def facts_by_protocol(cases):
    """{protocol: {claim}}"""
    facts = {}
    for stream in sorted(cases.glob("*/stream.txt")):
        named = re.search(r"^protocol (\S+)", stream.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        said = facts.setdefault(named[1], set())
        for line in (stream.parent / "expect.txt").read_text(encoding="utf-8").splitlines():
            if found := CLAIM.match(line):
                said.add(found[1])
    return facts


def sources(folder):
    """{protocol: (file, what its comment says)}"""
    out = {}
    for file in sorted(folder.glob("*.cpp")):
        text = file.read_text(encoding="utf-8")
        comment = " ".join(line.removeprefix("//").strip() for line in text.split("\n\n")[0].splitlines())
        for name in re.findall(r'Protocol k\w+\s*\{\s*\.name = "([^"]+)"', text):
            out.setdefault(name, (file.name, comment))
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    sys.path.insert(0, str(root / "tests/end_to_end"))
    from tshark_differences import KNOWN  # pylint: disable=import-outside-toplevel

    facts, files = facts_by_protocol(root / "tests/cases"), sources(root / "src/proto")
    print("\n## Facts and sources\n\nThe facts that the cases show, and the standard that each file follows.\n")
    for name, (file, comment) in sorted(files.items()):
        print(f"- **{name}** (`src/proto/{file}`): {comment}")
        if facts.get(name):
            print(f"  Facts: {', '.join(f'`{claim}`' for claim in sorted(facts[name]))}.")
    print("\n## What tshark says and we do not\n\nStatements of captures' truth files that are not found, looked into one by"
          " one\n(`tests/end_to_end/tshark_differences.py`).\n\n| kind | capture | why |\n|---|---|---|")
    for kind, capture, _, why in KNOWN:
        print(f"| {kind or 'all'} | {capture.rsplit('/', 1)[-1]} | {why} |")


if __name__ == "__main__":
    main()
