# Completion of asepsis for fish.

set -l commands read devices device why services settings drift conversations unknown query schema version
set -l shown devices device why services settings drift conversations unknown query

complete -c asepsis -f
complete -c asepsis -l help -d 'How to use it'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -l version -d 'Which version this is'

complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a read -d 'Read captures and logs into the database'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a devices -d 'List the devices'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a device -d 'Show one device'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a why -d 'Show the evidence for what is said of a device'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a services -d 'List what the devices offer'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a settings -d 'List how devices are configured'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a drift -d 'Show where devices of one model differ'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a conversations -d 'List who talks to whom'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a unknown -d 'List what nothing recognises'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a query -d 'Answer a question in SQL'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a schema -d 'Describe the tables and views'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a version -d 'Say which version this is'

complete -c asepsis -n "__fish_seen_subcommand_from read $shown" -l db -r -F -d 'The database'
complete -c asepsis -n "__fish_seen_subcommand_from read $shown" -l json -d 'JSON, one object a line'
complete -c asepsis -n "__fish_seen_subcommand_from $shown" -l csv -d 'Comma-separated values'

complete -c asepsis -n '__fish_seen_subcommand_from why' -a 'class manufacturer model firmware serial udi_di hardware os'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l split -x -a 'site care-area firmware' -d 'Compare only within'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l where -x -d 'Only devices of which this holds, in SQL'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l since -x -d 'Which settings changed since'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l plan -d 'What to change to reach the safest'
complete -c asepsis -n '__fish_seen_subcommand_from read' -F
complete -c asepsis -n '__fish_seen_subcommand_from read' -l filter -x -d 'Read only the packets that match'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l site -x -d 'The network the captures are of'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l knowledge -x -a '(__fish_complete_directories)' -d 'A folder of your own rules and names'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l workers -x -a '1 2 4 8' -d 'How many threads read'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l eve -r -F -d 'Then write EVE JSON lines'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l zeek-out -x -a '(__fish_complete_directories)' -d 'Then write logs as Zeek does'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l stats -d 'What was read, lost and malformed'
