#ifndef QUIRE_FETCHER_H
#define QUIRE_FETCHER_H

#include <event2/event.h>

#include "daemon/source/fetch.h"

/*
 * Fetches for quired in a confined child (browse.h, walls.h), so that whoever takes
 * libcurl over has a network that he had before, and nothing of ours.  One request
 * at a time; the loop never waits for it.  A child that dies is replaced and the
 * request done once more; then it is FETCH_CHILD.
 */
struct fetcher;

struct fetcher_config {
	const char *name;   /* of the process that the children come from */
	const char *proxy;  /* HOST:PORT of a SOCKS5 proxy, or "" */
	bool mirror;        /* newsrooms' mirrors are fetched, and no sites */
	char *const *local; /* folders and files that file: addresses are in */
	size_t n_local;
	/* In the process that the children come from: forget what they need not
	 * know, but not what stands above.  May be NULL. */
	void (*forget)(void *arg);
	void *arg;
};

/* Fork it: before threads, secrets and sandbox.  |cfg| and what it names stay the
 * caller's.  0, QERR_NOMEM or QERR_IO. */
int fetcher_new(struct fetcher **ret, const struct fetcher_config *cfg);
void fetcher_free(struct fetcher *f);

/*
 * Ask for |rq|, of which a copy is taken; |fn| is called from the loop |base|, once,
 * with what came.  What |a| borrows lasts until fn returns, which may ask again.
 * 0, QERR_AGAIN if a request is under way, QERR_IO if there is no child, or
 * QERR_TOOBIG.
 */
typedef void (*fetcher_fn)(void *arg, const struct fetch_answer *a);
int fetcher_ask(struct fetcher *f, struct event_base *base,
    const struct fetch_request *rq, fetcher_fn fn, void *arg);

/* Nothing is to be fetched for a while: end the child.  The next one reads the
 * machine's certificates and name servers anew. */
void fetcher_rest(struct fetcher *f);

#endif
