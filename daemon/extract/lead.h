#ifndef QUIRE_LEAD_H
#define QUIRE_LEAD_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

#define LEAD_MAX 4

/* Where the article's text is, in the order of the page; at least one. */
struct lead_parts {
	const uint32_t *at;
	size_t n;
};

/*
 * What stands between the heading that is |title| and the first of |parts|, and belongs
 * to them: the lead picture, if it says something, and paragraphs that say what it is
 * about; and the page's standfirst, if it is above most of the text.  Into |ret|; how many.
 */
size_t lead_find(const struct page *p, const struct lead_parts *parts,
    struct bytes title, uint32_t ret[LEAD_MAX + 1]);

#endif
