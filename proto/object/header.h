#ifndef QUIRE_HEADER_H
#define QUIRE_HEADER_H

#include "proto/base/buf.h"
#include "proto/object/charter.h"
#include "proto/object/key.h"

/*
 * A header is an issue's small signed part, PROTOCOL.md §5.  It owns nothing;
 * a decoded header is a plain value.
 */
#define HEADER_FILE_MAX      2048
#define HEADER_PACKS_MAX     16
#define HEADER_SIGNERS_MAX   CHARTER_QUORUM_MAX
#define HEADER_APPROVALS_MAX (HEADER_SIGNERS_MAX - 1)
#define PACK_SIZE_MAX        (16 * 1024 * 1024)
#define PACK_COUNT_MAX       16384

enum tier {
	TIER_HEADS,
	TIER_TEXT,
	TIER_SMALL,
	TIER_PICTURES,
	TIERS
};

struct pack_entry {
	enum tier tier;
	struct id root;       /* over the sealed pieces: the pack's name */
	uint32_t size;        /* sealed */
	uint32_t raw;         /* inflated */
	struct id contents;   /* over the records */
	uint32_t count;       /* of records */
	uint64_t first, last; /* issues covered */
	bool has_base;
	struct id base; /* contents of the pack that is the zstd prefix */
	bool only;      /* withdraws what it covers */
};

struct header {
	struct id feed;
	uint64_t charter;
	uint64_t number;
	uint64_t time; /* UNIX seconds: shown, never trusted */
	uint64_t next; /* seconds until the next issue at the latest */
	struct id history;
	struct pack_entry pack[HEADER_PACKS_MAX];
	size_t n_pack;
	struct key_sig approval[HEADER_APPROVALS_MAX]; /* ascending by id */
	size_t n_approval;
	struct id hash;             /* identity; set by decoding */
	uint8_t signer[KEY_ID_LEN]; /* set by header_open/peek */
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

int header_encode(struct buf *b, const struct header *h);
int header_decode_body(struct header *ret, struct bytes body);

#define HEADER_COMMENT_MAX 96
void header_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed);

/*
 * Where several keys sign an issue, all but the last one sign what is approved: the
 * header without time and approvals, which is what editors compare as a draft.
 * header_approved() appends it.  header_approve() adds an approval to |h|, keeping
 * the order: QERR_DUPLICATE if that key has approved, QERR_FULL.  header_check_approval()
 * is 0 if |s| is one, by a key that |c| lets sign this issue; else QERR_*.
 */
int header_approved(struct buf *b, const struct header *h);
void header_approval_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed);
int header_approve(struct header *h, const struct key_sig *s);
int header_check_approval(const struct header *h, const struct key_sig *s,
    const struct charter *c);

/* All who signed |h|, which was opened or peeked at: their number. */
size_t header_signers(const struct header *h,
    uint8_t ret[HEADER_SIGNERS_MAX][KEY_ID_LEN]);

/* Sign |h| into a header file; fills h->hash and h->signer. */
int header_sign(struct buf *b, struct header *h, const struct key_secret *k);

/* Decode a header file without checking its signature. */
int header_peek(struct header *ret, struct bytes file);
/* The same without its identity, which is all zero then: of thousands that were
 * accepted before, only what they announce is asked. */
int header_read(struct header *ret, struct bytes file);
/* Decode and verify against |c|, the newest charter known of its feed. */
int header_open(struct header *ret, struct bytes file, const struct charter *c);

#endif
