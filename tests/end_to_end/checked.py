"""What tests expect: the first thing that does not hold ends the test and is told."""

import sys

_passed = 0


def expect(holds, sentence):
    global _passed
    _passed += 1
    if not holds:
        sys.exit(f"FAILED: {sentence}")


def report():
    print(f"{_passed} checks passed, 0 failed")
