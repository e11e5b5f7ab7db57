# Completion of asepsis for fish.

set -l commands read watch selftest devices device why services settings drift conversations unknown query check findings classes accept pack schema version
set -l shown devices device why services settings drift conversations unknown query findings classes

complete -c asepsis -f
complete -c asepsis -l help -d 'How to use it'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -l version -d 'Which version this is'

complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a read -d 'Read captures and logs into the database'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a watch -d 'Listen to network interfaces'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a selftest -d 'Prove that listening sends nothing'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a devices -d 'List the devices'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a device -d 'Show one device'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a why -d 'Show the evidence for what is said of a device'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a services -d 'List what the devices offer'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a settings -d 'List how devices are configured'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a drift -d 'Show where devices of one model differ'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a conversations -d 'List who talks to whom'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a unknown -d 'List what nothing recognises'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a query -d 'Answer a question in SQL'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a check -d 'Check the devices against packs of checks'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a findings -d 'List what was found'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a classes -d 'List weakness classes and what each baseline would end'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a accept -d 'Accept the risk of a finding until a day'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a pack -d 'List, check, test and begin packs of checks'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a schema -d 'Describe the tables and views'
complete -c asepsis -n "not __fish_seen_subcommand_from $commands" -a version -d 'Say which version this is'

complete -c asepsis -n "__fish_seen_subcommand_from read watch $shown" -l db -r -F -d 'The database'
complete -c asepsis -n "__fish_seen_subcommand_from read $shown" -l json -d 'JSON, one object a line'
complete -c asepsis -n "__fish_seen_subcommand_from $shown" -l csv -d 'Comma-separated values'

complete -c asepsis -n '__fish_seen_subcommand_from why' -a 'class manufacturer model firmware serial udi_di hardware os'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l split -x -a 'site care-area firmware' -d 'Compare only within'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l where -x -d 'Only devices of which this holds, in SQL'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l since -x -d 'Which settings changed since'
complete -c asepsis -n '__fish_seen_subcommand_from drift' -l plan -d 'What to change to reach the safest'
complete -c asepsis -n '__fish_seen_subcommand_from read' -F
complete -c asepsis -n '__fish_seen_subcommand_from watch' -a '(__fish_print_interfaces)'
complete -c asepsis -n '__fish_seen_subcommand_from watch' -l replay -r -F -d 'Play captures instead'
complete -c asepsis -n '__fish_seen_subcommand_from watch' -l speed -x -d 'How many times as fast'
complete -c asepsis -n '__fish_seen_subcommand_from read watch' -l filter -x -d 'Read only the packets that match'
complete -c asepsis -n '__fish_seen_subcommand_from read watch' -l site -x -d 'The network the captures are of'
complete -c asepsis -n '__fish_seen_subcommand_from read watch' -l knowledge -x -a '(__fish_complete_directories)' -d 'A folder of your own rules and names'
complete -c asepsis -n '__fish_seen_subcommand_from read watch' -l workers -x -a '1 2 4 8' -d 'How many threads read'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l eve -r -F -d 'Then write EVE JSON lines'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l zeek-out -x -a '(__fish_complete_directories)' -d 'Then write logs as Zeek does'
complete -c asepsis -n '__fish_seen_subcommand_from read' -l stats -d 'What was read, lost and malformed'

complete -c asepsis -n '__fish_seen_subcommand_from check accept' -l db -r -F -d 'The database'
complete -c asepsis -n '__fish_seen_subcommand_from check' -l pack -r -F -d 'A pack of your own'
complete -c asepsis -n '__fish_seen_subcommand_from check' -l fail-on -x -a '1 2 3 4 5' -d 'Exit with 1 from this rating on'
complete -c asepsis -n '__fish_seen_subcommand_from findings' -l by -x -a 'device check model class owner-role' -d 'Count them by'
complete -c asepsis -n '__fish_seen_subcommand_from findings' -l all -d 'Accepted and gone too'
complete -c asepsis -n '__fish_seen_subcommand_from accept' -l until -x -d 'The last day'
complete -c asepsis -n '__fish_seen_subcommand_from accept' -l by -x -d 'Who takes the risk'
complete -c asepsis -n '__fish_seen_subcommand_from accept' -l why -x -d 'Why, and what controls it'
complete -c asepsis -n '__fish_seen_subcommand_from pack' -a 'list check test new'
complete -c asepsis -n '__fish_seen_subcommand_from pack' -F
complete -c asepsis -n '__fish_seen_subcommand_from findings' -l sarif -d 'SARIF 2.1'
complete -c asepsis -n '__fish_seen_subcommand_from findings' -l oscal -d 'OSCAL assessment results 1.1.2'
complete -c asepsis -n '__fish_seen_subcommand_from findings' -l html -x -a '(__fish_complete_directories)' -d 'A printable report'
complete -c asepsis -n '__fish_seen_subcommand_from selftest' -l passive -d 'Everything is received, nothing is sent'
