#ifndef QUIRE_FOOT_H
#define QUIRE_FOOT_H

#include "daemon/extract/page.h"

/*
 * Kill the last lines of |top|, as long as they say what pages say below their articles:
 * whence it is, and where |title| was said first, whose rights it has, its tags,
 * "Follow us", "Found a mistake?".
 */
void foot_cut(struct page *p, uint32_t top, struct bytes title);
/* Those alone that are links: the rest may be the author's. */
void foot_cut_links(struct page *p, uint32_t top, struct bytes title);

#endif
