#ifndef QUIRE_LISTING_H
#define QUIRE_LISTING_H

#include "client/newsrooms.h"

/*
 * Articles as a list: a line of a terminal each, page by page, or an object of JSON.
 * "read" and "export" know them by their numbers until the next one is printed; one in
 * which nothing stands leaves the numbers as they were.
 */
struct listing {
	const struct app *a;
	struct home *h;
	struct newsrooms newsrooms; /* named if there are several */
	size_t width;               /* columns of the terminal */
	struct buf text, keys;
	size_t n;
};

/* 0, or an exit status after complaining.  listing_done() in any case. */
int listing_begin(struct listing *l, const struct app *a, struct home *h);
/*
 * |passage|: where it holds what was searched for, on a line of its own; .p NULL if
 * there is nothing to show.
 */
void listing_add(struct listing *l, const struct index_article *x,
    struct bytes passage);
/* Print what is not printed yet, and keep the numbers.  0, or an exit status. */
int listing_end(struct listing *l);
void listing_done(struct listing *l);

#endif
