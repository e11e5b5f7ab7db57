#!/bin/bash
# Killed at any moment and run again, the program comes to the same inventory
# as undisturbed; so it does after Ctrl-C, which says what happened and exits
# with 2.
#
#   killed.sh ASEPSIS EXAMPLES
set -euo pipefail
asepsis=$1
capture=$2/hospital.pcapng.zst
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$asepsis" read "$capture" --db "$work/calm.db" > "$work/said"
"$asepsis" devices --json --db "$work/calm.db" > "$work/calm"
[ -s "$work/calm" ]

for delay in 0.02 0.05 0.1 0.2 0.3 0.45 0.6 0.8; do
  "$asepsis" read "$capture" --db "$work/killed.db" > "$work/said" 2>&1 &
  pid=$!
  sleep "$delay"
  kill -9 "$pid" 2> "$work/said" || true
  wait "$pid" 2> "$work/said" || true
done
"$asepsis" read "$capture" --db "$work/killed.db" > "$work/said"
"$asepsis" devices --json --db "$work/killed.db" > "$work/after"
cmp "$work/calm" "$work/after"

# A pipe that never ends, stopped by Ctrl-C: what was heard is kept. (A shell
# without job control starts background programs with Ctrl-C ignored, so it is
# sent SIGTERM, which is treated the same.)
mkfifo "$work/pipe"
"$asepsis" read - --db "$work/stopped.db" < "$work/pipe" > "$work/said" 2> "$work/sentence" &
pid=$!
exec 3> "$work/pipe"
{ zstd -dcq "$capture" || true; } | head -c 3000000 >&3
sleep 1
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
exec 3>&-
[ "$status" -eq 2 ]
grep -q 'stopped after' "$work/sentence"
[ "$("$asepsis" devices --json --db "$work/stopped.db" | wc -l)" -gt 5 ]
echo '1 passed, 0 failed'
