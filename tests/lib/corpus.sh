#!/bin/sh
# Print the folder that holds the corpus (articles/ crypto/ feeds/ …), unpacking
# it once below build/ if only the archive is there.  Exit 77, which tests take
# as "skip", and say so, if there is none.
# usage: corpus.sh [pack|pack-testonly]
set -eu

part=${1:-pack}
top=$(cd "$(dirname "$0")/../.." && pwd)

if [ -n "${QUIRE_CORPUS:-}" ] && [ "$part" = pack ]; then
	printf '%s\n' "$QUIRE_CORPUS"
	exit 0
fi

here=$top/build/corpus
if [ ! -d "$here/$part" ]; then
	case $part in
	pack) archive=quire-dev-pack.tar.zst ;;
	*) archive=quire-dev-pack-testonly.tar.zst ;;
	esac
	archive=${QUIRE_SHARED:-$top/../shared}/corpus/$archive
	if [ ! -f "$archive" ]; then
		echo "SKIPPED: the corpus of real articles is not here ($archive)" >&2
		exit 77
	fi
	mkdir -p "$top/build"
	new=$(mktemp -d "$top/build/corpus.XXXXXX")
	tar --zstd -xf "$archive" -C "$new"
	mkdir -p "$here"
	[ -d "$here/$part" ] || mv "$new/$part" "$here/$part" 2>/dev/null || :
	rm -rf "$new"
fi
printf '%s\n' "$here/$part"
