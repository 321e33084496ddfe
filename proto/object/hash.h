#ifndef QUIRE_HASH_H
#define QUIRE_HASH_H

#include <stddef.h>

#include "proto/base/bytes.h"

/*
 * Hashes with a domain, PROTOCOL.md §2: BLAKE2b-256 whose personalisation is
 * the kind, so that bytes of one kind never pass for another.
 */
enum hash_kind {
	HASH_CHARTER,
	HASH_HEADER,
	HASH_PIECE,
	HASH_RECORD,
	HASH_NODE,
	HASH_PICTURE,
	HASH_ARTICLE,
	HASH_ROOT,
	HASH_CAPSULE,
};

void hash(struct id *ret, enum hash_kind kind, struct bytes x);
/* The hash of |a| followed by |b|. */
void hash2(struct id *ret, enum hash_kind kind, struct bytes a, struct bytes b);

#endif
