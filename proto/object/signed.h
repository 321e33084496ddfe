#ifndef QUIRE_SIGNED_H
#define QUIRE_SIGNED_H

#include "proto/base/buf.h"
#include "proto/object/key.h"

/*
 * A signed file, PROTOCOL.md §3: the array [body, [signature, ...]].  The body
 * points into the bytes it was decoded from.
 */
#define SIGNED_SIGS_MAX 16

struct signed_file {
	struct bytes body;
	struct key_sig sig[SIGNED_SIGS_MAX];
	size_t n_sig;
};

/*
 * Decode a file of 1 to |max_sig| <= SIGNED_SIGS_MAX signatures, in ascending order of
 * their keys' ids, none twice.  0 or a peer-fault QERR_*.
 */
int signed_decode(struct signed_file *ret, struct bytes file, size_t max_sig);
void signed_encode(struct buf *b, const struct signed_file *f);

#endif
