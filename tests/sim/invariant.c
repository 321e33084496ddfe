#include <string.h>

#include "proto/node/inner.h"
#include "tests/sim/sim.h"

/* Truth: what is stored is what was signed. */

static bool
is_signed(const struct world *w, const struct id *feed, uint64_t number,
    struct bytes file)
{
	const struct paper *p = press_paper(w, feed);

	for (size_t i = p == NULL ? 0 : p->n_issue; i-- > 0;)
		if (p->issue[i]->number == number &&
		    bytes_eq(file, buf_bytes(&p->issue[i]->file)))
			return true;
	return false;
}

static bool
is_charter(const struct world *w, const struct id *feed, uint64_t version,
    struct bytes file)
{
	const struct paper *p = press_paper(w, feed);

	return p != NULL && version > 0 && version <= p->n_charter &&
	       bytes_eq(file, buf_bytes(&p->charter[version - 1]));
}

static bool
is_piece(const struct world *w, const struct node_put *p)
{
	struct bytes pack;

	return press_pack(w, &p->id, &pack) != NULL && p->total == pack.n &&
	       p->number < piece_count(pack.n) &&
	       p->data.n == piece_len(pack.n, (size_t)p->number) &&
	       memcmp(p->data.p, pack.p + p->number * PIECE_SIZE, p->data.n) ==
		   0;
}

void
invariant_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;

	if (p->kind == OBJECT_CHARTER &&
	    !is_charter(w, &p->id, p->number, p->data))
		world_fail(w, "a charter nobody signed is stored", h);
	if (p->kind == OBJECT_HEADER &&
	    !is_signed(w, &p->id, p->number, p->data))
		world_fail(w, "a header nobody signed is stored", h);
	if (p->kind != OBJECT_PIECE)
		return;
	if (!is_piece(w, p))
		world_fail(w, "a wrong piece is stored", h);
	/* The last one again, if a crash came before the pack was whole. */
	if (p->number + 1 < piece_count(p->total) &&
	    disk_find(h, OBJECT_PIECE, &p->id, p->number) != NULL)
		world_fail(w, "a piece is stored twice", h);
}

static void
told_head(struct host *h, const struct node_tell *t)
{
	struct paper *p = press_paper(h->w, &t->id);
	struct issue *is;

	if (p == NULL)
		world_fail(h->w, "a head of no feed is told", h);
	if (h->n_paper == 1 && p->n_charter == 1 && t->number <= h->head)
		world_fail(h->w, "a head falls", h);
	h->head = t->number;
	if (h != p->home &&
	    disk_find(h, OBJECT_HEADER, &p->feed, t->number) == NULL)
		world_fail(h->w, "a head is told that is not stored", h);
	if ((is = press_issue(p, t->number)) != NULL)
		tally_add(&is->heads, h->w->now - is->at);
}

static void
told_pack(struct host *h, const struct node_tell *t)
{
	struct bytes pack;
	struct issue *is = press_pack(h->w, &t->id, &pack);

	if (is == NULL)
		world_fail(h->w, "a pack nobody made is told", h);
	for (size_t j = 0; j < piece_count(pack.n); j++)
		if (disk_find(h, OBJECT_PIECE, &t->id, j) == NULL)
			world_fail(h->w, "a pack is told with a hole", h);
	if (id_eq(&is->pack[is->n_pack - 1].root, &t->id))
		tally_add(&is->packs, h->w->now - is->at);
}

/* What a node says it has must be on its disk by now. */
void
invariant_tell(struct host *h, const struct node_tell *t)
{
	struct paper *p = press_paper(h->w, &t->id);

	if (t->fact == FACT_FORK && (p == NULL || !p->thief))
		world_fail(h->w, "a false alarm of a fork", h);
	if (t->fact == FACT_FORK && p != NULL)
		tally_add(&p->proofs, h->w->now);
	if (t->fact == FACT_CHARTER && p != NULL && t->number == p->n_charter)
		tally_add(&p->charters, h->w->now - p->charter_at);
	if (t->fact == FACT_OVERDUE && p != NULL && h->n_paper == 1 &&
	    h->w->now - h->head_at < p->promise * 1500)
		world_fail(h->w, "a feed is overdue before its time", h);
	if (t->fact == FACT_HEAD)
		told_head(h, t);
	if (t->fact == FACT_PACK)
		told_pack(h, t);
}

