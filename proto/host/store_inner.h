#ifndef QUIRE_STORE_INNER_H
#define QUIRE_STORE_INNER_H

#include "proto/host/store.h"
#include "proto/host/store_batch.h"
#include "proto/host/store_part.h"
#include "proto/object/issues.h"

/*
 * The inside of a store, shared by its parts:
 *
 *	store.c         opening and reading
 *	store_put.c     temporaries
 *	store_commit.c  the commits that make all of them visible, by a thread
 *	store_batch.c   .. what one of them does
 *	store_forget.c  deleting
 *	store_issues.c  headers, which stand in blocks
 *	store_from_1.c  stores of the version before
 *	store_walk.c    what stands in rows: charters, headers, proofs
 *	store_row.c     headers of a feed, kept together
 *	store_part.c    packs on their way in
 */
#define STORE_MODE_DIR  0755 /* any web server may serve the tree */
#define STORE_MODE_FILE 0644

struct new_head {
	struct id feed;
	struct buf file;
};

struct issues_puts {
	struct issues_put **of;
	size_t n;
};

struct store {
	char *dir;
	int fd, lock;
	bool readonly;
	uint64_t serial, lost;
	int why;                     /* the last was */
	struct committer *committer; /* NULL: no thread yet */
	struct waiting *waiting;
	size_t n_waiting, cap_waiting;
	struct new_head *head;
	size_t n_head;
	struct part_set *parts;
	bool counted;
	uint64_t used;
	/* Blocks of headers: until a commit takes them, and while it is under way. */
	struct issues_puts put, going;
	struct { /* number 0: none */
		struct id feed;
		uint64_t number;
	} refused;
	/* The block of headers that was read last; number 0: none. */
	struct {
		struct id feed;
		uint64_t number;
		struct buf b;
		struct issues issues;
	} block;
	/* The pack read last, open. */
	struct id open_root;
	int open_fd;
};

/* The largest file of |kind|. */
size_t store_size_max(enum tree_kind kind);
/* Delete all files in folder |name|. */
void store_empty(int dir, const char *name);
/* Wait for the commit under way, if there is one, and note its end. */
void store_settle(struct store *s);
void store_commit_stop(struct store *s);
/* Write a temporary that becomes |t| at the commit. */
int store_stage(struct store *s, const struct tree_name *t, struct bytes data);
/* The newest header of a batch becomes the head, once, and behind all else. */
int store_put_head(struct store *s, const struct id *feed, struct bytes data);

/* A header is put into its block, QERR_IO if that cannot be read up to there; a commit
 * takes all that were, and ends, or they are dropped. */
int store_issues_put(struct store *s, const struct tree_name *t,
    struct bytes data);
int store_issues_take(struct store *s);
void store_issues_drop(struct store *s);
void store_issues_ended(struct store *s);
/* Append one that waits, or that is there: QERR_ABSENT. */
int store_issues_waiting(const struct store *s, const struct tree_name *t,
    struct buf *b);
int store_issues_get(struct store *s, const struct tree_name *t, struct buf *b);
int issues_get(int dir, const struct tree_name *t, struct buf *b);
/* Blocks in the tree changed, or may have. */
void store_issues_changed(struct store *s);
/* Those of |feed| from |from| on: what waits, and what is there. */
void store_issues_unwait(struct store *s, const struct id *feed, uint64_t from);
int store_issues_forget(struct store *s, const struct id *feed, uint64_t from);
/* Make it what this version has. */
int store_from_1(struct store *s);

#endif
