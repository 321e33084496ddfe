#ifndef QUIRE_HEADER_H
#define QUIRE_HEADER_H

#include "proto/base/buf.h"
#include "proto/object/charter.h"
#include "proto/object/key.h"
#include "proto/object/pack_entry.h"

/*
 * A header is an issue's small signed part, PROTOCOL.md §5.  It owns nothing;
 * a decoded header is a plain value.
 */
#define HEADER_FILE_MAX    2048
#define HEADER_PACKS_MAX   16
#define HEADER_SIGNERS_MAX CHARTER_QUORUM_MAX

struct header {
	struct id feed;
	uint64_t charter;
	uint64_t number;
	uint64_t time; /* UNIX seconds: shown, never trusted */
	uint64_t next; /* seconds until the next issue at the latest */
	struct id history;
	struct pack_entry pack[HEADER_PACKS_MAX];
	size_t n_pack;
	unsigned m;     /* keys that sign it; 0 is taken as 1 */
	struct id hash; /* identity; set by decoding */
	/* |m| ids, ascending; set with a file. */
	uint8_t signer[HEADER_SIGNERS_MAX][KEY_ID_LEN];
};

/*
 * True if |h| withdraws pack |e| of the earlier header |old|: an `only` pack of |h|
 * covers it, or the heads pack it goes with, and |h| does not announce it again
 * itself.  The rule of PROTOCOL.md §5, for whoever keeps, serves or asks for packs.
 */
bool header_withdraws(const struct header *h, const struct header *old,
    const struct pack_entry *e);
/* False if |h| withdraws no earlier pack that covers |first| to |last|: a quick look,
 * for whoever goes through thousands. */
bool header_may_withdraw(const struct header *h, uint64_t first, uint64_t last);

/* The body of |h|, which its identity names and its keys sign. */
int header_encode(struct buf *b, const struct header *h);
int header_decode_body(struct header *ret, struct bytes body);
/* The same without its identity, which is all zero then: of thousands that were
 * accepted before, only what they announce is asked. */
int header_read_body(struct header *ret, struct bytes body);

/*
 * Each signature of an issue is minisign's of the body, with this trusted comment.
 * header_sig() makes one; header_check_sig() is 0 if |s| is one, by a key that |c|
 * lets sign this issue.
 */
#define HEADER_COMMENT_MAX 96
void header_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed);
int header_sig(struct key_sig *ret, const struct header *h,
    const struct key_secret *k);
int header_check_sig(const struct header *h, const struct key_sig *s,
    const struct charter *c);

/*
 * Append the header file of |h| with its h->m signatures, in any order; fills h->hash
 * and h->signer.  QERR_QUORUM if |n| is another number, QERR_DUPLICATE if two are by
 * one key.
 */
int header_file(struct buf *b, struct header *h, const struct key_sig *sig,
    size_t n);
/* The same where |k| signs alone. */
int header_sign(struct buf *b, struct header *h, const struct key_secret *k);

/* Decode a header file without checking its signatures. */
int header_peek(struct header *ret, struct bytes file);
/* .. and without its identity. */
int header_read(struct header *ret, struct bytes file);
/* Decode and verify against |c|, the newest charter known of its feed. */
int header_open(struct header *ret, struct bytes file, const struct charter *c);
/* Its leaf in the history: of the body, whoever signed it. */
int header_leaf(struct id *ret, struct bytes file);

#endif
