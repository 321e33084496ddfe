#ifndef QUIRE_HEAP_H
#define QUIRE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/when.h"

/*
 * A binary heap of deadlines.  An item lies inside whatever it times; its
 * |place| is the heap's.  Ties go to the one that was set first.
 */
struct heap_item {
	when_ms when;
	size_t place; /* 1-based; 0: not in a heap */
};

/* What is compared lies in the heap, for items lie anywhere in memory. */
struct heap_slot {
	when_ms when;
	uint64_t order;
	struct heap_item *item;
};

struct heap {
	struct heap_slot *a;
	size_t n, cap;
	uint64_t order;
};

void heap_init(struct heap *h);
void heap_done(struct heap *h);
/* Set or move |it| to |when|; WHEN_NEVER takes it out.  0 or QERR_NOMEM. */
int heap_set(struct heap *h, struct heap_item *it, when_ms when);
/* The earliest item, or NULL; and when it is due, or WHEN_NEVER. */
struct heap_item *heap_top(const struct heap *h);
static inline when_ms
heap_when(const struct heap *h)
{
	return h->n == 0 ? WHEN_NEVER : h->a[0].when;
}

#endif
