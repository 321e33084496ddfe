#ifndef QUIRE_TEASER_H
#define QUIRE_TEASER_H

#include "daemon/extract/page.h"

/*
 * Kill the teasers of other pages in |top|, a part of the article: boxes that begin with
 * a link, and link to the same page again, as by the picture, the headline and "read
 * on", and to no other.
 */
void teaser_kill(struct page *p, uint32_t top);

#endif
