#ifndef QUIRE_FOOT_H
#define QUIRE_FOOT_H

#include "daemon/extract/page.h"

/*
 * Kill the last lines of |top|, as long as they say what pages say below their articles:
 * whence it is, whose rights it has, its tags, "Follow us", "Found a mistake?".
 */
void foot_cut(struct page *p, uint32_t top);

#endif
