# Completion of asepsis for bash.

_asepsis() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local commands="read watch selftest import register devices device why services settings drift areas conversations unknown status top packets query check findings classes accept pack serve user schema version"
  local command="" given
  for given in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $given "* ]]; then
      command=$given
      break
    fi
  done

  COMPREPLY=()
  case $before in
    --db | --eve | --progress | --metrics | --replay | -o | --out | --certificate | --key | --oidc-secret-file | --oidc-authority) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --zeek-out | --html | --packets) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --filter | --site | --speed | --name | --every | --around | --seconds | --keep-patients | --device | --map | --as-of | --where | --since) return ;;
    --listen | --full-name | --oidc-issuer | --oidc-client | --oidc-role | --oidc-claim | --oidc-redirect) return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W "viewer ward biomedical it procurement clinical-safety administrator" -- "$word"); return ;;
    --as) mapfile -t COMPREPLY < <(compgen -W "register export" -- "$word"); return ;;
    --dates) mapfile -t COMPREPLY < <(compgen -W "day-first month-first" -- "$word"); return ;;
    --only) mapfile -t COMPREPLY < <(compgen -W "conflicts never-heard unlisted joined" -- "$word"); return ;;
    --split) mapfile -t COMPREPLY < <(compgen -W "site care-area firmware" -- "$word"); return ;;
    --knowledge) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --pack) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --fail-on) mapfile -t COMPREPLY < <(compgen -W "1 2 3 4 5" -- "$word"); return ;;
    --by) [[ $command == accept ]] || mapfile -t COMPREPLY < <(compgen -W "device check model class owner-role" -- "$word"); return ;;
    --until | --why) return ;;
    --memory | --keep-packets) mapfile -t COMPREPLY < <(compgen -W "512M 1G 4G" -- "$word"); return ;;
    --workers) mapfile -t COMPREPLY < <(compgen -W "1 2 4 8" -- "$word"); return ;;
  esac

  local options
  case $command in
    "") options="$commands --help --version" ;;
    read) options="--db --filter --site --knowledge --workers --eve --zeek-out --json --progress --stats --help" ;;
    watch) options="--db --filter --site --knowledge --workers --memory --pack --metrics --keep-packets --packets --keep-patients --replay --speed --help" ;;
    packets) options="--around --out --seconds --db --packets --help" ;;
    top) options="--db --once --every --help" ;;
    selftest) options="--passive --help" ;;
    import) options="--db --site --name --device --as --show-mapping --map --dates --as-of --knowledge --json --progress --help" ;;
    register) options="--only --db --json --csv --help" ;;
    check) options="--db --pack --fail-on --help" ;;
    findings) options="--db --by --all --sarif --oscal --html --json --csv --help" ;;
    accept) options="--db --until --by --why --help" ;;
    pack) options="list check test new --help" ;;
    serve) options="--db --listen --open --certificate --key --name --idle --oidc-issuer --oidc-client --oidc-secret-file --oidc-role --oidc-claim --oidc-redirect --oidc-authority --help" ;;
    user) options="add list remove password --role --full-name --db --help" ;;
    drift) options="--split --where --since --plan --db --json --csv --help" ;;
    areas) options="--site --db --json --csv --help" ;;
    schema | version) options="--help" ;;
    *) options="--db --json --csv --help" ;;
  esac
  if [[ $command == watch && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net)" -- "$word")
  elif [[ $command == @(read|import|areas) && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  fi
}
complete -o filenames -F _asepsis asepsis
