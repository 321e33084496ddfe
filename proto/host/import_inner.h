#ifndef QUIRE_IMPORT_INNER_H
#define QUIRE_IMPORT_INNER_H

#include "proto/base/buf.h"
#include "proto/host/import.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"
#include "proto/object/feed.h"

/*
 * A place with a tree: what import.c asks of it.  Made by import_folder.c (a
 * folder), import_tar.c (a bundle), import_http.c (a web host) and import_lone.c (a
 * charter).
 */
struct import_source {
	/* Append the file |path| of at most |max| bytes; QERR_ABSENT, QERR_TOOBIG,
	 * QERR_IO (the place cannot be reached any more). */
	int (*get)(struct import_source *src, const char *path, size_t max,
	    struct buf *b);
	void (*close)(struct import_source *src);
	bool far; /* QERR_IO: it is gone; else only this file cannot be read */
	/* False if it has nothing of |f|; NULL: it may. */
	bool (*has)(struct import_source *src, const struct feed *f);
	/* NULL: cannot be known. */
	int (*feeds)(struct import_source *src,
	    int (*fn)(void *, const struct id *), void *arg);
};

/* A place could not be opened: errno as QERR_ABSENT, or QERR_IO (logged). */
int import_error(void);

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
	bool changed;             /* the charters, and so perhaps what counts */
};

/* An object of the source.  One file that a stick cannot read any more is not there. */
int import_try(struct import *m, const struct tree_name *t, size_t max,
    struct buf *b);
/* Something that the source has and that does not hold: the first is noted. */
void import_blame(struct import *m, const struct tree_name *t, int err);
int import_commit(struct import *m);

/* The source's charters from version |from| on; QERR_ABSENT if there is none then. */
int import_charters(struct import *m, uint64_t from);
/* Its proof that they are forked. */
int import_fork(struct import *m);

#endif
