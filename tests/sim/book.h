#ifndef QUIRE_SIM_BOOK_H
#define QUIRE_SIM_BOOK_H

#include "tests/sim/sim.h"

/*
 * What a host remembers of others from a life before this world: a node's memory, as it
 * would have been kept (proto/node/memory.c), for its next boot.
 */
struct book {
	struct host *h;
	size_t n;
	struct buf entries;
};

void book_begin(struct book *b, struct host *h);
/* It was at |to|, of whom it was told by |via|; long ago, if it is an |anchor|. */
void book_add(struct book *b, struct host *to, uint8_t via, bool anchor);
/* Whom it calls |id|. */
struct host *book_host(const struct world *w, const uint8_t id[8]);
/* Put it onto the host's disk. */
void book_end(struct book *b);

#endif
