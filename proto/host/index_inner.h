#ifndef QUIRE_INDEX_INNER_H
#define QUIRE_INDEX_INNER_H

#include <sqlite3.h>

#include "proto/base/map.h"
#include "proto/host/index.h"

/*
 * The inside of an index:
 *
 *   index.c        the database
 *   index_fill.c   .. is filled from heads packs: index_fill_inner.h
 *   index_user.c   what the user decided: follows, read, the last list
 *   index_query.c  listing and finding
 */
#define INDEX_VERSION 5
#define INDEX_KEY_LEN (32 + ARTICLE_ID_LEN) /* feed, article id */

struct index_follow {
	struct id feed;
	struct reading_key key;
	char *link;
	int64_t synced;
};

struct index {
	struct store *store;
	sqlite3 *db;
	struct index_follow *follow;
	size_t n_follow;
	struct map *read; /* by hash of feed and article id */
};

/* index.c */
int index_prepare(struct index *x, sqlite3_stmt **ret, const char *sql);
/* QERR_* for what SQLite said; a damaged database is removed. */
int index_error(struct index *x, int rc);
int index_run(struct index *x, const char *sql);
/* Take the one step that |q| has. */
int index_finish(struct index *x, sqlite3_stmt *q);

/* Forget what is listed of |feed|. */
int index_drop(struct index *x, const struct id *feed);

/* index_user.c */
int index_user_load(struct index *x);
void index_user_done(struct index *x);
struct index_follow *index_followed(struct index *x, const struct id *feed);
bool index_is_read(const struct index *x, const struct id *feed,
    const struct article_id *id);

#endif
