#!/bin/bash
# ui/dist and the client's types are what their sources say today, and the
# pages' own logic holds. Ends with 77 where npm is not there.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v npm >/dev/null; then
  echo "SKIPPED: npm is not there (scripts/install-packages check)"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp ui/src/api/schema.ts "$work/schema.ts"
scripts/build-ui "$work/dist"
diff -u "$work/schema.ts" ui/src/api/schema.ts >&2 || {
  echo "ui/src/api/schema.ts was out of date: commit what scripts/build-ui wrote"
  exit 1
}
diff -rq ui/dist "$work/dist" || {
  echo "ui/dist is out of date: scripts/build-ui, and commit it"
  exit 1
}
cd ui
npx vitest run
