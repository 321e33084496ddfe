#ifndef QUIRE_INDEX_H
#define QUIRE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/host/store.h"
#include "proto/object/article.h"
#include "proto/object/pack.h"

/*
 * What the tree holds, so that it can be listed and searched: an SQLite
 * database that may be deleted at any time and is rebuilt from the tree.  It is
 * filled from heads (tier 0) alone; bodies are opened when they are read.
 */
struct index;
struct row;

/*
 * Open DIR/index.sqlite, or rebuild it if it is missing, old or damaged (deeper
 * damage is QERR_IO where it is met, and rebuilt at the next opening); QERR_AGAIN if
 * another process has been filling it for long.  What
 * the user decided is not in it: followed feeds are lines of DIR/follows, when
 * each was synced is the time of DIR/synced-FEED, what was read is appended to DIR/read,
 * the last list printed is DIR/list.
 */
int index_open(struct index **ret, struct store *s);
/*
 * The same in two steps: first what the user decided, which is all that is needed for
 * index_follows(), index_synced() and index_key(); then, for all else, the database.
 */
int index_begin(struct index **ret, struct store *s);
int index_ready(struct index *x);
void index_close(struct index *x);

/* Followed feeds (with their reading keys and sources, as follow links). */
int index_follow(struct index *x, struct bytes follow_link);
/* And what it was read of, and the list that was printed last. */
int index_unfollow(struct index *x, const struct id *feed);
struct index_feed {
	struct id feed;
	bool has_key;
	struct reading_key key;
	const char *name; /* from the charter, else the link; never NULL */
	const char *link; /* as given */
	uint64_t head, charter, articles;
	int64_t synced; /* UNIX seconds of the last sync, 0: never */
};
int index_feeds(struct index *x, int (*fn)(void *, const struct index_feed *),
    void *arg);
/* Only who they are, and the links as given. */
int index_follows(struct index *x,
    int (*fn)(void *, const struct id *feed, const char *link), void *arg);
/* How many of a feed's articles were not read yet: looks at each of them. */
int index_unread(struct index *x, const struct id *feed, uint64_t *ret);

/*
 * Take in everything about |feed| that the tree has and the index has not yet:
 * headers, and the articles of every heads pack that is whole (opened with the
 * feed's reading key).  Replaces, corrects and removes as the headers say.
 * One transaction.
 */
int index_update(struct index *x, const struct id *feed);
/*
 * The same for who has read the feed's headers already (none are in |r|: he has not), and
 * what came of it: articles that were not listed, and corrections and retractions of
 * those that were.
 */
struct index_news {
	uint64_t fresh, corrected, retracted;
};
int index_update_from(struct index *x, const struct id *feed,
    const struct row *r, struct index_news *ret);

/* One article in its newest revision. */
struct index_article {
	struct id feed;
	struct article_id id;
	uint64_t number; /* issue; of one from a volume its last */
	uint64_t revision;
	enum article_status status;
	const char *lang, *title, *name, *authors, *note;
	bool has_date;
	int64_t date;  /* published, if not after the issue; else its time */
	uint64_t size; /* of the body */
	bool read, has_text; /* has_text: its text pack is here */
	/* where it is: */
	uint64_t pack_number; /* the header that announces the packs */
	unsigned heads,
	    text; /* indexes in that header's packs; text UINT_MAX if none */
	uint32_t record;
};
struct index_query {
	const struct id *feed; /* NULL: all */
	const char
	    *search; /* NULL: all; else case-folded substring of the title */
	const char *lang; /* NULL: all */
	bool unread;
	size_t limit, offset; /* limit 0: no limit */
	bool
	    by_pack; /* in the order of packs, to read many at once; else newest first,
		       * and of one time as their newsroom ordered them */
};
int index_articles(struct index *x, const struct index_query *q,
    int (*fn)(void *, const struct index_article *), void *arg);
/*
 * The list that was printed last, to which numbers refer: |list| begins empty, gets
 * each article in turn (INDEX_LIST_MAX at most), and is kept in place of the one before.
 */
#define INDEX_LIST_MAX 100000
void index_list_add(struct buf *list, const struct index_article *a);
int index_list_keep(struct index *x, const struct buf *list);
/*
 * Find one by a reference as people type it: the number in the last list (as
 * printed by `quire list`), the first characters of its id in hex, or its name
 * or address.  QERR_ABSENT, or QERR_DUPLICATE if several fit.
 */
int index_find(struct index *x, const char *ref,
    int (*fn)(void *, const struct index_article *), void *arg);
int index_mark_read(struct index *x, const struct index_article *a);
int index_synced(struct index *x, const struct id *feed, int64_t when);
/* The reading key of a followed feed; QERR_ABSENT. */
int index_key(struct index *x, const struct id *feed, struct reading_key *ret);

#endif
