#include <string.h>

#include "tests/sim/sim.h"

/* Truth: what is stored is what was signed. */

static bool
is_signed(const struct world *w, uint64_t number, struct bytes file)
{
	for (size_t i = 0; i < w->n_issue; i++)
		if (w->issue[i].number == number &&
		    bytes_eq(file, buf_bytes(&w->issue[i].file)))
			return true;
	return false;
}

/* The pack with |root|, and its bytes. */
static const struct pack_entry *
pack_of(const struct world *w, const struct id *root, const uint8_t **bytes)
{
	for (size_t i = 0; i < w->n_issue; i++)
		for (size_t t = 0; t < w->issue[i].n_pack; t++)
			if (id_eq(&w->issue[i].pack[t].root, root)) {
				*bytes = w->issue[i].bytes[t];
				return &w->issue[i].pack[t];
			}
	return NULL;
}

static bool
is_piece(const struct world *w, const struct node_put *p)
{
	const uint8_t *bytes;
	const struct pack_entry *e = pack_of(w, &p->id, &bytes);

	return e != NULL && p->total == e->size &&
	       p->data.n == piece_len(e->size, (size_t)p->number) &&
	       memcmp(p->data.p, bytes + p->number * PIECE_SIZE, p->data.n) ==
		   0;
}

void
invariant_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;

	if (p->kind == OBJECT_CHARTER &&
	    !bytes_eq(p->data, buf_bytes(&w->charter)))
		world_fail(w, "a charter nobody signed is stored", h);
	if (p->kind == OBJECT_HEADER && !is_signed(w, p->number, p->data))
		world_fail(w, "a header nobody signed is stored", h);
	if (p->kind == OBJECT_PIECE && !is_piece(w, p))
		world_fail(w, "a wrong piece is stored", h);
}

/* What a node says it has must be on its disk by now. */
void
invariant_tell(struct host *h, const struct node_tell *t)
{
	struct world *w = h->w;
	const struct pack_entry *e;
	const uint8_t *bytes;

	if (t->fact == FACT_FORK && !w->thief)
		world_fail(w, "a false alarm of a fork", h);
	if (t->fact == FACT_HEAD && h->index != 0 &&
	    disk_find(h, OBJECT_HEADER, &w->feed, t->number) == NULL)
		world_fail(w, "a head is told that is not stored", h);
	if (t->fact != FACT_PACK)
		return;
	if ((e = pack_of(w, &t->id, &bytes)) == NULL)
		world_fail(w, "a pack nobody made is told", h);
	for (size_t j = 0; j < piece_count(e->size); j++)
		if (disk_find(h, OBJECT_PIECE, &e->root, j) == NULL)
			world_fail(w, "a pack is told with a hole", h);
}

void
invariant_step(struct host *h)
{
	if (h->quota != 0 && disk_used(h) > h->quota)
		world_fail(h->w, "the quota is not kept", h);
}

void
invariant_whole(struct host *h, bool packs)
{
	struct world *w = h->w;
	struct node_feed_stat st;

	if (node_feed_stat(h->node, &w->feed, &st) != 0 || st.head != w->head)
		world_fail(w, "headers are lacking", h);
	if (packs && (st.packs_held != 2 * w->head || st.packs_wanted != 0))
		world_fail(w, "packs are lacking", h);
}
