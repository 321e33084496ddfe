#ifndef QUIRE_STORE_INNER_H
#define QUIRE_STORE_INNER_H

#include "proto/host/store.h"
#include "proto/host/store_batch.h"
#include "proto/host/store_part.h"

/*
 * The inside of a store, shared by its parts:
 *
 *	store.c         opening and reading
 *	store_put.c     temporaries
 *	store_commit.c  the commits that make all of them visible, by a thread
 *	store_batch.c   .. what one of them does
 *	store_forget.c  deleting
 *	store_walk.c    what stands in rows: charters, headers, proofs
 *	store_row.c     headers of a feed, kept together
 *	store_part.c    packs on their way in
 */
#define STORE_FOLDERS   1024 /* pack/AA: two characters of base32 */
#define STORE_MODE_DIR  0755 /* any web server may serve the tree */
#define STORE_MODE_FILE 0644

struct new_head {
	struct id feed;
	struct buf file;
	char tmp[32]; /* where it waits as a header */
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
	/* Which folders of packs there are: to most questions of a reader who has
	 * volumes the answer is that there is not even the folder. */
	bool listed;
	uint8_t folder[STORE_FOLDERS / 8];
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
/* The head of a feed: a second name of its header, where the file system has such. */
int store_stage_head(struct store *s, const struct new_head *h);

#endif
