#ifndef QUIRE_TEST_LISTING_H
#define QUIRE_TEST_LISTING_H

#include <string.h>

#include "tests/unit/host/desk.h"
#include "tests/unit/host/place.h"

/* An index over a store with one newsroom in it, and what it lists and finds. */
static struct store *s;
static struct index *x;
static struct desk d;

static inline void
begin(void)
{
	s = fresh();
	desk_new(&d, s, 1);
	check(index_open(&x, s) == 0);
	check(desk_follow(&d, x, 1) == 0);
}

static inline void
end(void)
{
	index_close(x);
	store_close(s);
	desk_done(&d);
}

static inline int
append_title(void *arg, const struct index_article *a)
{
	buf_printf(arg, "%s%s", ((struct buf *)arg)->n > 0 ? "|" : "",
	    a->title);
	return 0;
}

/* The titles that |q| gives are |want|, "A|B". */
static inline bool
lists(struct index_query q, const char *want)
{
	struct buf b = {0};
	bool same;

	check(index_articles(x, &q, append_title, &b) == 0);
	same = bytes_eq(buf_bytes(&b), bytes_str(want));
	if (!same)
		fprintf(stderr, "%.*s\n", (int)b.n, (const char *)b.p);
	buf_done(&b);
	return same;
}

/* What |ref| finds is |want|, a title; else an error. */
static inline int
finds(const char *ref, const char *want)
{
	struct buf b = {0};
	int err = index_find(x, ref, append_title, &b);

	check(err != 0 || bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
	return err;
}

static struct index_article found;
static char found_note[64];

static inline int
copy_found(void *arg, const struct index_article *a)
{
	(void)arg;
	found = *a;
	snprintf(found_note, sizeof(found_note), "%s", a->note);
	return 0;
}

static inline void
find(const char *ref)
{
	check(index_find(x, ref, copy_found, NULL) == 0);
}

#endif
