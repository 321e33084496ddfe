#include <stdlib.h>

#include "proto/node/inner.h"

struct track *
track_find(struct node *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n_track; i++)
		if (id_eq(&n->track[i]->id, feed))
			return n->track[i];
	return NULL;
}

/* The publisher promised an issue by now, counted in our own uptime. */
static void
overdue(struct node *n, void *owner)
{
	struct track *s = owner;

	s->overdue = true;
	update_tell(n, FACT_OVERDUE, &s->id, 0, s->next * 1000);
	n->feeler_at = n->now;
	timer_set(n, &n->tick, n->now);
}

struct track *
track_new(struct node *n, const struct id *feed,
    const struct node_policy *policy)
{
	struct track *s;

	if (n->n_track == NODE_FOLLOWED_MAX)
		return NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->feed = feed_new(feed)) == NULL) {
		free(s);
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	s->n = n;
	s->id = *feed;
	s->policy = *policy;
	timer_init(&s->due, overdue, s);
	s->index = n->n_track;
	n->track[n->n_track++] = s;
	return s;
}

uint64_t
track_charter(const struct track *s)
{
	const struct charter *c = feed_charter(s->feed);

	return c == NULL ? 0 : c->version;
}

void
track_free(struct track *s)
{
	buf_done(&s->head_file);
	buf_done(&s->fork[0]);
	buf_done(&s->fork[1]);
	feed_free(s->feed);
	free(s->a);
	free(s->first_a);
	free(s);
}

void
track_remove(struct node *n, struct track *s)
{
	serve_forget(n, s, NULL);
	timer_set(n, &s->due, WHEN_NEVER);
	/* The last one takes its place, in the links' shares as well. */
	n->track[s->index] = n->track[--n->n_track];
	n->track[s->index]->index = s->index;
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (n->link[i] != NULL && share_all(n->link[i]) != 0)
			node_fail(n, QERR_NOMEM);
	for (size_t i = 0; i < s->n_a; i++)
		announce_end(n, &s->a[i], false);
	for (size_t i = 0; i < s->n_a; i++)
		pack_release(n, s->a[i].pack);
	n->want_dirty = true;
	track_free(s);
}

static void
entry_of(struct pack_entry *e, const struct announce *a)
{
	*e = (struct pack_entry){.tier = a->tier,
	    .root = a->pack->root,
	    .size = a->pack->size,
	    .first = a->first,
	    .last = a->last,
	    .only = a->only};
}

/* The header |number| as far as withdrawing needs it. */
static void
header_of(struct header *h, const struct track *s, uint64_t number)
{
	h->number = number;
	h->n_pack = 0;
	for (size_t i = s->first_a[number - 1];
	     i < s->n_a && s->a[i].number == number; i++)
		entry_of(&h->pack[h->n_pack++], &s->a[i]);
}

static void
withdraw(struct track *s, const struct header *h)
{
	struct pack_entry e;
	struct header old;
	bool any = false;

	for (size_t i = 0; i < h->n_pack; i++)
		any |= h->pack[i].only;
	for (size_t i = 0; any && i < s->n_a; i++) {
		struct announce *a = &s->a[i];

		if (a->dead || !header_may_withdraw(h, a->first, a->last))
			continue;
		header_of(&old, s, a->number);
		entry_of(&e, a);
		if (!header_withdraws(h, &old, &e))
			continue;
		announce_end(s->n, a, true);
		update_tell(s->n, FACT_WITHDRAWN, &a->pack->root, a->number, 0);
	}
}

static int
announce_add(struct track *s, const struct pack_entry *e, uint64_t number)
{
	struct pack *p = pack_new(s->n, e);
	void *a;

	if (p == NULL)
		return QERR_NOMEM;
	p->refs++;
	if ((a = node_grow(s->n, s->a, s->n_a, &s->cap_a, sizeof(*s->a))) ==
	    NULL) {
		pack_release(s->n, p);
		return QERR_NOMEM;
	}
	s->a = a;
	s->a[s->n_a++] = (struct announce){.pack = p,
	    .number = (uint32_t)number,
	    .first = (uint32_t)e->first,
	    .last = (uint32_t)e->last,
	    .tier = (uint8_t)e->tier,
	    .only = e->only,
	    .contents = load_le64(e->contents.b),
	    .base = e->has_base ? load_le64(e->base.b) : 0,
	    /* Two feeds that name one pack of two sizes: one of them lies. */
	    .dead = p->size != e->size};
	if (p->size == e->size) {
		p->uses++;
		p->track = s;
		p->number = number;
		p->tier = (uint8_t)e->tier;
	}
	return 0;
}