static void
most(size_t *ret, size_t n)
{
	*ret = n > *ret ? n : *ret;
}

/* Strangers can fill no table beyond its limit: looked at when there may be more links. */
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
		/* Whom the operator named always has room. */
		in +=
		    !l->dialled && link_is_node(l) &&
		    (l->contact == NULL || l->contact->class != CONTACT_PINNED);
		readers += !l->dialled && l->state == LINK_OPEN &&
			   l->role == ROLE_READER;
	}
	if (in > NODE_IN_MAX + NODE_VISITS_MAX ||
	    out > NODE_OUT_MAX + NODE_PINNED_MAX + NODE_ERRANDS_MAX +
		      NODE_FEELERS_MAX ||
	    readers > NODE_READERS_MAX || strangers > STRANGERS_MAX)
		world_fail(h->w, "there are too many links", h);
	most(&h->most_in, in);
	most(&h->most_readers, readers);
	most(&h->most_strangers, strangers);
}

/* Is |e| of a link that came in? */
static const struct link *
inbound(const struct node *n, const struct node_event *e)
{
	const struct link *l = NULL;
	uint64_t id = e->type == NODE_LINK_DATA ? e->link_data.link
		      : e->type == NODE_LINK_UP ? e->link_up.link
						: 0;

	for (size_t i = 0; i < n->n_slot && id != 0; i++)
		if (n->link[i] != NULL && n->link[i]->id == id)
			l = n->link[i];
	for (size_t i = 0; i < n->n_dead && id != 0; i++)
		if (n->dead[i]->id == id)
			l = n->dead[i];
	return l != NULL && !l->dialled ? l : NULL;
}

/* Nobody who comes in ends a link that was dialled, but one to himself. */
static void
check_displaced(struct host *h, const struct node_event *e)
{
	const struct node *n = h->node;
	const struct link *by = n->n_dead > 0 ? inbound(n, e) : NULL;

	for (size_t i = 0; i < n->n_dead && by != NULL; i++) {
		const struct link *l = n->dead[i];

		if (l->dialled && l->queued <= UNREAD_MAX &&
		    memcmp(l->key, by->key, sizeof(l->key)) != 0)
			world_fail(h->w, "who came in displaced who did not",
			    h);
	}
}

/* .. nor takes its place. */
static void
check_place(struct host *h, const struct node_event *e,
    const struct node_update *u)
{
	for (size_t i = 0; i < u->n_drop; i++)
		if (e->type == NODE_LINK_UP && e->link_up.we_dialled &&
		    u->drop[i].link == e->link_up.link &&
		    u->drop[i].why == QERR_FULL)
			world_fail(h->w, "no room for who was dialled", h);
}

/* No link waits for what the node has forgotten to look at: nothing was said, and its time
 * is set, though most links were not touched. */
static void
check_untouched(struct host *h)
{
	const struct node *n = h->node;

	for (size_t i = 0; i < n->n_slot; i++) {
		const struct link *l = n->link[i];

		if (l == NULL || link_is_touched(n, i))
			continue;
		if (l->timer.item.when != link_due(l))
			world_fail(h->w, "a link is due at another time", h);
		if (l->out.n > 0 || (l->says && l->n_job == 0))
			world_fail(h->w, "a link has something to say", h);
	}
}

/* True if |l| could be asked for some of |t| that is on its way from nobody. */
static bool
lacks(const struct link *l, const struct part *t)
{
	const struct share *sh =
	    share_of((struct link *)(uintptr_t)l, &t->pack->track->head);
	const uint8_t *only = NULL;

	if (t->hash == NULL && t->n_piece > 1)
		return t->hasher == NULL;
	for (size_t i = 0; i < l->n_partial; i++)
		if (id_eq(&l->partial[i].root, &t->pack->root) &&
		    !share_has_run(sh, t->pack->number, t->pack->tier))
			only = l->partial[i].have;
	for (size_t i = 0; i < t->n_piece; i++)
		if (!bit(t->have, i) && !bit(t->asked, i) &&
		    (only == NULL || bit(only, i)))
			return true;
	return false;
}

