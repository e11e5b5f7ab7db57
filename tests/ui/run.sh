#!/bin/bash
# The pages as people use them. Ends with 77 where npm or Chromium is not there.
#   tests/ui/run.sh ASEPSIS EXAMPLES [FOLDER FOR SCREENSHOTS]
set -euo pipefail
here=$(dirname "$0")
for program in npm chromium; do
  if ! command -v "$program" >/dev/null; then
    echo "SKIPPED: $program is not there (scripts/install-packages check)"
    exit 77
  fi
done
"$here/../../scripts/build-ui" --packages-only
exec node "$here/run.mjs" "$@"
