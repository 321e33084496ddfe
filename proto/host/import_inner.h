#ifndef QUIRE_IMPORT_INNER_H
#define QUIRE_IMPORT_INNER_H

#include "proto/base/buf.h"
#include "proto/host/import.h"

/*
 * A place with a tree: what import.c asks of it.  Made by import_folder.c (a
 * folder), import_tar.c (a bundle) and import_http.c (a web host).
 */
struct import_source {
	/* Append the file |path| of at most |max| bytes; QERR_ABSENT, QERR_TOOBIG,
	 * QERR_IO (the place cannot be reached any more). */
	int (*get)(struct import_source *src, const char *path, size_t max,
	    struct buf *b);
	void (*close)(struct import_source *src);
	bool far; /* QERR_IO: it is gone; else only this file cannot be read */
	/* NULL: cannot be known. */
	int (*feeds)(struct import_source *src,
	    int (*fn)(void *, const struct id *), void *arg);
};

/* A place could not be opened: errno as QERR_ABSENT, or QERR_IO (logged). */
int import_error(void);

#endif