void
track_add_header(struct track *s, const struct header *h)
{
	void *first = node_grow(s->n, s->first_a, (size_t)h->number - 1,
	    &s->cap_first, sizeof(*s->first_a));

	if (first == NULL)
		return;
	s->first_a = first;
	s->first_a[h->number - 1] = (uint32_t)s->n_a;
	withdraw(s, h);
	for (size_t i = 0; i < h->n_pack; i++)
		if (announce_add(s, &h->pack[i], h->number) != 0)
			return;
	s->plan_dirty = true;
	s->next = h->next;
	s->overdue = false;
	timer_set(s->n, &s->due,
	    h->next == 0 ? WHEN_NEVER : when_add(s->n->now, h->next * 1500));
}

void
track_set_head(struct track *s, struct bytes file)
{
	buf_clear(&s->head_file);
	buf_put(&s->head_file, file.p, file.n);
	if (buf_err(&s->head_file) != 0)
		node_fail(s->n, QERR_NOMEM);
}

void
track_forked(struct track *s, struct bytes a, struct bytes b)
{
	s->forked = true;
	buf_clear(&s->fork[0]);
	buf_clear(&s->fork[1]);
	buf_put(&s->fork[0], a.p, a.n);
	buf_put(&s->fork[1], b.p, b.n);
	if (buf_err(&s->fork[0]) != 0 || buf_err(&s->fork[1]) != 0)
		node_fail(s->n, QERR_NOMEM);
}

void
track_cut(struct track *s, uint64_t floor)
{
	size_t from = s->n_a;

	for (size_t i = 0; i < s->n_a; i++)
		if (s->a[i].number >= floor) {
			from = i;
			break;
		}
	for (size_t i = from; i < s->n_a; i++)
		announce_end(s->n, &s->a[i], true);
	for (size_t i = s->n_a; i > from; i--) {
		struct pack *p = s->a[i - 1].pack;

		s->n_a = i - 1;
		pack_release(s->n, p);
	}
	if (s->safe_head >= floor)
		s->safe_head = floor - 1;
	s->cut_step = s->n->steps;
	s->plan_dirty = true;
	buf_clear(&s->head_file);
	update_forget(s->n, OBJECT_HEADER, &s->id, floor);
}

bool
track_holds(const struct track *s, uint64_t number, unsigned tier)
{
	if (number == 0 || number > feed_head(s->feed))
		return false;
	for (size_t i = s->first_a[number - 1];
	     i < s->n_a && s->a[i].number == number; i++)
		if (s->a[i].tier == tier && !s->a[i].dead &&
		    s->a[i].pack->state != PACK_HELD)
			return false;
	return true;
}

void
track_unrefuse(struct track *s, const struct msg_run *r, size_t slot)
{
	uint64_t head = feed_head(s->feed);

	for (size_t i = r->first > head ? s->n_a : s->first_a[r->first - 1];
	     i < s->n_a && s->a[i].number <= r->last; i++)
		if (s->a[i].tier == r->tier)
			s->a[i].pack->refused[slot / 64] &=
			    ~((uint64_t)1 << slot % 64);
}

bool
track_whole(const struct track *s)
{
	for (size_t i = 0; i < s->n_a; i++)
		if (s->a[i].wanted && s->a[i].pack->state != PACK_HELD)
			return false;
	return true;
}

bool
track_receipt(struct track *s)
{
	struct node *n = s->n;
	uint64_t head = feed_head(s->feed);
	size_t count = 0;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];
		bool all = l != NULL && link_is_node(l) && head > 0;

		for (unsigned tier = 0; tier < TIERS && all; tier++)
			for (size_t k = s->first_a[head - 1]; k < s->n_a; k++)
				if (s->a[k].tier == tier && !s->a[k].dead)
					all &= link_holds(l, s, head, tier,
					    s->a[k].pack);
		count += all;
	}
	if (count <= s->receipts)
		return false;
	s->receipts = count;
	return true;
}
