#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/sim.h"

_Noreturn void
world_fail(struct world *w, const char *what, const struct host *h)
{
	fprintf(stderr,
	    "seed %" PRIu64 ", %" PRIu64 " ms, step %" PRIu64
	    ", host %zu: %s\n",
	    w->seed, w->now, w->steps, h != NULL ? h->index : 0, what);
	exit(1);
}

uint64_t
world_roll(struct world *w, uint64_t n)
{
	return dice_roll(&w->dice, n);
}

void
world_digest(struct world *w, uint64_t x)
{
	w->digest = (w->digest ^ x) * UINT64_C(0x100000001b3);
}

void *
world_grow(void *array, size_t n, size_t *cap)
{
	if (n < *cap)
		return array;
	*cap = *cap * 2 + 4;
	return realloc(array, *cap * sizeof(void *));
}

/* The future. */

static struct event *
event_new(struct world *w, when_ms in)
{
	struct event *e = calloc(1, sizeof(*e));

	heap_set(&w->future, &e->m.item, w->now + in);
	return e;
}

static void
event_free(struct event *e)
{
	blob_drop(e->blob);
	buf_done(&e->data);
	free(e);
}

struct event *
world_post(struct host *to, when_ms in, const struct node_event *ne,
    struct bytes data)
{
	struct event *e = event_new(to->w, in);

	e->to = to;
	e->boots = to->boots;
	e->e = *ne;
	buf_put(&e->data, data.p, data.n);
	return e;
}

void
world_at(struct world *w, when_ms in, void (*fn)(struct world *))
{
	event_new(w, in)->fn = fn;
}

/* Time. */

static struct bytes
data_of(const struct event *e)
{
	return e->blob != NULL ? blob_bytes(e->blob) : buf_bytes(&e->data);
}

static void
deliver(struct world *w, struct event *e)
{
	struct host *h = e->to;

	if (e->fn != NULL) {
		e->fn(w);
		return;
	}
	if (e->e.type == NODE_STORED)
		disk_put_done(h, e);
	if (!host_is_up(h) || h->boots != e->boots)
		return;
	if (e->e.type == NODE_LINK_DATA)
		e->e.link_data.in = data_of(e);
	if (e->e.type == NODE_LOADED)
		e->e.loaded.object =
		    e->absent ? (struct bytes){NULL, 0} : data_of(e);
	host_step(h, &e->e);
}

void
world_run(struct world *w, when_ms span)
{
	when_ms until = w->now + span;
	struct heap_item *next;

	while ((next = heap_top(&w->future)) != NULL && next->when <= until) {
		struct moment *m = (struct moment *)(void *)next;

		if (next->when > w->now)
			w->now = next->when;
		heap_set(&w->future, next, WHEN_NEVER);
		if (m->deadline != NULL) {
			host_deadline(m->deadline);
			continue;
		}
		deliver(w, (struct event *)(void *)m);
		event_free((struct event *)(void *)m);
	}
	w->now = until;
}

struct world *
world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	w->seed = seed;
	w->clock = WALL;
	dice_init(&w->dice, seed, 0);
	heap_init(&w->future);
	w->packs = map_new(seed);
	press_new(w);
	return w;
}

void
world_free(struct world *w)
{
	struct heap_item *next;

	for (size_t i = 0; i < w->n_host; i++)
		host_free(w->host[i]);
	while ((next = heap_top(&w->future)) != NULL) {
		heap_set(&w->future, next, WHEN_NEVER);
		event_free((struct event *)(void *)next);
	}
	for (size_t i = 0; i < w->n_paper; i++)
		press_free(w->paper[i]);
	heap_done(&w->future);
	map_free(w->packs);
	free(w->paper);
	free(w->conn);
	free(w->host);
	free(w);
}
