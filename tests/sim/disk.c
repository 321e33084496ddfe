#include <stdlib.h>

#include "tests/sim/sim.h"

/* Objects of one kind and id, by number. */
struct shelf {
	enum node_object kind;
	struct id id;
	struct blob **at;
	size_t n, cap;
};

static struct id
key_of(enum node_object kind, const struct id *id)
{
	struct id key = *id;

	key.b[0] ^= (uint8_t)kind;
	return key;
}

static struct shelf *
shelf_find(struct host *h, enum node_object kind, const struct id *id)
{
	struct id key = key_of(kind, id);

	return h->disk == NULL ? NULL : map_get(h->disk, &key);
}

static struct shelf *
shelf_new(struct host *h, enum node_object kind, const struct id *id)
{
	struct shelf *s = calloc(1, sizeof(*s));
	struct id key = key_of(kind, id);

	if (h->disk == NULL)
		h->disk = map_new(h->index);
	s->kind = kind;
	s->id = *id;
	map_put(h->disk, &key, s);
	return s;
}

struct blob *
disk_find(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n)
{
	struct shelf *s = shelf_find(h, kind, id);

	return s != NULL && n < s->n ? s->at[n] : NULL;
}

static void
take_out(struct host *h, struct shelf *s, size_t i)
{
	if (s->at[i] != NULL && s->kind == OBJECT_PIECE)
		h->used -= blob_bytes(s->at[i]).n;
	blob_drop(s->at[i]);
	s->at[i] = NULL;
}

void
disk_keep(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n, struct bytes data)
{
	struct shelf *s = shelf_find(h, kind, id);
	struct blob *b = blob_take(data);

	if (s == NULL)
		s = shelf_new(h, kind, id);
	while (s->n <= n) {
		s->at = world_grow(s->at, s->n, &s->cap);
		s->at[s->n++] = NULL;
	}
	take_out(h, s, (size_t)n);
	s->at[n] = b;
	h->used += kind == OBJECT_PIECE ? data.n : 0;
}

void
disk_lose(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n)
{
	struct shelf *s = shelf_find(h, kind, id);

	if (s != NULL && n < s->n)
		take_out(h, s, (size_t)n);
}

static void
empty(struct host *h, struct shelf *s, size_t from)
{
	for (size_t i = from; i < s->n; i++)
		take_out(h, s, i);
}

void
disk_free(struct host *h)
{
	struct shelf *s;
	size_t at = 0;

	while (h->disk != NULL && (s = map_next(h->disk, &at, NULL)) != NULL) {
		empty(h, s, 0);
		free(s->at);
		free(s);
	}
	map_free(h->disk);
	free(h->writes);
}

void
disk_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;
	struct node_event e = {.type = NODE_STORED};
	struct event *ev;
	bool full = w->now < h->full_until ||
		    (h->lie == STALE && w->now >= h->lies_from);

	invariant_put(h, p);
	h->stored += p->kind == OBJECT_PIECE ? p->data.n : 0;
	e.stored.token = p->token;
	e.stored.err = full ? QERR_NOSPACE : 0;
	ev = world_post(h, h->slow + dice_roll(&h->dice, h->slow + 1), &e,
	    bytes_of("", 0));
	ev->blob = blob_take(p->data);
	ev->is_put = !full;
	ev->put = *p;
	h->writes = world_grow(h->writes, h->n_write, &h->cap_write);
	h->writes[h->n_write++] = ev;
}

/* The time of |e| has come: unless it was taken back, it is durable. */
void
disk_put_done(struct host *h, struct event *e)
{
	for (size_t i = 0; i < h->n_write; i++)
		if (h->writes[i] == e)
			h->writes[i] = h->writes[--h->n_write];
	if (e->is_put)
		disk_keep(h, e->put.kind, &e->put.id, e->put.number,
		    blob_bytes(e->blob));
}

void
disk_get(struct host *h, const struct node_get *g)
{
	struct blob *b = disk_find(h, g->kind, &g->id, g->number);
	struct node_event e = {.type = NODE_LOADED};
	struct event *ev;

	if (h->lie == MUTE && g->kind == OBJECT_PIECE &&
	    h->w->now >= h->lies_from)
		return;
	e.loaded.token = g->token;
	ev = world_post(h, dice_roll(&h->dice, 3), &e, bytes_of("", 0));
	ev->absent = b == NULL;
	if (b == NULL)
		return;
	if (h->lie == CORRUPTS && g->kind == OBJECT_PIECE &&
	    h->w->now >= h->lies_from) {
		buf_put(&ev->data, blob_bytes(b).p, blob_bytes(b).n);
		ev->data.p[ev->data.n / 2] ^= 1;
	} else {
		ev->blob = blob_share(b);
	}
}

/* After all puts before it: those on their way are gone with it. */
void
disk_forget(struct host *h, const struct node_forget *f)
{
	struct shelf *s = shelf_find(h, f->kind, &f->id);

	for (size_t i = 0; i < h->n_write; i++) {
		struct event *e = h->writes[i];

		if (e->put.kind == f->kind && id_eq(&e->put.id, &f->id) &&
		    e->put.number >= f->number)
			e->is_put = false;
	}
	if (s != NULL)
		empty(h, s, (size_t)f->number);
}

/* Headers are renamed in order: there is no hole in what is left. */
static void
close_holes(struct host *h, const struct id *feed)
{
	struct shelf *s = shelf_find(h, OBJECT_HEADER, feed);
	size_t i = 1;

	while (s != NULL && i < s->n && s->at[i] != NULL)
		i++;
	if (s != NULL)
		empty(h, s, i);
}

void
disk_crash(struct host *h)
{
	for (size_t i = 0; i < h->n_write; i++) {
		struct event *e = h->writes[i];

		if (e->is_put && dice_roll(&h->dice, 2) == 0)
			disk_keep(h, e->put.kind, &e->put.id, e->put.number,
			    blob_bytes(e->blob));
		e->is_put = false;
	}
	for (size_t i = 0; i < h->n_paper; i++)
		close_holes(h, &h->paper[i]->feed);
}
