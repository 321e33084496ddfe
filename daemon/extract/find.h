#ifndef QUIRE_FIND_H
#define QUIRE_FIND_H

#include "daemon/extract/page.h"
#include "daemon/extract/topic.h"

/* How sure one has to be that something is no part of the article. */
struct strength {
	bool beside; /* what is named for other things is left out */
	bool weigh;  /* names count in what is heaviest */
	bool prune;  /* boxes of links, forms and the like are left out */
};

/*
 * The element that holds most of the article, which is about |t|, or 0 (the page), and
 * in |ret_with|, which has room for |max|, it and those beside it that belong to it, in
 * the order of the page: how many.
 */
size_t find_heaviest(struct page *p, const struct strength *s,
    const struct topic *t, uint32_t *ret_with, size_t max);

#endif
