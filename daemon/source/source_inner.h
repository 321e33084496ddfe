#ifndef QUIRE_SOURCE_INNER_H
#define QUIRE_SOURCE_INNER_H

#include "daemon/source/source.h"

/*
 * The inside of a source: source.c (its steps), source_keep.c (its life, what is kept of
 * it), source_tell.c (what its operator is told).
 */
void source_tag(char dst[FETCH_TAG_MAX + 1], struct bytes tag);
void source_forget_turn(struct source *s);

#endif
