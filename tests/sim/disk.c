#include <stdlib.h>

#include "tests/sim/sim.h"

struct object *
disk_find(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n)
{
	for (size_t i = 0; i < h->n_obj; i++)
		if (h->obj[i].here && h->obj[i].kind == kind &&
		    h->obj[i].number == n && id_eq(&h->obj[i].id, id))
			return &h->obj[i];
	return NULL;
}

static struct object *
new_object(struct host *h)
{
	for (size_t i = 0; i < h->n_obj; i++)
		if (!h->obj[i].here)
			return &h->obj[i];
	h->obj = realloc(h->obj, (h->n_obj + 1) * sizeof(*h->obj));
	h->obj[h->n_obj].data = (struct buf){0};
	return &h->obj[h->n_obj++];
}

void
disk_keep(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n, struct bytes data)
{
	struct object *o = disk_find(h, kind, id, n);

	if (o == NULL) {
		o = new_object(h);
		o->kind = kind;
		o->id = *id;
		o->number = n;
		o->here = true;
	}
	buf_clear(&o->data);
	buf_put(&o->data, data.p, data.n);
}

uint64_t
disk_used(const struct host *h)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < h->n_obj; i++)
		sum += h->obj[i].here && h->obj[i].kind == OBJECT_PIECE
			   ? h->obj[i].data.n
			   : 0;
	return sum;
}

void
disk_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;
	struct node_event e = {.type = NODE_STORED};
	struct event *ev;
	bool full = w->now < h->full_until || h->lie == STALE;

	invariant_put(h, p);
	h->stored += p->kind == OBJECT_PIECE ? p->data.n : 0;
	e.stored.token = p->token;
	e.stored.err = full ? QERR_NOSPACE : 0;
	ev = world_post(h, h->slow + world_roll(w, h->slow + 1), &e, p->data);
	ev->is_put = !full;
	ev->put = *p;
}

void
disk_get(struct host *h, const struct node_get *g)
{
	struct object *o = disk_find(h, g->kind, &g->id, g->number);
	struct node_event e = {.type = NODE_LOADED};
	struct event *ev;

	if (h->lie == MUTE && g->kind == OBJECT_PIECE)
		return;
	e.loaded.token = g->token;
	ev = world_post(h, world_roll(h->w, 3), &e,
	    o != NULL ? buf_bytes(&o->data) : bytes_of("", 0));
	ev->absent = o == NULL;
	if (h->lie == CORRUPTS && g->kind == OBJECT_PIECE && o != NULL)
		ev->data.p[ev->data.n / 2] ^= 1;
}

/* After all puts before it: those on their way are gone with it. */
void
disk_forget(struct host *h, const struct node_forget *f)
{
	for (size_t i = 0; i < h->w->n_heap; i++) {
		struct event *e = h->w->heap[i];

		if (e->to == h && e->is_put && e->put.kind == f->kind &&
		    id_eq(&e->put.id, &f->id) && e->put.number >= f->number)
			e->is_put = false;
	}
	for (size_t i = 0; i < h->n_obj; i++) {
		struct object *o = &h->obj[i];

		if (o->kind == f->kind && id_eq(&o->id, &f->id) &&
		    o->number >= f->number)
			o->here = false;
	}
}

void
disk_crash(struct host *h)
{
	struct world *w = h->w;

	for (size_t i = 0; i < w->n_heap; i++) {
		struct event *e = w->heap[i];

		if (e->to == h && e->is_put && world_roll(w, 2) == 0)
			disk_keep(h, e->put.kind, &e->put.id, e->put.number,
			    buf_bytes(&e->data));
		if (e->to == h)
			e->is_put = false;
	}
	/* Headers are renamed in order: there is no hole in what is left. */
	for (uint64_t k = 1, hole = 0; k <= ISSUES_MAX; k++) {
		struct object *o = disk_find(h, OBJECT_HEADER, &w->feed, k);

		hole |= o == NULL;
		if (o != NULL && hole)
			o->here = false;
	}
}
