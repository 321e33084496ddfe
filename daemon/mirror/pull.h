#ifndef QUIRE_PULL_H
#define QUIRE_PULL_H

#include "proto/node/node.h"
#include "proto/object/tree.h"

/*
 * What is asked of one web host that has a copy of a feed's tree, as a calculation: in
 * the order in which all things of a feed come.  What comes is given to the node
 * (NODE_FOUND) first, which alone judges what counts, and then to pull_came().
 *
 *	charters --> their fork --> head --> its proof --> headers up to it --> packs
 *	    ^                        |                        | is not the next of ours
 *	    +-- all, once, where ----+                        +--> the rival of our head
 *	        the head's do not fit
 */
#define PULL_ABSENT_MAX 16 /* packs that it lacks one after the other */

enum pull_step {
	PULL_CHARTERS,
	PULL_FORK,
	PULL_HEAD,
	PULL_PROOF,
	PULL_HEADERS,
	PULL_RIVAL,
	PULL_PACKS,
	PULL_DONE,
};

struct pull {
	struct id feed;
	enum pull_step step;
	uint64_t number; /* that was asked for */
	uint64_t head;   /* that it has, as new as ours at least; 0: none */
	bool all;        /* charters, from the first on */
	struct id *want; /* packs, when they were begun with */
	size_t n_want, at, absent;
	bool gave; /* something that the node had not */
};

void pull_init(struct pull *p, const struct id *feed);
void pull_done(struct pull *p);

/* What to ask for next, and how many bytes that has at most; false if that is all. */
bool pull_ask(struct pull *p, const struct node *n, struct tree_name *ret,
    size_t *ret_max);
/* |file| came for it, and the node was told; .p NULL: it is not there.  Of a block of
 * headers this is the one that was asked for. */
void pull_came(struct pull *p, const struct node *n, struct bytes file);
/* True if it has a head that is not older than ours, and we have that now. */
bool pull_answered(const struct pull *p, const struct node *n);

#endif
