#ifndef QUIRE_WIDEN_H
#define QUIRE_WIDEN_H

#include "daemon/extract/page.h"

/*
 * The element around |top|, or itself, that holds all of the article: many stand in
 * several boxes, with advertisements or a wall for those who are to pay between them.
 * It is widened as long as that brings more paragraphs that look like those in it than
 * other things, and no other <article>.
 */
uint32_t widen(const struct page *p, uint32_t top);

#endif
