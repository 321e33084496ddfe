#ifndef QUIRE_INDEX_FILL_INNER_H
#define QUIRE_INDEX_FILL_INNER_H

#include "proto/host/index_inner.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"

/*
 * The inside of filling an index:
 *
 *   index_fill.c           which packs are read, and what is said of the feed
 *   index_fill_mark.c      which were read before, and whether that still holds
 *   index_fill_article.c   an article becomes a row
 */
/* What was listed of a feed before all of it is listed anew. */
struct before {
	struct article_id id;
	uint64_t revision;
};

/* Of a pack of the shelf: */
enum mark {
	MARK_COUNTS = 1, /* it is a heads pack, and says what is */
	MARK_HERE = 2,   /* it is listed, with its text */
	MARK_BARE = 4,   /* .. without */
	MARK_COVERED =
	    8 /* a volume that came after it, and is listed so, wins */
};

struct fill {
	struct index *x;
	const struct index_follow *follow;
	struct shelf shelf;
	uint8_t *mark;  /* enum mark, of each pack of the shelf */
	uint64_t *time; /* of each header, by number - 1 */
	uint64_t head;
	uint64_t articles;   /* listed: to count them all would read them all */
	int64_t first, last; /* the last place taken, when we began and now */
	struct before *before; /* ascending */
	size_t n_before, cap_before;
	struct index_news *news;
	sqlite3_stmt *insert, *note, *find, *text;
	struct buf fold, authors;
	bool here; /* the text of the pack that is being listed */
};

/* index_fill_article.c */
void index_bind_text(sqlite3_stmt *q, int i, struct bytes t);
void index_bind_uint(sqlite3_stmt *q, int i, uint64_t v);
/* Make ready for rows; whether or not that goes well, index_fill_end() is last. */
int index_fill_begin(struct fill *f);
void index_fill_end(struct fill *f);
/* List what |head| says, the |record|th of the heads pack |pack| of the shelf. */
int index_fill_article(struct fill *f, size_t pack, size_t record,
    struct bytes head);

/* index_fill_mark.c */
/* Mark the packs; if what is listed does not hold any more, it is dropped. */
int index_fill_mark(struct fill *f);
/* Heads pack |i| is listed now. */
int index_fill_note(struct fill *f, size_t i);

#endif
