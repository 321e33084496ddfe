#ifndef QUIRE_NODE_TIMER_H
#define QUIRE_NODE_TIMER_H

#include "proto/base/heap.h"
#include "proto/base/when.h"

struct node;

/* Something that is due once; in node.timers while it is. */
struct timer {
	struct heap_item item;
	void (*fire)(struct node *n, void *owner);
	void *owner;
};

void timer_init(struct timer *t, void (*fire)(struct node *, void *),
    void *owner);
void timer_set(struct node *n, struct timer *t, when_ms when);

#endif
