# Completion of asepsis for bash.

_asepsis() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local commands="read watch selftest devices device why services settings drift conversations unknown status query check findings classes accept pack schema version"
  local command="" given
  for given in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $given "* ]]; then
      command=$given
      break
    fi
  done

  COMPREPLY=()
  case $before in
    --db | --eve | --metrics | --replay) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --zeek-out | --html) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --filter | --site | --speed | --where | --since) return ;;
    --split) mapfile -t COMPREPLY < <(compgen -W "site care-area firmware" -- "$word"); return ;;
    --knowledge) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --pack) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --fail-on) mapfile -t COMPREPLY < <(compgen -W "1 2 3 4 5" -- "$word"); return ;;
    --by) [[ $command == accept ]] || mapfile -t COMPREPLY < <(compgen -W "device check model class owner-role" -- "$word"); return ;;
    --until | --why) return ;;
    --memory) mapfile -t COMPREPLY < <(compgen -W "512M 1G 4G" -- "$word"); return ;;
    --workers) mapfile -t COMPREPLY < <(compgen -W "1 2 4 8" -- "$word"); return ;;
  esac

  local options
  case $command in
    "") options="$commands --help --version" ;;
    read) options="--db --filter --site --knowledge --workers --eve --zeek-out --json --stats --help" ;;
    watch) options="--db --filter --site --knowledge --workers --memory --metrics --replay --speed --help" ;;
    selftest) options="--passive --help" ;;
    check) options="--db --pack --fail-on --help" ;;
    findings) options="--db --by --all --sarif --oscal --html --json --csv --help" ;;
    accept) options="--db --until --by --why --help" ;;
    pack) options="list check test new --help" ;;
    drift) options="--split --where --since --plan --db --json --csv --help" ;;
    schema | version) options="--help" ;;
    *) options="--db --json --csv --help" ;;
  esac
  if [[ $command == watch && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net)" -- "$word")
  elif [[ $command == read && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  fi
}
complete -o filenames -F _asepsis asepsis
