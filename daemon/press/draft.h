#ifndef QUIRE_DRAFT_H
#define QUIRE_DRAFT_H

#include "daemon/ingest/ingest.h"
#include "daemon/work/worker.h"
#include "proto/object/article.h"

/*
 * A document as an article that could be published: taken in by the confined
 * child, and its pictures by another, which cleans them and makes them small.
 */
#define DRAFT_PICTURES_MAX     (14 * 1024 * 1024) /* bytes of them in all */
#define DRAFT_PICTURES_SECONDS 300                /* to make them, in all */

struct draft_source {
	enum ingest_kind kind;
	struct bytes data;
	size_t entry;      /* of a feed */
	struct bytes file; /* its name: the article's, if it has no address */
	struct bytes lang; /* if it names none; may be empty */
	/* As of struct ingest_source; may be empty. */
	struct bytes at, page, page_at, rules;
	bool trace;
	/*
	 * Open the picture that the document calls |src|: a descriptor of a
	 * regular file, which the draft closes, or negative.  May be NULL.
	 */
	int (*open)(void *arg, struct bytes src);
	void *arg;
};

struct draft_picture {
	struct picture_set set;
	struct bytes src;     /* as the document says; owned */
	struct picture about; /* the large one, but alt and caption */
	struct picture
	    small; /* the small one; its size is 0 if there is none */
};

struct draft {
	struct ingest_doc doc;
	struct draft_picture picture[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	struct article article; /* borrows from all of this */
};

/*
 * Make |ret| from |src|; its revision is 1 and its status new until somebody knows
 * better.  0, or as worker_ingest() with |why|.  Free with draft_done() if 0.
 */
int draft_make(struct draft *ret, struct worker *w,
    const struct draft_source *src, struct buf *why);
void draft_done(struct draft *d);

/* Fill the article from its document, as draft_make() does. */
void draft_fill(struct draft *d, struct bytes file);

/* The bytes of picture |i| of the article. */
struct bytes draft_picture(const struct draft *d, size_t i);

#endif
