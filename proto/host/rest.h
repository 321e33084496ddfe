#ifndef QUIRE_REST_H
#define QUIRE_REST_H

#include "proto/base/buf.h"
#include "proto/host/store.h"
#include "proto/node/node.h"

/*
 * DIR/rest-FEED: that nothing was missing of a feed, up to which header, by which charters
 * and for whom; and that it is listed.  A reader's next sync looks whether it is all
 * there, and then lets the feed sleep (node_restore_asleep()): what it costs to find
 * nothing new does not grow with the feed.  What is damaged is not there.
 */
struct rest {
	struct node_policy policy;
	uint64_t number;          /* the head's, .. */
	struct id head, charters; /* its identity; charters_sum() */
	struct buf packs;         /* the roots of those that are held */
	uint8_t stamp[16];        /* of their folders, when it was saved */
};

void rest_init(struct rest *r);
void rest_done(struct rest *r);
/* Take it from |n|, into |ret|, which is empty: QERR_ABSENT if something is missing. */
int rest_take(struct rest *ret, const struct node *n, const struct id *feed,
    const struct node_policy *policy);
/* Once the feed is listed.  It need not survive a power cut. */
int rest_save(struct store *s, const struct id *feed, const struct rest *r);
/* With any of its headers; nothing is to say that it was ever followed. */
void rest_remove(int dir, const struct id *feed);
/* Put the feed asleep into |n|: QERR_ABSENT if it is to be restored whole. */
int rest_restore(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy);

#endif
