#ifndef QUIRE_STANDFIRST_H
#define QUIRE_STANDFIRST_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

/*
 * The sentence or two between headline and text that say what an article is about.  Pages
 * put them into whatever box they like, and say the same in their summary for machines.
 */
/* The element that says what |summary| does; 0 if there is none. */
uint32_t standfirst_find(const struct page *p, struct bytes summary);

/* It is most of what element |i| says. */
bool standfirst_is_most(const struct page *p, uint32_t i);

/* The names of |n| say that it is one. */
bool standfirst_is_named(const GumboNode *n);

#endif