/* Who is not looked at for more to ask for has nothing that is wanted. */
static void
check_dry(struct host *h)
{
	const struct node *n = h->node;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL || !link_is_node(l) || l->n_ask >= l->window ||
		    (n->dry[i / 64] >> i % 64 & 1) == 0)
			continue;
		for (size_t k = 0; k < n->n_part; k++)
			if (n->part[k]->pack->state == PACK_WANTED &&
			    n->part[k]->pack->track != NULL &&
			    share_holds(l, n->part[k]->pack->track,
				n->part[k]->pack->number,
				n->part[k]->pack->tier, n->part[k]->pack) &&
			    lacks(l, n->part[k]))
				world_fail(h->w, "a link could give more", h);
		for (size_t k = 0; k < n->n_want && n->n_part < PARTS_MAX; k++)
			if (n->want[k].pack->state == PACK_WANTED &&
			    n->want[k].pack->part == NULL &&
			    share_holds(l, n->want[k].track, n->want[k].number,
				n->want[k].tier, n->want[k].pack))
				world_fail(h->w, "a link could begin more", h);
	}
}

void
invariant_step(struct host *h, const struct node_event *e,
    const struct node_update *u, bool alone)
{
	const struct node *n = h->node;

	if (alone)
		check_displaced(h, e);
	check_place(h, e, u);

	if (h->greeted || e->type == NODE_LINK_UP || e->type == NODE_PEER)
		check_links(h);
	h->greeted = false;
	if (!sham)
		check_untouched(h);
	if (!sham && n->cfg.role == NODE_MIRROR && !n->full && !n->want_dirty)
		check_dry(h);
	if (n->n_contact > NODE_CONTACTS_MAX + NODE_GUESTS_MAX ||
	    n->n_part > PARTS_MAX ||
	    n->in_flight > IN_FLIGHT_MAX + MSG_LEAVES_MAX * PIECE_SIZE)
		world_fail(h->w, "a table is too full", h);
	if (h->quota != 0 && h->used > h->quota)
		world_fail(h->w, "the quota is not kept", h);
}

void
invariant_rest(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];
		const struct node *n = h->node;

		if (n == NULL || h->lie != HONEST)
			continue;
		if (n->n_part > 0 || n->in_flight > 0 || n->n_pending > 0 ||
		    h->n_write > 0)
			world_fail(w, "something is never done", h);
		for (size_t k = 0; k < n->n_slot; k++)
			if (n->link[k] != NULL &&
			    n->link[k]->n_ask + n->link[k]->n_job > 0)
				world_fail(w, "an ask is never answered", h);
	}
}

/* Packs that are to be held: the publisher's, but for those withdrawn. */
static size_t
alive(const struct paper *p)
{
	size_t n = 0;

	for (uint64_t k = 1; k <= p->head; k++) {
		const struct issue *is = press_issue(p, k);

		n += is->n_pack - (is->withdrawn ? 2 : 0);
	}
	return n;
}

void
invariant_whole(struct host *h, bool packs)
{
	struct node_feed_stat st;

	for (size_t i = 0; i < h->n_paper; i++) {
		const struct paper *p = h->paper[i];

		if (node_feed_stat(h->node, &p->feed, &st) != 0 ||
		    st.head != p->head)
			world_fail(h->w, "headers are lacking", h);
		if (packs &&
		    (st.packs_held != alive(p) || st.packs_wanted != 0))
			world_fail(h->w, "packs are lacking", h);
	}
}

static void
check_dead(struct host *h, const struct issue *is)
{
	struct world *w = h->w;
	struct blob *o =
	    disk_find(h, OBJECT_HEADER, &is->paper->feed, is->number);

	if (o != NULL && bytes_eq(blob_bytes(o), buf_bytes(&is->file)))
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
	for (size_t i = 0; i < h->n_paper; i++)
		for (size_t k = 0; k < h->paper[i]->n_issue; k++)
			if (h->paper[i]->issue[k]->dead)
				check_dead(h, h->paper[i]->issue[k]);
}
