#include <sodium.h>
#include <stdlib.h>

#include "proto/node/inner.h"

struct track *
track_find(const struct node *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n_track; i++)
		if (id_eq(&n->track[i]->head.id, feed))
			return n->track[i];
	return NULL;
}

/* The publisher promised an issue by now, counted in our own uptime. */
static void
overdue(struct node *n, void *owner)
{
	struct track *s = owner;

	s->overdue = true;
	s->late = n->now;
	update_tell(n, FACT_OVERDUE, &s->head.id, 0, s->next * 1000);
	timer_set(n, &n->tick, n->now);
}

static void
seek(struct node *n, void *owner)
{
	(void)n;
	holds_seek(owner);
}

/*
 * Whoever follows a feed begins its heads' way anew.  Three in four say that there is
 * one hop to a follower, as who carries it beside one says it: they cannot be told from
 * each other.  Which, is a secret of the node, and stays.
 */
static uint8_t
gap_of(const struct node *n, const struct id *feed)
{
	uint8_t lot[16];

	crypto_generichash(lot, sizeof(lot), feed->b, sizeof(feed->b),
	    n->cfg.identity_seed, sizeof(n->cfg.identity_seed));
	return lot[0] % 4 != 0;
}

/* A track that nobody knows of yet. */
static struct track *
begin(struct node *n, const struct id *feed, const struct node_policy *policy)
{
	void *more = node_grow(n, n->track, n->n_track, &n->cap_track,
	    sizeof(struct track *));
	struct track *s;

	if (more == NULL)
		return NULL;
	n->track = more;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->feed = feed_new(feed)) == NULL) {
		free(s);
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	s->head.followed = true;
	s->head.gap = policy->own ? 0 : gap_of(n, feed);
	s->policy = *policy;
	s->waits_from = n->now;
	buf_init(&s->slept_with, 0);
	timer_init(&s->due, overdue, s);
	timer_init(&s->seek, seek, s);
	timer_init(&s->judge, merit_judge, s);
	return s;
}

struct track *
track_new(struct node *n, const struct id *feed,
    const struct node_policy *policy)
{
	struct head *before = head_find(n, feed);
	struct track *s;

	if (n->n_track == NODE_FOLLOWED_MAX ||
	    (s = begin(n, feed, policy)) == NULL)
		return NULL;
	if (before != NULL) { /* what links have shown of it stays known */
		head_replace(&s->head, before);
		carry_free(head_carried(before));
	} else if (head_add(n, &s->head, feed) != 0) {
		track_free(s);
		return NULL;
	}
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

uint64_t
track_head(const struct track *s)
{
	return s->asleep ? s->slept_at : feed_head(s->feed);
}

void
track_state(const struct track *s, struct id *ret)
{
	feed_state_with(s->feed,
	    s->asleep ? &s->slept_on : feed_head_hash(s->feed),
	    track_charter(s), ret);
}

void
track_wake(struct track *s)
{
	if (s->woken)
		return;
	s->woken = true;
	s->head.n->waking++;
	update_tell(s->head.n, FACT_WOKEN, &s->head.id, 0, 0);
}

void
track_free(struct track *s)
{
	head_done(&s->head);
	buf_done(&s->slept_with);
	free(s->receipt);
	feed_free(s->feed);
	free(s->a);
	free(s->first_a);
	free(s);
}

void
track_remove(struct node *n, struct track *s)
{
	head_remove(&s->head);
	timer_set(n, &s->due, WHEN_NEVER);
	timer_set(n, &s->seek, WHEN_NEVER);
	timer_set(n, &s->judge, WHEN_NEVER);
	n->track[s->index] = n->track[--n->n_track]; /* the last one */
	n->track[s->index]->index = s->index;
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
	uint64_t from = UINT64_MAX;

	/* An issue is announced with its own header, or a later one. */
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].only && h->pack[i].first < from)
			from = h->pack[i].first;
	if (from >= h->number)
		return;
	for (size_t i = s->first_a[from - 1]; i < s->n_a; i++) {
		struct announce *a = &s->a[i];

		if (a->dead || !header_may_withdraw(h, a->first, a->last))
			continue;
		header_of(&old, s, a->number);
		entry_of(&e, a);
		if (!header_withdraws(h, &old, &e))
			continue;
		announce_end(s->head.n, a, true);
		a->by = (uint32_t)h->number;
		update_tell(s->head.n, FACT_WITHDRAWN, &a->pack->root,
		    a->number, 0);
	}
}

