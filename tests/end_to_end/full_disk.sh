#!/bin/bash
# On a full disk the program says so and exits with 2; what was stored before
# stays readable, and once there is room the same command comes to the same
# inventory as on a disk that was never full. Tests nothing where a small file
# system cannot be mounted (no user namespaces).
#
#   full_disk.sh ASEPSIS EXAMPLES
set -euo pipefail
asepsis=$1
first=$2/four-pumps.pcapng.zst
second=$2/hospital.pcapng.zst

if [ "${3:-}" != inside ]; then
  if ! unshare --user --map-root-user --mount true 2> /dev/null; then
    echo "cannot mount a small file system here: nothing tested"
    exit 0
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  unshare --user --map-root-user --mount "$0" "$asepsis" "$2" inside "$work"
  exit
fi

disk=$4/disk
mkdir "$disk"
# Room for the first capture and its journal.
"$asepsis" read "$first" --db "$4/first.db" > "$4/said"
size=$(($(stat -c %s "$4/first.db") * 2 / 1024))
mount -t tmpfs -o "size=${size}k" none "$disk"

"$asepsis" read "$first" --db "$disk/x.db" > "$4/said"
"$asepsis" devices --json --db "$disk/x.db" > "$4/before"
[ -s "$4/before" ]

status=0
"$asepsis" read "$second" --db "$disk/x.db" > "$4/said" 2> "$4/sentence" || status=$?
[ "$status" -eq 2 ]
grep -q "the disk is full" "$4/sentence"
"$asepsis" query "SELECT name, packets FROM sources" --json --db "$disk/x.db" > "$4/sources"
[ "$(wc -l < "$4/sources")" -eq 1 ]
grep -q four-pumps "$4/sources"

mount -o remount,size=64m "$disk"
"$asepsis" read "$second" --db "$disk/x.db" > "$4/said"
"$asepsis" devices --json --db "$disk/x.db" > "$4/after"
"$asepsis" read "$first" "$second" --db "$4/calm.db" > "$4/said"
"$asepsis" devices --json --db "$4/calm.db" > "$4/calm"
cmp "$4/calm" "$4/after"
