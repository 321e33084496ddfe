#ifndef QUIRE_SYNC_H
#define QUIRE_SYNC_H

#include "client/home.h"
#include "client/progress.h"
#include "client/sources.h"
#include "client/ways.h"
#include "proto/host/import.h"
#include "proto/host/rest.h"
#include "proto/host/store_row.h"

/*
 * One `quire sync`: what is followed, where it is looked for, and what came of it.
 *
 *   cmd_sync.c     options and sources
 *   sync.c         .. in their lists
 *   sync_mirrors.c .. where the newsrooms say
 *   sync_trees.c   from folders, bundles and web hosts
 *   sync_nodes.c   from nodes
 *   sync_tell.c    the index brought up to date, and what people are told
 */
#define SYNC_FEEDS_MAX 1024

struct sync_feed {
	struct id id;
	bool asleep;    /* and whole; nobody showed more */
	bool imported;  /* all of it was read, to compare it with a tree */
	struct row row; /* else its headers, once they are read */
	struct rest
	    rest; /* .. and what the next sync is to know, if it is whole */
	uint64_t head; /* before */
	struct index_news news;
	size_t packs;     /* before */
	bool came;        /* packs did */
	uint64_t lacking; /* packs nobody had */
	bool done, reached, failed;
	bool blamed; /* and what is lacking was told */
};

struct sync {
	struct app *a;
	struct home h;
	struct sync_feed *feed;
	size_t n_feed;
	char *invite[SOURCES_MAX], *tree[SOURCES_MAX];
	size_t n_invite, n_tree, link_sources;
	size_t first_invite, first_tree; /* those before were asked already */
	struct import_way way;
	struct ways ways; /* other than plain TCP */
	bool plain;       /* no invite needs them */
	unsigned tiers;
	uint64_t newest;
	struct progress progress;
	struct event_base *base;
	size_t waiting;         /* for FACT_SYNCED */
	bool woken;             /* a feed is to be restored */
	bool slow[SOURCES_MAX]; /* of the trees */
	bool
	    strange; /* it is newsrooms, and not the reader, that name sources now */
	bool unreached, full, forked, interrupted;
	bool changed;            /* the tree did: the index follows */
	bool named;              /* sources by hand */
	bool names;              /* .. and none is kept */
	uint64_t forked_charter; /* the version of two charters; 0: none */
	uint64_t faults, bytes;
};

/* NULL if |id| is not followed. */
struct sync_feed *sync_find(struct sync *s, const struct id *id);

/* Add one, unless it is there already: 0, or an exit status after complaining. */
int sync_source(struct sync *s, const char *text);
/*
 * Add what the charters of the feeds name, and let only that be asked from now on; sets
 * *ret_any if there is anything.  0, or an exit status after complaining.
 */
int sync_mirrors(struct sync *s, bool *ret_any);

/* Take in from the sources of one kind: 0, or an exit status after complaining. */
int sync_trees(struct sync *s);
/* Once all others were asked: what is still lacking, of those that were slow. */
int sync_slow_trees(struct sync *s);
int sync_nodes(struct sync *s);
/* Bring the index up to date and say what is new; returns the exit status, |exit| if all
 * went well here. */
int sync_tell(struct sync *s, int exit);

#endif
