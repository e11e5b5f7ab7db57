#!/usr/bin/env python3
"""Findings in the forms of others are what these others' schemas ask for.

    finding_schemas.py ASEPSIS EXAMPLES SCHEMAS

Those of an example hospital; then the same with texts that no schema expects; then none at all.
Without Debian's python3-jsonschema the test is skipped (status 77).
"""

import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

# Ends of lines and spaces of every kind, markup, what is no UTF-8, and nothing.
STRANGE = ["\n", "two\nlines", " ends \t", "\u2028a\u2029b\u0085c\r", "\u00a0\u3000\ufeff", "\x1b[2J<b>", "x" * 5000,
           b"\xff\xfe\x80", "\x00a", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), ""]


def python_pattern(validator, pattern, text, _schema):
    """ECMAScript's classes of letters and numbers, which Python's re has not."""
    if not validator.is_type(text, "string"):
        return
    for theirs, ours in ((r"(\p{L}|_)", r"[^\W\d]"), (r"(\p{L}|\p{N}|[.\-_])", r"[\w.\-]")):
        pattern = pattern.replace(theirs, ours)
    if not re.search(pattern, text):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern!r}")


def validator_of(path):
    schema = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    kind = jsonschema.validators.extend(jsonschema.validators.validator_for(schema), {"pattern": python_pattern})
    return kind(schema, format_checker=jsonschema.FormatChecker())


def told(asepsis, database, form):
    out = subprocess.run([asepsis, "findings", form, "--db", database], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(out.decode("utf-8"))


def plant(database, text):
    """One strange text in each place that a capture, a pack or a person can write to."""
    with sqlite3.connect(database) as sql:
        for table, column in (("applied_check", "title"), ("applied_check", "harm"), ("finding", "detail"),
                              ("finding", "instance"), ("finding", "reasoning"), ("device_value", "value")):
            sql.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT)" +
                        (" WHERE attribute IN ('class', 'model') AND value <> ''" if table == "device_value" else ""),
                        (text,))
        sql.execute("UPDATE OR IGNORE finding_evidence SET text = CAST(? AS TEXT)", (text,))
        sql.execute("UPDATE OR IGNORE finding_evidence SET source = CAST(? AS TEXT)", (text,))
    sql.close()


def renamed(database):
    """Packs of others may be named after a number; states of all kinds; no evidence."""
    with sqlite3.connect(database) as sql:
        sql.create_function("share_of", 1, lambda finding: int(finding[2:], 16) % 4)
        sql.execute("UPDATE applied_check SET id = '3-wards.' || id")
        sql.execute("UPDATE finding SET check_id = '3-wards.' || check_id")
        sql.execute("UPDATE applied_check SET clauses = '{\"mds2\": [\"SAHD-9\", \"SAHD-9\"]}', advice = '{}'")
        sql.execute("UPDATE finding SET state = 'gone' WHERE share_of(id) = 0")
        sql.execute("UPDATE finding SET state = 'accepted-until', accepted_until = '2099-12-31' WHERE share_of(id) = 1")
        sql.execute("DELETE FROM finding_evidence WHERE share_of(finding) = 2")
    sql.close()


def main():
    asepsis, examples, schemas = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    held = {"--sarif": [validator_of(schemas / "sarif-2.1.0.json")],
            "--oscal": [validator_of(schemas / "oscal-ar-1.1.2-written.json")]}
    if "OSCAL_SCHEMA" in os.environ:
        held["--oscal"].append(validator_of(os.environ["OSCAL_SCHEMA"]))
    wrong = tried = 0

    def hold(database, what):
        nonlocal wrong, tried
        for form, validators in held.items():
            document = told(asepsis, database, form)
            for validator in validators:
                tried += 1
                errors = list(validator.iter_errors(document))
                wrong += bool(errors)
                for error in errors[:3]:
                    print(f"{form}, {what}: {list(error.absolute_path)}: {error.message[:200]}")

    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "a.db")
        subprocess.run([asepsis, "read", examples / "hospital.pcapng.zst", "--db", database],
                       check=True, stdout=subprocess.DEVNULL)
        hold(database, "before any check")
        subprocess.run([asepsis, "check", "--db", database], check=True, stdout=subprocess.DEVNULL)
        assert len(told(asepsis, database, "--oscal")["assessment-results"]["results"][0]["findings"]) > 50
        hold(database, "the example hospital")
        renamed(database)
        hold(database, "packs and states of others")
        for text in STRANGE:
            plant(database, text)
            hold(database, f"everything is {text[:12]!r}")
    print(f"{tried - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
