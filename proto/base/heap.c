#include "proto/base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "proto/base/qerr.h"

void
heap_init(struct heap *h)
{
	*h = (struct heap){0};
}

void
heap_done(struct heap *h)
{
	free(h->a);
	*h = (struct heap){0};
}

static bool
before(const struct heap_slot *x, const struct heap_slot *y)
{
	return x->when < y->when || (x->when == y->when && x->order < y->order);
}

/* Place |x| at the 1-based |i|. */
static void
settle(struct heap *h, struct heap_slot x, size_t i)
{
	h->a[i - 1] = x;
	x.item->place = i;
}

static void
sift_up(struct heap *h, struct heap_slot x, size_t i)
{
	while (i > 1 && before(&x, &h->a[i / 2 - 1])) {
		settle(h, h->a[i / 2 - 1], i);
		i /= 2;
	}
	settle(h, x, i);
}

static void
sift_down(struct heap *h, struct heap_slot x, size_t i)
{
	for (;;) {
		size_t child = 2 * i;

		if (child > h->n)
			break;
		if (child < h->n && before(&h->a[child], &h->a[child - 1]))
			child++;
		if (!before(&h->a[child - 1], &x))
			break;
		settle(h, h->a[child - 1], i);
		i = child;
	}
	settle(h, x, i);
}

static void
take_out(struct heap *h, struct heap_item *it)
{
	size_t i = it->place;
	struct heap_slot last = h->a[--h->n];

	it->place = 0;
	if (last.item == it)
		return;
	sift_up(h, last, i);
	sift_down(h, last, last.item->place);
}

int
heap_set(struct heap *h, struct heap_item *it, when_ms when)
{
	if (it->place != 0) {
		if (it->when == when)
			return 0;
		take_out(h, it);
	}
	it->when = when;
	if (when == WHEN_NEVER)
		return 0;

	if (h->n == h->cap) {
		size_t cap = h->cap == 0 ? 16 : h->cap * 2;
		struct heap_slot *a = realloc(h->a, cap * sizeof(*a));

		if (a == NULL)
			return QERR_NOMEM;
		h->a = a;
		h->cap = cap;
	}
	h->n++;
	sift_up(h, (struct heap_slot){when, h->order++, it}, h->n);
	return 0;
}

struct heap_item *
heap_top(const struct heap *h)
{
	return h->n == 0 ? NULL : h->a[0].item;
}
