#!/bin/bash
# The man page and the completions know every command and option that --help
# knows. Argument: the program.
set -euo pipefail
cd "$(dirname "$0")/.."
asepsis=$1
status=0

knows() {
  local file=$1 word=$2
  grep -qE -- "(^|[^a-z])$word([^a-z-]|$)" "$file" || { echo "$file does not know $word"; status=1; }
}

# CLI11 lists the commands, one a line and indented, under "Subcommands:".
mapfile -t commands < <("$asepsis" --help | sed -n '/^Subcommands:/,/^[^ ]/s/^  \([a-z]\+\) .*/\1/p')
[ ${#commands[@]} -gt 0 ] || { echo "--help lists no command"; exit 1; }
for command in "${commands[@]}"; do
  mapfile -t options < <("$asepsis" "$command" --help | grep -oE -- '--[a-z-]+' | sort -u)
  for file in completions/asepsis.bash completions/_asepsis completions/asepsis.fish; do
    knows "$file" "$command"
    for option in "${options[@]}"; do
      if [[ $file == *.fish ]]; then option="-l ${option#--}"; fi
      knows "$file" "$option"
    done
  done
  knows docs/asepsis.1 "$command"
  for option in "${options[@]}"; do knows docs/asepsis.1 "Fl -${option#--}"; done
done
exit $status
