# bash completion for quire(1)
_quire()
{
	local cur=${COMP_WORDS[COMP_CWORD]} cmd= i
	local commands='follow source sync list search read unpack unfollow export verify key charter try publish draft sign release retract invite peers status'
	local common='--state --json --quiet --color --control --help'
	for ((i = 1; i < COMP_CWORD; i++)); do
		case " $commands " in
		*" ${COMP_WORDS[i]} "*) cmd=${COMP_WORDS[i]} && break ;;
		esac
	done
	local words=$common
	case $cmd in
	'') words="$commands $common --version" ;;
	source) words="add remove $common" ;;
	sync) words="--newest --headlines --text-only --small --limit-rate --socks --transport $common" ;;
	list) words="--feed --lang --unread --search --limit --offset --feeds $common" ;;
	search) words="--feed --lang --unread --limit $common" ;;
	read) words="--text $common" ;;
	unpack) words="--feed $common" ;;
	export) words="--capsule --bundle --feed --text-only --armour $common" ;;
	verify) words="--feed --charter --export $common" ;;
	key) words="new make show --name --lang --home --pass $common" ;;
	charter) words="show change revoke sign accept --add --retire --revoke --add-root --remove-root --threshold --next-root --quorum --name --home --mirror --pin --key --output --previous --yes $common" ;;
	try) words="--feed --rules --page --text $common" ;;
	publish) words="--feed --dry-run --slow $common" ;;
	draft) words="--feed --output --promise --slow --time --volume $common" ;;
	sign) words="--output --yes --again $common" ;;
	release) words="$common" ;;
	retract) words="--draft --feed --lost --output --reason --time $common" ;;
	invite) words="new list revoke --address --transport $common" ;;
	peers) words="add remove revoke $common" ;;
	esac
	case $cmd:${COMP_WORDS[COMP_CWORD - 1]} in
	*:--color) words='auto always never' && cmd= ;;
	invite:--transport) words='raw web obfs4' ;;
	esac
	if [[ $cur == -* || -z $cmd || $cmd == @(key|charter|source|invite|peers) ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	fi
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -o filenames -F _quire quire
