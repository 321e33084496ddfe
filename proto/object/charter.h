#ifndef QUIRE_CHARTER_H
#define QUIRE_CHARTER_H

#include "proto/base/buf.h"
#include "proto/object/key.h"
#include "proto/object/signed.h"

/*
 * A charter says which keys may sign a feed, PROTOCOL.md §4.  One in short form, a
 * revocation, says what ends, and is the charter before it in all else.  A charter
 * borrows all its text from the file it was decoded from, a revocation from those
 * before it.
 */
#define CHARTER_FILE_MAX    4096
#define CHARTER_ROOTS_MAX   8
#define CHARTER_KEYS_MAX    16
#define CHARTER_LANGS_MAX   16
#define CHARTER_MIRRORS_MAX 16
#define CHARTER_MIRROR_MAX  512
#define CHARTER_QUORUMS_MAX 8
#define CHARTER_QUORUM_MAX  8 /* keys that one issue can ask for */

struct charter_key {
	struct key key;
	uint64_t from;
	uint64_t to; /* UINT64_MAX: open */
};

/* What a revocation ends: key |id| signs nothing from issue |from| on. */
struct charter_end {
	uint8_t id[KEY_ID_LEN];
	uint64_t from;
};

/* From issue |from| on each is signed by |m| keys. */
struct charter_quorum {
	uint64_t from;
	unsigned m;
};

struct charter {
	uint64_t version;
	struct bytes name;
	struct bytes lang[CHARTER_LANGS_MAX];
	size_t n_lang;
	struct bytes home; /* .p NULL if absent */
	struct key root[CHARTER_ROOTS_MAX];
	size_t n_root;
	unsigned threshold;
	struct id next_root[CHARTER_ROOTS_MAX];
	size_t n_next_root;
	struct charter_key key[CHARTER_KEYS_MAX];
	size_t n_key;
	struct bytes mirror[CHARTER_MIRRORS_MAX];
	size_t n_mirror;
	struct id previous; /* if version > 1 */
	uint64_t pin; /* the history of issues 1 to this is fixed; 0: none */
	struct id pin_root;                                /* its root */
	struct charter_quorum quorum[CHARTER_QUORUMS_MAX]; /* before: 1 */
	size_t n_quorum;
	bool is_revocation;
	struct charter_end end[CHARTER_KEYS_MAX]; /* if it is; ascending */
	size_t n_end;
	struct id hash; /* set by decoding */
};

/*
 * The body of |c|; QERR_RANGE and so on if a field is not allowed.  Of a revocation only
 * version, previous, what ends and the pin are written and read.
 */
int charter_encode(struct buf *b, const struct charter *c);
int charter_decode_body(struct charter *ret, struct bytes body);

/*
 * Sign |body|, or add a signature to |file| (a signed file); into |b|.  A revocation says
 * who signed it by places among the roots of |before|, the charter before it (QERR_CHAIN if
 * that is another or NULL), so that nobody else can (QERR_KEY); for others it is not needed.
 * QERR_DUPLICATE if |k| has signed.
 */
int charter_sign(struct buf *b, struct bytes body, struct bytes file,
    const struct charter *before, const struct key_secret *k);

/* The trusted comment that a full charter's signatures carry. */
#define CHARTER_COMMENT_MAX 48
void charter_comment(char dst[CHARTER_COMMENT_MAX], uint64_t version);

/* What the file alone says; nothing is checked. */
int charter_peek(struct charter *ret, struct bytes file);
/*
 * Decode and verify a whole charter file.  |prev| is the charter before it,
 * NULL for version 1.  |ret| borrows from |file|, and of a revocation from what |prev|
 * borrows from.
 */
int charter_open(struct charter *ret, struct bytes file,
    const struct charter *prev);
/* The same without its signatures: one that was accepted before. */
int charter_take(struct charter *ret, struct bytes file,
    const struct charter *prev);
/*
 * 0 if |c|, signed by whom it may be, could count behind |prev|: QERR_KEY if a root joins
 * that |prev| did not announce, QERR_CHAIN if what is pinned changes.
 */
int charter_follows(const struct charter *c, const struct charter *prev);
/* The newest of a feed's |n| charters from version 1 on, which were accepted before;
 * QERR_ABSENT if there is none. */
int charter_newest(struct charter *ret, const struct bytes *file, size_t n);

/*
 * True if |file|, which is |c| and counts behind |prev|, is signed by as many of the
 * roots that |prev| announced and that join in it as |prev| asks for: it counts, whatever
 * else the roots of |prev| signed.
 */
bool charter_succeeds(const struct charter *c, struct bytes file,
    const struct charter *prev);

/*
 * The key of |id| if it may sign issue |number|: 0, QERR_KEY if it is not
 * there, QERR_REVOKED if it is but not for this number.
 */
int charter_signer(const struct charter *c, const uint8_t id[KEY_ID_LEN],
    uint64_t number, const struct key **ret_key);

/* How many keys have to sign issue |number|. */
unsigned charter_quorum(const struct charter *c, uint64_t number);

/*
 * 0 if the |n| keys that signed issue |number| may and are enough; |id| has their ids
 * one behind another, each once.  Else QERR_KEY, QERR_REVOKED or QERR_QUORUM.
 */
int charter_signers(const struct charter *c, const uint8_t *id, size_t n,
    uint64_t number);

/*
 * QERR_PINNED if |history|, which header |number| names, is not the one that |c| pins;
 * 0 if it is, or if this header alone does not tell.
 */
int charter_check_history(const struct charter *c, uint64_t number,
    const struct id *history);

#endif
