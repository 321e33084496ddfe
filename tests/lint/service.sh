#!/bin/sh
# The unit is sound and hardened, the sample settings are settings, and the manual names them all.
# usage: service.sh UNIT QUIRED SOURCE
set -eu
unit=$1 quired=$(realpath "$2") source=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$quired" -T -c "$source/contrib/service/quired.conf" >"$work/settings"
for name in $(sed -n 's/^[[:space:]]*\([a-z]*\) .*/\1/p' "$work/settings" | sort -u); do
	grep -q "^\*$name\*" "$source/contrib/man/quired.conf.5.scd" || {
		echo "quired.conf(5) does not name $name" >&2
		exit 1
	}
done
for word in follow source sync list search read unpack unfollow export verify 'key new' publish retract 'invite new' peers status; do
	grep -q "^\*$word" "$source/contrib/man/quire.1.scd" || {
		echo "quire(1) does not name $word" >&2
		exit 1
	}
done

command -v systemd-analyze >/dev/null || {
	echo 'no systemd-analyze here: the unit is not checked'
	exit 77
}
cp "$unit" "$work/quired.service"
sed -i -e "s|=[^ ]*/quired |=$quired |" -e /^Documentation=/d "$work/quired.service" # the pages are not installed yet
verdict=$(systemd-analyze verify "$work/quired.service" 2>&1 | grep quired.service || true)
[ -z "$verdict" ] || {
	echo "$verdict" >&2
	exit 1
}
systemd-analyze security --offline=true --threshold=20 "$work/quired.service" >"$work/security" || {
	tail -n 3 "$work/security" >&2
	exit 1
}
tail -n 1 "$work/security"
