#ifndef QUIRE_FEED_INNER_H
#define QUIRE_FEED_INNER_H

#include "proto/object/feed.h"

/*
 * The inside of a feed, shared by its parts: feed.c (headers), feed_charter.c (charters,
 * and which of two that contradict each other counts) and feed_kept.c (taken up again).
 */

/* Key ids that signed headers of one feed; more than a charter chain can hold. */
#define SIGNERS_MAX 255
#define NOBODY      255

struct charter_copy {
	uint8_t *p;
	size_t n;
	struct id hash; /* of the charter */
};

struct entry {
	struct id leaf;   /* in the history tree */
	struct id hash;   /* identity */
	uint32_t charter; /* that it names */
	uint8_t
	    signer[HEADER_SIGNERS_MAX]; /* places in feed.signer, or NOBODY */
};

/* One of the two that forked the charters, on top of the newest that counts. */
struct rival {
	struct charter_copy copy;
	struct charter charter; /* borrows from it */
};

struct feed {
	struct id id;
	struct charter_copy *charter; /* version - 1 */
	size_t n_charter;
	struct charter newest; /* borrows from the copies */
	struct rival *rival;   /* two; NULL if the charters are not forked */
	uint8_t signer[SIGNERS_MAX][KEY_ID_LEN];
	size_t n_signer;
	struct entry *entry; /* number - 1 */
	size_t n, cap;
	struct history history; /* of the first headers: see feed_history() */
};

/* feed.c */
int feed_reserve(struct feed *f, size_t n);
/* Note in |e| who signed it. */
int feed_set_signers(struct feed *f, struct entry *e, const uint8_t *id,
    size_t n);
/* Who signed |e|: their number. */
size_t feed_signers(const struct feed *f, const struct entry *e,
    uint8_t ret[HEADER_SIGNERS_MAX][KEY_ID_LEN]);
/* False if our first headers are not those that the newest charter pins. */
bool feed_holds_pin(const struct feed *f);
/* The first header that does not count under the charters as they are now. */
uint64_t feed_first_dead(const struct feed *f);

/* feed_charter.c */
/* The highest version of a charter that a header may name. */
uint64_t feed_named_max(const struct feed *f);
/* As charter_signers(), by all charters that have a say. */
int feed_may_sign(const struct feed *f, const uint8_t *id, size_t n,
    uint64_t number);
void feed_charters_free(struct feed *f);

#endif
