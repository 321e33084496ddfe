#ifndef QUIRE_PRUNE_H
#define QUIRE_PRUNE_H

#include "daemon/extract/find.h"
#include "daemon/extract/page.h"

/*
 * Kill what is in |top|, a part of the article, and is noise: boxes of links,
 * forms, share buttons, players, headings that repeat |title|, lines that say who
 * wrote it and when, and "Advertisement".
 */
void prune(struct page *p, uint32_t top, const struct strength *s,
    struct bytes title);

#endif
