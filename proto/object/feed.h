#ifndef QUIRE_FEED_H
#define QUIRE_FEED_H

#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/object/history.h"

/*
 * A feed as its follower knows it: the chain of charters, the headers 1..n in
 * order, and what may come next.  Everybody who takes in headers goes through
 * here, whether they came over a link, from a web host, a stick or a capsule:
 * nothing enters without signatures that count.  What a charter pins (PROTOCOL.md
 * §4) is certain once it is here whole; the first headers of it alone may still be
 * another's, see QERR_PINNED.  It owns copies of the charters; of headers it keeps
 * leaves only.
 */
#define FEED_CHARTERS_MAX 256

struct feed;

struct feed *feed_new(const struct id *id);
void feed_free(struct feed *f);

const struct id *feed_id(const struct feed *f);
/* The newest charter that counts, or NULL; charters by version, as files. */
const struct charter *feed_charter(const struct feed *f);
struct bytes feed_charter_file(const struct feed *f, uint64_t version);
/* True if |c|, in whatever state, says that it is behind one of ours, or the first. */
bool feed_is_of(const struct feed *f, const struct charter *c);
/* A name for a head and a charter together, by their hashes; of a feed whose charters are
 * forked it is another.  It is all zero where there is no such header. */
void feed_state_of(struct id *ret, const struct id *head,
    const struct id *charter);
void feed_state(const struct feed *f, uint64_t number, uint64_t version,
    struct id *ret);
/* .. of its charter |version| and a |head| that is known by its hash alone. */
void feed_state_with(const struct feed *f, const struct id *head,
    uint64_t version, struct id *ret);

/* The newest header accepted: number (0: none) and identity. */
uint64_t feed_head(const struct feed *f);
const struct id *feed_head_hash(const struct feed *f);
/* The identity of header |n| <= feed_head(). */
const struct id *feed_hash(const struct feed *f, uint64_t n);
/* The leaf of header |n| <= feed_head(), for proofs. */
const struct id *feed_leaf(const struct feed *f, uint64_t n);

/*
 * Take a charter file.  0: it is the newest now, and |*ret_floor| is the number
 * from which headers died (UINT64_MAX: none); the feed is cut back to
 * |*ret_floor| - 1 itself, and the caller drops headers and packs from there.  Where an
 * announced successor has signed it, it may take the place of one that we have: those of
 * later versions are gone.  QERR_DUPLICATE: known already.  QERR_CHAIN: versions are
 * missing before it, or it follows another.  QERR_KEY: signed by those whom a successor
 * has put out.  QERR_FORK: another charter of a known version, validly signed; or the
 * charters are forked.
 */
int feed_add_charter(struct feed *f, struct bytes file, uint64_t *ret_floor);

/*
 * Take the proof that the roots contradict themselves: two charters of one version.
 * Neither counts, nor does what follows them; the version before is the newest now, and
 * an issue counts only if both would let it, too.  0 and |*ret_floor| as above.
 * QERR_DUPLICATE: that is known, or they are the same.  QERR_CHAIN: they follow what is
 * not here.  QERR_KEY: a successor has decided.  feed_forked() is the version, 0 if there
 * is no fork, and its two files.
 */
int feed_add_fork(struct feed *f, struct bytes a, struct bytes b,
    uint64_t *ret_floor);
uint64_t feed_forked(const struct feed *f, struct bytes *ret_a,
    struct bytes *ret_b);

/*
 * Take the header with the number after feed_head().  0: accepted.
 * QERR_DUPLICATE: exactly the one we have.  QERR_ROLLBACK: an older number that
 * we have (same identity, or not told).  QERR_FORK: it contradicts what we have:
 * both are signed for one number, or its history does not cover ours.
 * QERR_CHAIN: numbers are missing before it.  QERR_CHARTER: it names a charter
 * newer than ours.  QERR_PINNED: it is not in the history that the charter pins; or,
 * where feed_head() is below the pin, one of ours is not, and who cannot tell cuts the
 * feed back to 0 and asks again.  |ret| is filled in all these cases.
 */
int feed_add_header(struct feed *f, struct bytes file, struct header *ret);

/* Take many: |file[0..n-1]| are the headers after feed_head(), in order; all or none. */
int feed_add_headers(struct feed *f, const struct bytes *file, size_t n);

/*
 * What a feed knows of its headers, to be kept where nobody else writes and taken up
 * again by a new one: of each header what stands here, of all of them the frontier
 * of the history.
 */
struct feed_kept {
	struct id leaf, hash;
	uint32_t charter; /* that it names */
	uint8_t signer[HEADER_SIGNERS_MAX][KEY_ID_LEN];
	size_t n_signer;
};
void feed_keep(const struct feed *f, uint64_t n, struct feed_kept *ret);
const struct history *feed_history(struct feed *f);

/*
 * Take up again the next charter file, or the next header, that this program accepted
 * before.  No signature and no history is computed; whether the newest charter still
 * lets the signers sign is looked at.  After the headers comes feed_taken_up() with
 * the history of all of them; where it or one of them fails, feed_cut() to 0.
 */
int feed_take_up_charter(struct feed *f, struct bytes file);
int feed_take_up(struct feed *f, const struct feed_kept *k);
int feed_taken_up(struct feed *f, const struct history *h);

/*
 * Check a head that may be far ahead, without accepting it: signature and
 * charter only.  0 if it is newer than ours; else as feed_add_header().
 */
int feed_check_head(const struct feed *f, struct bytes file,
    struct header *ret);

/*
 * 0 if |a| and |b| are a fork proof for this feed: both validly signed for one
 * number, different identities, and neither key revoked from that number.  QERR_PINNED
 * if the charter has decided between them.
 */
int feed_check_fork(const struct feed *f, struct bytes a, struct bytes b,
    uint64_t *ret_number);

/* Forget headers after |n|. */
void feed_cut(struct feed *f, uint64_t n);

#endif
