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

/* xoshiro256** (Blackman, Vigna). */
static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
world_roll(struct world *w, uint64_t n)
{
	uint64_t *s = w->dice, r = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return n == 0 ? r : r % n;
}

void
world_digest(struct world *w, uint64_t x)
{
	w->digest = (w->digest ^ x) * UINT64_C(0x100000001b3);
}

/* The future, a heap by time and order. */

static bool
before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct world *w, size_t i, size_t k)
{
	struct event *t = w->heap[i];

	w->heap[i] = w->heap[k];
	w->heap[k] = t;
}

static void
push(struct world *w, struct event *e)
{
	size_t i = w->n_heap++;

	if (w->n_heap > w->cap_heap) {
		w->cap_heap = w->cap_heap * 2 + 64;
		w->heap =
		    realloc(w->heap, w->cap_heap * sizeof(struct event *));
	}
	e->order = ++w->order;
	w->heap[i] = e;
	for (; i > 0 && before(w->heap[i], w->heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		swap(w, i, (i - 1) / 2);
}

static struct event *
pop(struct world *w)
{
	struct event *e = w->heap[0];
	size_t i = 0, c;

	w->heap[0] = w->heap[--w->n_heap];
	while ((c = 2 * i + 1) < w->n_heap) {
		if (c + 1 < w->n_heap && before(w->heap[c + 1], w->heap[c]))
			c++;
		if (!before(w->heap[c], w->heap[i]))
			break;
		swap(w, i, c);
		i = c;
	}
	return e;
}

struct event *
world_post(struct host *to, when_ms in, const struct node_event *ne,
    struct bytes data)
{
	struct event *e = calloc(1, sizeof(*e));

	e->at = to->w->now + in;
	e->to = to;
	e->boots = to->boots;
	e->e = *ne;
	buf_put(&e->data, data.p, data.n);
	push(to->w, e);
	return e;
}

void
world_at(struct world *w, when_ms in, void (*fn)(struct world *))
{
	struct event *e = calloc(1, sizeof(*e));

	e->at = w->now + in;
	e->fn = fn;
	push(w, e);
}

/* Time. */

static void
deliver(struct world *w, struct event *e)
{
	struct host *h = e->to;

	if (e->fn != NULL) {
		e->fn(w);
		return;
	}
	if (!host_is_up(h) || h->boots != e->boots)
		return;
	if (e->is_put)
		disk_keep(h, e->put.kind, &e->put.id, e->put.number,
		    buf_bytes(&e->data));
	if (e->e.type == NODE_LINK_DATA)
		e->e.link_data.in = buf_bytes(&e->data);
	if (e->e.type == NODE_LOADED)
		e->e.loaded.object =
		    e->absent ? (struct bytes){NULL, 0} : buf_bytes(&e->data);
	host_step(h, &e->e);
}

/* Whose deadline comes before |*next|, or NULL: then an event is next. */
static struct host *
next_due(struct world *w, when_ms *next)
{
	struct host *due = NULL;

	*next = w->n_heap > 0 ? w->heap[0]->at : WHEN_NEVER;
	for (size_t i = 0; i < w->n_host; i++) {
		when_ms at = w->host[i].node == NULL
				 ? WHEN_NEVER
				 : node_deadline(w->host[i].node);

		if (at < *next) {
			*next = at;
			due = &w->host[i];
		}
	}
	return due;
}

void
world_run(struct world *w, when_ms span)
{
	when_ms until = w->now + span, next;

	for (;;) {
		struct node_event e = {.type = NODE_DEADLINE};
		struct host *due = next_due(w, &next);

		if (next > until)
			break;
		if (next > w->now)
			w->now = next;
		if (due != NULL) {
			host_step(due, &e);
			continue;
		}
		struct event *ev = pop(w);
		deliver(w, ev);
		buf_done(&ev->data);
		free(ev);
	}
	w->now = until;
}

struct world *
world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	w->seed = seed;
	for (size_t i = 0; i < 4; i++)
		w->dice[i] = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
			     i * UINT64_C(0xbf58476d1ce4e5b9);
	for (size_t i = 0; i < 20; i++)
		world_roll(w, 0);
	press_init(w);
	return w;
}

void
world_free(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++)
		host_free(&w->host[i]);
	for (size_t i = 0; i < w->n_heap; i++) {
		buf_done(&w->heap[i]->data);
		free(w->heap[i]);
	}
	for (size_t i = 0; i < w->n_issue; i++) {
		buf_done(&w->issue[i].file);
		free(w->issue[i].bytes[0]);
		free(w->issue[i].bytes[1]);
	}
	buf_done(&w->charter[0]);
	buf_done(&w->charter[1]);
	free(w->heap);
	free(w);
}
