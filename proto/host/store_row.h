#ifndef QUIRE_STORE_ROW_H
#define QUIRE_STORE_ROW_H

#include "proto/base/buf.h"
#include "proto/object/feed.h"

/*
 * DIR/row-FEED: the headers of a feed that were checked, one behind another with what
 * a feed knows of them, so that thousands need one file to be opened, and nothing to
 * be checked or decoded again.  Each sync with news appends a stretch.  Made from the
 * tree, and deleted with any of its headers; what is damaged of it, or all of it if its
 * last header is not the tree's, is not there.
 */
#define ROW_SUM_LEN 16

struct row_end {    /* how far a row reaches: what is appended goes on there */
	uint64_t n; /* headers */
	uint64_t size;            /* of the file */
	uint8_t sum[ROW_SUM_LEN]; /* of all stretches */
	struct id charters; /* charters_sum() of those that were checked */
};

struct row {
	struct id feed;
	size_t n; /* headers: the first |n_kept| were read from the row, .. */
	size_t n_kept;        /* .. the others are files of the tree */
	const uint8_t **kept; /* into |file| */
	struct bytes *tree;   /* into |tail| */
	size_t cap_kept, cap_tree;
	struct buf file, tail;
	struct history history; /* of the row's |end.n| */
	struct row_end end;
};

void row_init(struct row *r);
void row_done(struct row *r);
/* Read what there is into |r|, which is new: 0 or QERR_NOMEM. */
int row_read(struct row *r, int dir, const struct id *feed);
/* Behind the first |n| the files in |r->tail|, with their ends as u32le. */
int row_extend(struct row *r, struct bytes ends);
/* Only the first |n|, if there are more. */
void row_cut(struct row *r, size_t n);

/* Header |i| < |r->n|, as header_read() has it but without its history: 0, or an error. */
int row_header(const struct row *r, size_t i, struct header *ret);
int row_leaf(const struct row *r, size_t i, struct id *ret);
/* .. |i| < |r->n_kept|: what a feed knew of it. */
void row_kept(const struct row *r, size_t i, struct feed_kept *ret);
/* .. |i| >= |r->n_kept|: its file. */
struct bytes row_file(const struct row *r, size_t i);

/*
 * Append to the file those of |r| that are not in it: |f| has accepted them, and the
 * last one is its head.  It need not survive a power cut.
 */
int row_append(int dir, struct row *r, struct feed *f);
void row_remove(int dir, const struct id *feed);

/* Over the first |n| charter files of a feed, and the proof that they are forked. */
void charters_sum(struct id *ret, const struct bytes *file, size_t n,
    struct bytes fork);
/* .. that |f| has. */
void charters_sum_of(struct id *ret, const struct feed *f);

#endif
