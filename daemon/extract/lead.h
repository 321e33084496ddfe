#ifndef QUIRE_LEAD_H
#define QUIRE_LEAD_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

#define LEAD_MAX 4

/*
 * What stands between the heading that is |title| and element |first|, in which the
 * article's text begins, and belongs to it: the lead picture, if it says something, and
 * paragraphs that say what it is about.  Into |ret|, in the order of the page; how many.
 */
size_t lead_find(const struct page *p, uint32_t first, struct bytes title,
    uint32_t ret[LEAD_MAX]);

#endif
