#ifndef QUIRE_IMPORT_HTTP_INNER_H
#define QUIRE_IMPORT_HTTP_INNER_H

#include "proto/base/when.h"
#include "proto/host/curl.h"
#include "proto/host/import_inner.h"
#include "proto/host/pace.h"
#include "proto/object/tree.h"

/*
 * The inside of a web host as a source:
 *
 *	import_http.c      what is asked of it, in which order
 *	import_transfer.c  one file on its way
 */
#define URL_MAX_LEN 2048

struct http;

/* One file that is being fetched, or was ahead of its being asked for. */
struct transfer {
	struct http *http;
	CURL *curl;
	char path[TREE_PATH_MAX]; /* ahead: "" if it is free */
	struct buf ahead;
	struct buf *b; /* being filled */
	size_t max;
	size_t lines; /* bytes of header lines */
	bool busy;
	CURLcode rc; /* once it is not */
};

struct http {
	struct import_source src;
	const struct curl_calls *c;
	CURLM *multi;
	struct transfer now, soon[IMPORT_AHEAD];
	char base[URL_MAX_LEN];
	bool near;  /* its host may be in a private network */
	bool alone; /* one file at a time */
	size_t got; /* bytes, of all, since .. */
	when_ms since;
	struct pace pace;
	bool proxy;
};

/* What each says to whom, on |curl|, which is its own from now on. */
void transfer_init(struct transfer *t, struct http *h, CURL *curl);
void transfer_done(struct transfer *t);
/* Ask for the file |path| without its first |from| bytes, into t->b of t->max at most. */
void transfer_begin(struct transfer *t, const char *path, size_t from);
/* All that were begun go on until this one has ended, with |t->rc|. */
void transfer_await(struct transfer *t);
/* What came of it: 0, QERR_ABSENT, QERR_TOOBIG or QERR_IO, .. */
int transfer_verdict(const struct transfer *t, size_t from);
/* .. the line broke, and what came came, .. */
bool transfer_broke(const struct transfer *t);
/* .. or the host said that it has no such file, and not that it has enough of us. */
bool transfer_is_absent(const struct transfer *t);

#endif
