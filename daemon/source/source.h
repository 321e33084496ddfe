#ifndef QUIRE_SOURCE_H
#define QUIRE_SOURCE_H

#include "daemon/ingest/ingest.h"
#include "daemon/press/publisher.h"
#include "daemon/source/fetch.h"
#include "daemon/source/known.h"
#include "proto/base/rng.h"
#include "proto/base/when.h"

/*
 * One address that a newsroom names as a source of articles (a feed, a sitemap, a
 * page), as a calculation: told what happened, it says what to do next.  It knows no
 * clock, socket or file.
 *
 *	WAIT --TIME--> FETCH --ANSWER--> LIST --LISTED--> for each entry that is
 *	  ^                                 new or says something else:
 *	  |                                   [FETCH its page --ANSWER-->]
 *	  |                                   TAKE --TAKEN-->
 *	  +-------ENDED-- END <--------------------- no more
 *
 * The list of a sitemap index leads to more of FETCH and LIST.  An entry that is
 * listed no more is not taken back.  One whose pictures did not all come is taken again
 * in the next turns, a few times; as a whole, or not at all.  When the news are done
 * with, a few pages that were taken are looked at again (look.h), those listed first,
 * which are mostly the newest, before others.  Errors wait twice as long each time.
 */
#define SOURCE_PAGES_MAX 200 /* that are fetched in one turn */
#define SOURCE_LISTS_MAX 50  /* sitemaps of an index, in one turn */
#define SOURCE_NEWEST    100 /* of a sitemap, in the first turn */
#define SOURCE_TRIES_MAX 3   /* at a page or pictures that are not there */
#define SOURCE_LOOKS_MAX 5   /* in one turn, at pages that were taken */
#define SOURCE_BAD_MAX   3   /* pages of a turn that fail before it ends */
#define SOURCE_BACK_OFF  (24 * 3600 * 1000ULL)
#define SOURCE_FILE_MAX  (2 * 1024 * 1024)

enum source_event_type {
	SOURCE_TIME,   /* only time went by */
	SOURCE_ANSWER, /* to FETCH */
	SOURCE_LISTED, /* to LIST */
	SOURCE_TAKEN,  /* to TAKE, published or refused: it is done with */
	SOURCE_ENDED, /* to END; |lost|: nothing was published, take it again */
};
struct source_event {
	enum source_event_type type;
	when_ms now;
	uint64_t wall; /* UNIX seconds, to be shown and kept */
	const struct fetch_answer *answer;
	bool forbidden; /* ANSWER: robots.txt says no */
	struct ingest_list
	    *list;       /* LISTED: taken; NULL: it cannot be read .. */
	const char *why; /* .. because */
	bool lost;
	bool partly; /* TAKEN: pictures did not come, and may come later */
};

enum source_ask_type {
	SOURCE_WAIT,  /* until |until| */
	SOURCE_FETCH, /* |address| */
	SOURCE_LIST,  /* the document fetched last */
	SOURCE_TAKE, /* |entry| of the list, with the page fetched last if |page| */
	SOURCE_END, /* of a turn: see that all is published */
};
struct source_ask { /* borrows from the source until its next step */
	enum source_ask_type type;
	when_ms until;
	struct fetch_request request; /* but |max|, |seconds| and |near| */
	bool page;                    /* FETCH: a page, and no list */
	bool again; /* TAKE: it was taken; not without all its pictures */
	const struct ingest_entry *entry;
	enum ingest_list_kind kind; /* TAKE: of the list */
};

/* What the operator should know; all of the last turn. */
enum source_trouble {
	SOURCE_FINE,
	SOURCE_UNREACHED, /* it was not fetched: |error| or |status| */
	SOURCE_ROBOTS,    /* its robots.txt forbids it */
	SOURCE_UNREAD,    /* it was fetched and is no feed: |why| */
	SOURCE_PAGES, /* |failed| of its pages were not fetched, as |last|, by .. */
};

/* Why an entry of a list is not taken in. */
enum source_skip {
	SOURCE_SKIP_SAME, /* it says what it said */
	SOURCE_SKIP_OLD,  /* than the SOURCE_NEWEST of a sitemap */
	SOURCE_SKIP_NOWHERE, /* it has no text, and names no page that may be fetched */
	SOURCE_SKIP_PAGE,  /* which was not fetched */
	SOURCE_SKIP_LATER, /* there are too many, or the site is not well */
	SOURCE_SKIPS,
};

/* For the operator, over restarts, too; times are UNIX seconds, 0: never. */
struct source_told {
	uint64_t looked; /* the last turn */
	uint64_t listed; /* the last whose list was not the same, .. */
	size_t
	    skipped[SOURCE_SKIPS]; /* .. and what became of what it had; .. */
	size_t outcome[PUBLISHER_OUTCOMES]; /* .. which who publishes counts */
	uint64_t error_at; /* the last time that he was told of trouble, .. */
	char error[256];   /* .. and what */
};

struct source {
	char *address;
	uint64_t every; /* ms */
	struct rng rng;
	struct known known;
	uint64_t turn;
	char etag[FETCH_TAG_MAX + 1], modified[FETCH_TAG_MAX + 1];

	enum source_trouble trouble;
	enum fetch_error error;
	unsigned status;
	char why[256];
	size_t failed;
	char last[256];   /* an address, cut, to be shown */
	uint64_t success; /* UNIX seconds of the last, 0: never */
	struct source_told told;
	when_ms due;
	uint64_t retry;  /* UNIX seconds before which it asked not to come */
	unsigned errors; /* one after the other */

	/* Of the turn that is under way. */
	enum source_ask_type asked;
	bool asked_page;
	char new_etag[FETCH_TAG_MAX + 1], new_modified[FETCH_TAG_MAX + 1];
	struct ingest_list list;
	size_t at; /* the entry that is next */
	struct {
		char *address;
		struct id name, text;
	} more[SOURCE_LISTS_MAX];
	size_t n_more, at_more;
	bool in_more; /* the list is one of these */
	bool read; /* it was, or is the same; and nothing of it was put off */
	char more_tag[KNOWN_TAG_MAX + 1]; /* its tag */
	struct known_entry came; /* |tag| and |page| of what came last */
	size_t pages, bad;
	uint64_t wall;
	bool looking; /* the news of the list are done with */
	size_t looks;
	size_t first_left; /* of SOURCE_NEWEST */
	bool first;        /* turn ever */
	bool whole;        /* nothing was put off to the next turn */
};

/*
 * |every| in seconds.  |saved| is what source_save() wrote, or empty: QERR_* if it is
 * damaged, and |ret| begins anew all the same; QERR_NOMEM and there is no |ret|.
 */
int source_init(struct source *ret, const char *address, uint64_t every,
    const uint8_t seed[32], struct bytes saved, when_ms now, uint64_t wall);
void source_done(struct source *s);

/* True if what is not there may be there later. */
bool source_may_come(const struct fetch_answer *a);

void source_step(struct source *s, const struct source_event *ev,
    struct source_ask *ret);

/* All that is to be kept over restarts, between turns. */
void source_save(struct buf *b, const struct source *s);

/* What is wrong and what to do, as two sentences; false if nothing is. */
bool source_tell(const struct source *s, struct buf *what, struct buf *hint);

#endif
