#include <string.h>

#include "proto/node/inner.h"
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

static bool
is_charter(const struct world *w, uint64_t version, struct bytes file)
{
	return version > 0 && version <= w->n_charter &&
	       bytes_eq(file, buf_bytes(&w->charter[version - 1]));
}

static bool
is_piece(const struct world *w, const struct node_put *p)
{
	struct bytes pack = press_pack(w, &p->id);

	return pack.p != NULL && p->total == pack.n &&
	       p->number < piece_count(pack.n) &&
	       p->data.n == piece_len(pack.n, (size_t)p->number) &&
	       memcmp(p->data.p, pack.p + p->number * PIECE_SIZE, p->data.n) ==
		   0;
}

void
invariant_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;

	if (p->kind == OBJECT_CHARTER && !is_charter(w, p->number, p->data))
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
	struct bytes pack;

	if (t->fact == FACT_FORK && !w->thief)
		world_fail(w, "a false alarm of a fork", h);
	if (t->fact == FACT_HEAD && h->index != 0 &&
	    disk_find(h, OBJECT_HEADER, &w->feed, t->number) == NULL)
		world_fail(w, "a head is told that is not stored", h);
	if (t->fact != FACT_PACK)
		return;
	pack = press_pack(w, &t->id);
	if (pack.p == NULL)
		world_fail(w, "a pack nobody made is told", h);
	for (size_t j = 0; j < piece_count(pack.n); j++)
		if (disk_find(h, OBJECT_PIECE, &t->id, j) == NULL)
			world_fail(w, "a pack is told with a hole", h);
}

static void
most(size_t *ret, size_t n)
{
	*ret = n > *ret ? n : *ret;
}

/* Strangers can fill no table beyond its limit. */
static void
check_links(struct host *h)
{
	size_t in = 0, out = 0, readers = 0, strangers = 0;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		const struct link *l = h->node->link[i];

		if (l == NULL)
			continue;
		out += l->dialled;
		strangers += !l->dialled && l->state != LINK_OPEN;
		in += !l->dialled && link_is_node(l);
		readers += !l->dialled && l->state == LINK_OPEN &&
			   l->role == ROLE_READER;
	}
	if (in > NODE_IN_MAX || out > NODE_OUT_MAX + 1 ||
	    readers > NODE_READERS_MAX || strangers > STRANGERS_MAX)
		world_fail(h->w, "there are too many links", h);
	most(&h->most_in, in);
	most(&h->most_readers, readers);
	most(&h->most_strangers, strangers);
}

void
invariant_step(struct host *h)
{
	const struct node *n = h->node;

	if (h->w->steps % 4 == 0)
		check_links(h);
	if (n->n_contact > NODE_CONTACTS_MAX || n->n_part > PARTS_MAX ||
	    n->in_flight > IN_FLIGHT_MAX + MSG_LEAVES_MAX * PIECE_SIZE)
		world_fail(h->w, "a table is too full", h);
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

static void
check_dead(struct host *h, const struct issue *is)
{
	struct world *w = h->w;
	struct object *o = disk_find(h, OBJECT_HEADER, &w->feed, is->number);

	if (o != NULL && bytes_eq(buf_bytes(&o->data), buf_bytes(&is->file)))
		world_fail(w, "a revoked header is kept", h);
	for (size_t t = 0; t < is->n_pack; t++)
		for (size_t k = 0; k < piece_count(is->pack[t].size); k++)
			if (disk_find(h, OBJECT_PIECE, &is->pack[t].root, k) !=
			    NULL)
				world_fail(w, "a revoked pack is kept", h);
}

void
invariant_clean(struct host *h)
{
	for (size_t i = 0; i < h->w->n_issue; i++)
		if (h->w->issue[i].dead)
			check_dead(h, &h->w->issue[i]);
}
