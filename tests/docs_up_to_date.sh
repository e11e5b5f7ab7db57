#!/bin/bash
# The generated pages of docs/ are what the code says today.
# Arguments: the programs asepsis and make_docs.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scripts/make-docs "$1" "$2" "$work"
for page in protocols.md schema.md; do
  diff -u "docs/$page" "$work/$page" || {
    echo "docs/$page is out of date: cmake --build --preset release --target docs"
    exit 1
  }
done
