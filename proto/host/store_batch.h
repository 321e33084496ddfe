#ifndef QUIRE_STORE_BATCH_H
#define QUIRE_STORE_BATCH_H

#include "proto/host/store_part.h"
#include "proto/object/tree.h"

/*
 * The inside of a store: what one commit makes durable and visible.  It is taken out of
 * the store first and needs nothing more of that, so that it may be done in a thread
 * while the store takes in what is next.
 */
struct waiting { /* a temporary that becomes |name| */
	char tmp[32];
	char name[TREE_PATH_MAX];
	uint64_t size; /* of a pack, to be counted */
	bool there;    /* it did */
};

struct batch {
	int dir;
	struct waiting *waiting;
	size_t n_waiting;
	struct part_work part[PART_OPEN_MAX];
	size_t n_part, n_whole;
	uint64_t packs; /* bytes of those that became whole */
	/* What failed, if it did: errno, and at what. */
	int failed;
	const char *what;
};

/* Sync all, rename, and sync the folders; a crash in between leaves a beginning. */
void batch_run(struct batch *b);
/* It failed, at |what|, for errno: -1. */
int batch_fail(struct batch *b, const char *what);

#endif
