#ifndef QUIRE_IMPORT_INNER_H
#define QUIRE_IMPORT_INNER_H

#include "proto/base/buf.h"
#include "proto/host/import.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"
#include "proto/object/feed.h"

/*
 * The inside of an import:
 *
 *   import.c          a feed, step by step
 *   import_charters.c its charters, and the proof that they are forked
 *   import_headers.c  its headers
 *   import_pinned.c   .. of another history than ours
 *   import_proofs.c   proofs that they are forked
 *   import_packs.c    which of its packs, and in which order
 *   import_source.c   places: by what they are called
 */

/*
 * A place with a tree: what is asked of it.  Made by import_folder.c (a
 * folder), import_tar.c (a bundle), import_http.c (a web host) and import_lone.c (a
 * charter).
 */
struct import_source {
	/* Append the file |path| of at most |max| bytes; QERR_ABSENT, QERR_TOOBIG,
	 * QERR_IO (the place cannot be reached any more). */
	int (*get)(struct import_source *src, const char *path, size_t max,
	    struct buf *b);
	/* import_get_from(); NULL: it saves nothing. */
	int (*get_from)(struct import_source *src, const char *path,
	    size_t from, size_t max, struct buf *b);
	/* import_soon(); NULL: it needs no time. */
	void (*soon)(struct import_source *src, const char *path, size_t size);
	void (*close)(struct import_source *src);
	bool far;  /* QERR_IO: it is gone; else only this file cannot be read */
	bool slow; /* .. or it took more time than we have for it */
	/* False if it has nothing of |f|; NULL: it may. */
	bool (*has)(struct import_source *src, const struct feed *f);
	/* NULL: cannot be known. */
	int (*feeds)(struct import_source *src,
	    int (*fn)(void *, const struct id *), void *arg);
};

/* A place could not be opened: errno as QERR_ABSENT, or QERR_IO (logged). */
int import_error(void);

/* The file |t|, of |size| bytes, is asked for soon: at most so many that it is said of are
 * not asked for yet. */
#define IMPORT_AHEAD 5
void import_soon(struct import_source *src, const struct tree_name *t,
    size_t size);

/* A feed being taken in. */
struct import {
	struct store *store;
	struct import_source *src;
	const struct import_config *cfg;
	struct import_result *r;
	struct id id;
	struct feed *feed;
	struct row row;
	struct shelf shelf; /* all that is announced; no key is needed */
	bool *want;
	uint64_t wanted, waiting; /* bytes; put since the last commit */
	struct buf
	    *aside;   /* header files go here, not into the store: or NULL */
	bool changed; /* the charters, and so perhaps what counts */
};

/* An object of the source.  One file that a stick cannot read any more is not there. */
int import_try(struct import *m, const struct tree_name *t, size_t max,
    struct buf *b);
/* One of its headers. */
int import_header(struct import *m, uint64_t number, struct buf *b);
/* Something that the source has and that does not hold: the first is noted. */
void import_blame(struct import *m, const struct tree_name *t, int err);
int import_commit(struct import *m);

/* What is here, once headers have died. */
int import_look_again(struct import *m);

/* The source's charters from version |from| on; QERR_ABSENT if there is none then. */
int import_charters(struct import *m, uint64_t from);
/* Its proof that they are forked. */
int import_fork(struct import *m);
/* Its headers up to its head, or as many of them as hold. */
int import_headers(struct import *m);
/* Those after ours, up to number |head|. */
int import_up_to(struct import *m, uint64_t head);
/* Its headers contradict ours: if they are the pinned, and ours are not, they take the
 * place of ours, and 0; else QERR_*, and nothing has changed. */
int import_pinned(struct import *m);
/* What was proved before stays so, until a charter ends it. */
int import_proofs_known(struct import *m);
/* Its proof for its head |number|, if it has one. */
int import_proof(struct import *m, uint64_t number);
/* Its header |theirs| contradicts us: with ours of that number, if we have one, it is the
 * proof. */
int import_rival(struct import *m, struct bytes theirs);
/* It contradicts us: its header and ours of one number, up to |head|, are the proof. */
int import_proof_made(struct import *m, uint64_t head);
/* Packs that are wanted, the most important first. */
int import_packs(struct import *m);
/* What was withdrawn is deleted, here as everywhere. */
int import_drop_dead(struct import *m);

#endif
