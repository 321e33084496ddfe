#!/bin/sh
# A seed gives the same world under another malloc: other addresses, other garbage.
#
# usage: repeat.sh SIM
set -u
for scene in storm liars flood swarm half country; do
	plain=$("$1" -v -s $scene 7 | grep -v 'us a step') &&
		other=$(MALLOC_PERTURB_=90 MALLOC_MMAP_THRESHOLD_=4096 MALLOC_TOP_PAD_=65536 "$1" -v -s $scene 7 | grep -v 'us a step') &&
		[ "$plain" = "$other" ] || { echo "$scene does not repeat: $plain / $other"; exit 1; }
done
echo 'Six scenes repeat.'
