# fish completion for quire(1)
set -l commands follow source sync list search read unpack unfollow export verify key charter try publish draft sign release retract invite peers status
complete -c quire -f
complete -c quire -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c quire -s C -l state -r -d 'where what you follow is kept'
complete -c quire -l json -d 'answer with JSON'
complete -c quire -s q -l quiet -d 'say only what was asked for'
complete -c quire -l color -x -a 'auto always never'
complete -c quire -l control -r -d 'control socket of quired'
complete -c quire -s h -l help -d help
complete -c quire -n '__fish_seen_subcommand_from sync' -s n -l newest -x -d 'only the newest issues'
complete -c quire -n '__fish_seen_subcommand_from sync export' -s t -l text-only -d 'no pictures'
complete -c quire -n '__fish_seen_subcommand_from sync' -s H -l headlines -d 'titles and summaries alone'
complete -c quire -n '__fish_seen_subcommand_from sync' -s s -l small -d 'pictures only as small ones'
complete -c quire -n '__fish_seen_subcommand_from sync' -s r -l limit-rate -x -d 'bytes a second at most'
complete -c quire -n '__fish_seen_subcommand_from sync' -l socks -x -d 'a SOCKS5 proxy'
complete -c quire -n '__fish_seen_subcommand_from sync' -s T -l transport -r -d 'the program of a pluggable transport'
complete -c quire -n '__fish_seen_subcommand_from sync verify export try publish draft sign release unpack' -F
complete -c quire -n '__fish_seen_subcommand_from list search unpack export verify try publish draft retract' -s f -l feed -x -d 'which feed'
complete -c quire -n '__fish_seen_subcommand_from list search' -s l -l lang -x -d 'in this language'
complete -c quire -n '__fish_seen_subcommand_from list search' -s u -l unread -d 'not read yet'
complete -c quire -n '__fish_seen_subcommand_from list' -s s -l search -x -d 'words in the title'
complete -c quire -n '__fish_seen_subcommand_from list search' -s n -l limit -x
complete -c quire -n '__fish_seen_subcommand_from list' -l offset -x
complete -c quire -n '__fish_seen_subcommand_from list' -l feeds -d 'the feeds themselves'
complete -c quire -n '__fish_seen_subcommand_from read' -s t -l text -d 'the bare text'
complete -c quire -n '__fish_seen_subcommand_from export' -l capsule -x -d 'one article with its proof'
complete -c quire -n '__fish_seen_subcommand_from export' -l bundle -d 'everything kept'
complete -c quire -n '__fish_seen_subcommand_from export' -s a -l armour -d 'as lines of text'
complete -c quire -n '__fish_seen_subcommand_from verify' -s c -l charter -r -d 'know these charters, too'
complete -c quire -n '__fish_seen_subcommand_from verify' -s e -l export -r -d 'body and signature for minisign'
complete -c quire -n '__fish_seen_subcommand_from key; and not __fish_seen_subcommand_from new make show' -a 'new make show'
complete -c quire -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new make show' -F
complete -c quire -n '__fish_seen_subcommand_from charter; and not __fish_seen_subcommand_from show change revoke sign accept' -a 'show change revoke sign accept'
complete -c quire -n '__fish_seen_subcommand_from charter; and __fish_seen_subcommand_from show change revoke sign accept' -F
complete -c quire -n '__fish_seen_subcommand_from charter' -l add -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l retire -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l revoke -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l add-root -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l remove-root -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l threshold -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l next-root -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l quorum -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l name -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l home -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l mirror -x
complete -c quire -n '__fish_seen_subcommand_from charter' -l pin -r
complete -c quire -n '__fish_seen_subcommand_from charter' -s k -l key -r
complete -c quire -n '__fish_seen_subcommand_from charter' -l previous -r
complete -c quire -n '__fish_seen_subcommand_from key' -s n -l name -x
complete -c quire -n '__fish_seen_subcommand_from key' -s l -l lang -x
complete -c quire -n '__fish_seen_subcommand_from key' -l home -x
complete -c quire -n '__fish_seen_subcommand_from key' -l pass
complete -c quire -n '__fish_seen_subcommand_from try' -s t -l text
complete -c quire -n '__fish_seen_subcommand_from try' -s r -l rules -rF
complete -c quire -n '__fish_seen_subcommand_from try' -s p -l page -rF
complete -c quire -n '__fish_seen_subcommand_from publish' -s n -l dry-run
complete -c quire -n '__fish_seen_subcommand_from publish draft' -l slow
complete -c quire -n '__fish_seen_subcommand_from draft retract' -l time -x -d 'of the draft'
complete -c quire -n '__fish_seen_subcommand_from draft' -l volume -d 'bind what is out'
complete -c quire -n '__fish_seen_subcommand_from draft' -l promise -d 'an empty issue'
complete -c quire -n '__fish_seen_subcommand_from sign' -l again -d 'another draft of the number'
complete -c quire -n '__fish_seen_subcommand_from draft sign charter retract' -s o -l output -r
complete -c quire -n '__fish_seen_subcommand_from sign charter' -s y -l yes -d 'do not ask'
complete -c quire -n '__fish_seen_subcommand_from retract' -s d -l draft -d 'make a draft'
complete -c quire -n '__fish_seen_subcommand_from retract' -s r -l reason -x
complete -c quire -n '__fish_seen_subcommand_from retract' -s l -l lost -d 'all that nobody has'
complete -c quire -n '__fish_seen_subcommand_from invite; and not __fish_seen_subcommand_from new list revoke' -a 'new list revoke'
complete -c quire -n '__fish_seen_subcommand_from invite' -s a -l address -x
complete -c quire -n '__fish_seen_subcommand_from invite' -s t -l transport -x -a 'raw web obfs4'
complete -c quire -n '__fish_seen_subcommand_from peers; and not __fish_seen_subcommand_from add remove revoke' -a 'add remove revoke'
complete -c quire -n '__fish_seen_subcommand_from source; and not __fish_seen_subcommand_from add remove' -a 'add remove'
complete -c quire -n '__fish_seen_subcommand_from source; and __fish_seen_subcommand_from add' -F
complete -c quire -n '__fish_seen_subcommand_from read' -s t -l text -d 'the bare text'