/* True if |h| announces others of the tier of |e|. */
static bool
is_beside(const struct header *h, const struct pack_entry *e)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_pack; i++)
		n += h->pack[i].tier == e->tier;
	return n > 1;
}

static int
announce_add(struct track *s, const struct pack_entry *e, uint64_t number,
    bool beside)
{
	struct pack *p = pack_new(s->head.n, e);
	void *a;

	if (p == NULL)
		return QERR_NOMEM;
	p->refs++;
	if ((a = node_grow(s->head.n, s->a, s->n_a, &s->cap_a,
		 sizeof(*s->a))) == NULL) {
		pack_release(s->head.n, p);
		return QERR_NOMEM;
	}
	s->a = a;
	s->a[s->n_a++] = (struct announce){.pack = p,
	    .number = (uint32_t)number,
	    .first = (uint32_t)e->first,
	    .last = (uint32_t)e->last,
	    .tier = (uint8_t)e->tier,
	    .only = e->only,
	    .base = e->base,
	    /* Two feeds that name one pack of two sizes: one of them lies. */
	    .dead = p->size != e->size};
	if (p->size == e->size) {
		p->uses++;
		p->track = s;
		p->number = number;
		p->tier = (uint8_t)e->tier;
		p->beside = beside;
	}
	return 0;
}

void
track_add_header(struct track *s, const struct header *h)
{
	void *first = node_grow(s->head.n, s->first_a, (size_t)h->number - 1,
	    &s->cap_first, sizeof(*s->first_a));

	if (first == NULL)
		return;
	s->first_a = first;
	s->first_a[h->number - 1] = (uint32_t)s->n_a;
	withdraw(s, h);
	for (size_t i = 0; i < h->n_pack; i++)
		if (announce_add(s, &h->pack[i], h->number,
			is_beside(h, &h->pack[i])) != 0)
			return;
	s->head.n->replan = s->plan_dirty = true;
	s->next = h->next;
	s->overdue = false;
	track_wait(s, 0);
}

uint64_t
track_waited(const struct track *s)
{
	return s->waited + (s->head.n->now - s->waits_from);
}

void
track_wait(struct track *s, uint64_t before)
{
	struct node *n = s->head.n;
	uint64_t all = s->next * 1500;

	s->waited = before;
	s->waits_from = n->now;
	timer_set(n, &s->due,
	    s->next == 0
		? WHEN_NEVER
		: when_add(s->waits_from, all > before ? all - before : 0));
}

/* What a header withdrew that is no more counts again: here it is gone, others may have it. */
static void
revive(struct track *s, uint64_t floor)
{
	for (size_t i = 0; i < s->n_a; i++) {
		struct announce *a = &s->a[i];

		if (a->by == 0 || a->by < floor)
			continue;
		a->dead = false;
		a->by = 0;
		a->pack->uses++;
	}
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
	revive(s, floor);
	for (size_t i = from; i < s->n_a; i++)
		announce_end(s->head.n, &s->a[i], true);
	for (size_t i = s->n_a; i > from; i--) {
		struct pack *p = s->a[i - 1].pack;

		s->n_a = i - 1;
		pack_release(s->head.n, p);
	}
	receipt_forget(s);
	if (s->head.number >= floor) {
		s->head.number = floor - 1;
		head_changed(&s->head);
	}
	s->cut_step = s->head.n->steps;
	s->head.n->replan = s->plan_dirty = true;
	buf_clear(&s->head.file);
	update_forget(s->head.n, OBJECT_HEADER, &s->head.id, floor);
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

void
track_unrefuse_beside(struct track *s, size_t slot)
{
	for (size_t i = 0; i < s->n_a; i++)
		if (s->a[i].pack->beside)
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
