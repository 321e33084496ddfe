#ifndef QUIRE_TRIAL_H
#define QUIRE_TRIAL_H

#include "proto/base/buf.h"
#include "proto/host/ctl.h"
#include "proto/object/article.h"

/*
 * What quired would publish of one document, put together from the items of its answer.
 * Owns its texts.
 */
enum trial_text {
	TRIAL_TITLE,
	TRIAL_AUTHORS,
	TRIAL_LANG,
	TRIAL_SECTION,
	TRIAL_ADDRESS,
	TRIAL_SUMMARY,
	TRIAL_MESSAGE, /* what quired warns of */
	TRIAL_OUTCOME, /* were it published: "new", "corrected" .. */
	TRIAL_TEXTS
};
struct trial {
	struct buf text[TRIAL_TEXTS];
	uint64_t published; /* UNIX seconds; 0: not known */
	struct buf body;    /* markup; another program said it: trial_check() */
	struct buf alt[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	/* The document's lines in their order: how it was before. */
	struct buf lines; /* of each '+' or '-', its text and '\n' */
	size_t dropped;
};
void trial_done(struct trial *t); /* and begin anew */

/* Take in an item that follows "article", or that one into an empty trial. */
void trial_take(struct trial *t, const struct ctl_item *it);
/* 0 and |ret|, which borrows, has the pictures; or QERR_*. */
int trial_check(const struct trial *t, struct article *ret);

/* What would become of it, in a sentence; NULL if it would be published as new. */
const char *trial_outcome(const struct trial *t);

/* A line off the front of |*lines|: false at their end. */
bool trial_line(struct bytes *lines, bool *ret_kept, struct bytes *ret_text);

static inline struct bytes
trial_text(const struct trial *t, enum trial_text which)
{
	return buf_bytes(&t->text[which]);
}

/* A page with trials, each before and after: begin, each, and end.  |change| is what it
 * changes of what is published: what came of trial_page_change() of the items that
 * corrected.h is about. */
void trial_page_begin(struct buf *b);
void trial_page_change(struct buf *change, const struct ctl_item *it);
void trial_page_put(struct buf *b, const struct trial *t, struct bytes change);
void trial_page_end(struct buf *b);

#endif
