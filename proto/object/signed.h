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

/*
 * The short form, which a revocation has and nothing else (§4): [body, bytes].  Who has
 * signed is said by places in a list of keys that the reader has, and no key's id and no
 * signature of a trusted comment is there.
 */
#define SIGNED_PLACES_MAX 8

struct signed_short {
	struct bytes body;
	uint8_t places; /* bit i: the key in place i has signed */
	uint8_t sig[SIGNED_PLACES_MAX][64]; /* by place */
};

void signed_short_encode(struct buf *b, const struct signed_short *f);

/*
 * A file by steps, where its body says which form it has: the body, which |r| is then
 * behind, and the signatures.  reader_end() says if all was well.
 */
struct bytes signed_body(struct reader *r, struct bytes file);
void signed_sigs(struct signed_file *ret, struct reader *r, size_t max_sig);
void signed_short_sigs(struct signed_short *ret, struct reader *r);

#endif
