#ifndef QUIRE_KILL_H
#define QUIRE_KILL_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

/* Element |i| is for passing the article on, or is hidden, or its names say without doubt
 * that it is none of it. */
bool kill_is_plain(const struct page *p, uint32_t i);

/*
 * Kill what cannot be part of the article called |title|: what is empty or hidden and,
 * if |beside|, what is named for other things than an article, and other articles.
 */
void kill_all(struct page *p, bool beside, struct bytes title);

#endif
