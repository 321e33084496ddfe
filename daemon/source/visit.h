#ifndef QUIRE_VISIT_H
#define QUIRE_VISIT_H

#include "daemon/daemon_inner.h"
#include "daemon/source/basket.h"
#include "daemon/source/fetcher.h"
#include "daemon/source/manner.h"
#include "daemon/source/source.h"

/*
 * One source in its daemon: what the calculation asks for (daemon/source/source.h) is
 * done here.
 *
 *	visit.c        its turns and steps, lists and articles
 *	visit_fetch.c  what it fetches, by the fetcher and with manners
 *	visit_pour.c   what it publishes
 *	visit_keep.c   what is kept of it, and what its operator is told
 *	errand.c       an address that somebody wants to have a look at, and no source
 *
 * Lists, articles and publishing are jobs; all else is the loop's.
 */
#define VISIT_LATER_MS 1000 /* until a turn or a publisher is asked for again */

enum doing {
	DOING_REST,
	DOING_FETCH, /* what its source asks for */
	DOING_LIST,
	DOING_TAKE,
	DOING_PICTURES, /* of the entry that is being taken */
	DOING_POUR,     /* the basket, into a batch */
};

/* One source on its way; number |number| of the settings, from 1. */
struct visit {
	struct sources *all;
	struct room *room;
	unsigned number;
	uint64_t delay; /* ms between two requests to a host */
	char file[64];
	struct source s;
	struct source_ask ask;
	enum doing doing;
	struct event *timer;
	struct job job; /* to list, take or pour */
	bool for_robots;
	struct buf address; /* that is asked for, as it is sent */
	struct basket basket;
	struct buf page;
	char page_at[FETCH_ADDRESS_MAX + 1];
	size_t poured;
	bool open; /* a batch is */
	bool lost;
	size_t refused; /* entries of this turn */
	size_t fresh;   /* articles of this turn that are new or corrected */
};

/* All of them, and what they share. */
struct sources {
	struct daemon *d;
	struct fetcher *fetcher;
	struct manner manner;
	struct visit *visit;
	size_t n;
	fetched_fn fetched; /* of the errand under way */
	void *fetched_arg;
};

/* visit.c */
void visit_on_time(evutil_socket_t fd, short what, void *visit);
void visit_on_job(void *visit);
void visit_again(struct visit *v, uint64_t ms); /* on_time() comes then */

/* visit_fetch.c: ask for a list, page or picture; visit_deliver() takes what comes. */
void visit_fetch(struct visit *v);
/* The operator named its host, for one source or another. */
bool visit_is_named(const struct sources *all, struct bytes address);
void visit_deliver(struct visit *v, const struct fetch_answer *a,
    bool forbidden);

/* visit_pour.c: publish one more of the basket; true if nothing is left in it. */
bool visit_pour(struct visit *v);

/* visit_keep.c */
void visit_name_file(struct visit *v, const char *address);
void visit_save(struct visit *v);
/* 0 or QERR_NOMEM: what is damaged is told, and it begins anew. */
int visit_load(struct visit *v, const char *address, uint64_t every);
/* Nothing of the turn was published: know what was known before. */
void visit_forget_turn(struct visit *v);
void visit_tell(struct visit *v);
/* Tell of an entry that was refused, or is published as what it is not, by its |link|, ""
 * if it has none; of a few of a turn one by one, and how many more there are. */
#define VISIT_REFUSED_MAX 5
void visit_complain(struct visit *v, const char *message, const char *link);
void visit_refused_none(struct visit *v);

#endif
