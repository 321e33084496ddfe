#ifndef QUIRE_TAIL_H
#define QUIRE_TAIL_H

#include "daemon/extract/page.h"

/*
 * A line "Comments" or "Read also" below some of an article, in |top|, begins what is
 * none of it: it dies, and what follows, unless something there looks like the article
 * again.  Boxes of links that follow such a line, or begin with one, die anyway.
 */
void tail_cut(struct page *p, uint32_t top);
/* Those boxes alone: a paragraph, and what else follows such a line, is the author's. */
void tail_cut_boxes(struct page *p, uint32_t top);

#endif
