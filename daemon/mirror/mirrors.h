#ifndef QUIRE_MIRRORS_H
#define QUIRE_MIRRORS_H

#include "daemon/daemon_inner.h"
#include "daemon/mirror/pull.h"
#include "daemon/mirror/rota.h"
#include "daemon/source/fetcher.h"
#include "proto/base/rng.h"
#include "proto/object/follow.h"

/*
 * Web hosts that hold a copy of a followed feed's tree, and are asked when no peer gives
 * it: those that the operator's follow link names, and those that the feed's charter does.
 * All is fetched by a confined child, one thing at a time; nothing of it counts for more
 * than what a peer says.
 *
 *	mirrors.c       when whose are asked
 *	mirror_visit.c  those of one feed, one after the other
 *	pull.c          what of each
 *	rota.c          whose turn it is
 */
#define MIRROR_PLACES_MAX  (FOLLOW_SOURCES_MAX + CHARTER_MIRRORS_MAX)
#define MIRROR_ADDRESS_MAX FOLLOW_SOURCE_MAX

struct mirror_place {
	char address[MIRROR_ADDRESS_MAX + 1];
	bool near; /* it may be in a private network: the operator named it */
};

struct mirrors {
	struct daemon *d;
	struct fetcher *fetcher;
	struct event *timer;
	struct rng rng;
	struct mirrored *feed;
	size_t n;

	/* The visit under way. */
	bool busy;
	struct id visited;
	struct mirror_place place[MIRROR_PLACES_MAX];
	size_t n_place, at, left; /* the place, and how many with it */
	bool answered, gave;
	bool cut;      /* it was ended, for others wait */
	when_ms since; /* it began */
	struct rota_rest rest;
	struct pull pull;
	struct tree_name asked;
	/* A pack that is being given to the node, some pieces a turn. */
	struct event *slice;
	struct buf pack, hashes;
	size_t given;
};

/* mirror_visit.c: ask the mirrors of |feed|; mirrors_visited() when they were.  False if
 * it has none. */
bool mirror_visit(struct mirrors *m, const struct id *feed);
void mirror_on_slice(evutil_socket_t fd, short what, void *mirrors);

/* mirrors.c */
void mirrors_visited(struct mirrors *m);

#endif
