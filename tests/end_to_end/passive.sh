#!/bin/bash
# The proof that listening sends nothing holds here; and where it may not be
# made, it says so in a sentence and exits with 2.
#
#   passive.sh ASEPSIS
set -euo pipefail
asepsis=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
"$asepsis" selftest --passive > "$work/said" 2> "$work/sentence" || status=$?
if [ "$status" -eq 2 ] && grep -q 'not permitted here' "$work/sentence"; then
  echo "skipped: $(cat "$work/sentence")"
  exit 77
fi
[ "$status" -eq 0 ] || { cat "$work/said" "$work/sentence"; exit 1; }
grep -q '^1600 packets were sent to the listener: it heard 1600\.$' "$work/said"
grep -q '^0 packets came out of the interface' "$work/said"

# In a user namespace that may have no other.
if unshare --user --map-root-user true 2> "$work/ignored"; then
  status=0
  # shellcheck disable=SC2016  # for the inner shell
  unshare --user --map-root-user sh -c '
    echo 0 > /proc/sys/user/max_net_namespaces && exec "$0" selftest --passive' "$asepsis" \
    > "$work/said" 2> "$work/sentence" || status=$?
  [ "$status" -eq 2 ]
  grep -q 'not permitted here' "$work/sentence"
fi
echo '1 passed, 0 failed'
