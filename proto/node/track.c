#include <stdlib.h>
#include <string.h>

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

/* Packs. */

struct pack *
pack_find(struct node *n, const struct id *root)
{
	return map_get(n->packs, root);
}

static struct pack *
pack_new(struct node *n, const struct pack_entry *e)
{
	struct pack *p = pack_find(n, &e->root);

	if (p != NULL)
		return p;
	if ((p = calloc(1, sizeof(*p))) == NULL ||
	    map_put(n->packs, &e->root, p) != 0) {
		free(p);
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	p->root = e->root;
	p->size = e->size;
	return p;
}

/* Delete what is here of |p|. */
static void
pack_drop(struct node *n, struct pack *p)
{
	bool here = p->state == PACK_HELD || p->state == PACK_STORED ||
		    (p->part != NULL && p->part->n_have > 0);

	serve_forget(n, NULL, p);
	if (p->part != NULL)
		part_close(n, p);
	if (here)
		update_forget(n, OBJECT_PIECE, &p->root, 0);
	p->state = PACK_AWAY;
	n->want_dirty = true;
}

static void
pack_unwant(struct node *n, struct announce *a)
{
	if (!a->wanted)
		return;
	a->wanted = false;
	if (--a->pack->wants == 0 && a->pack->state == PACK_WANTED) {
		if (a->pack->part == NULL || a->pack->part->n_have == 0)
			pack_drop(n, a->pack);
		n->want_dirty = true;
	}
}

/* |a| is no more: withdrawn, cut, or its feed goes. */
static void
announce_end(struct node *n, struct announce *a, bool forget)
{
	if (a->dead)
		return;
	a->dead = true;
	pack_unwant(n, a);
	if (--a->pack->uses > 0)
		return;
	if (forget)
		pack_drop(n, a->pack);
	else if (a->pack->part != NULL)
		part_close(n, a->pack);
}

/* An entry that announced |p| goes; the last one takes the pack along. */
static void
pack_release(struct node *n, struct pack *p)
{
	if (--p->refs == 0) {
		serve_forget(n, NULL, p);
		if (p->part != NULL)
			part_close(n, p);
		map_del(n->packs, &p->root);
		free(p);
		return;
	}
	for (size_t i = 0; i < n->n_track; i++)
		for (size_t k = 0; k < n->track[i]->n_a; k++)
			if (n->track[i]->a[k].pack == p) {
				p->track = n->track[i];
				p->number = n->track[i]->a[k].number;
				return;
			}
}

void
pack_stored(struct node *n, struct pack *p)
{
	if (p->part != NULL)
		part_close(n, p);
	if (p->state != PACK_HELD && p->wants > 0)
		n->bytes_wanted -= n->bytes_wanted < p->size ? 0 : p->size;
	p->state = PACK_HELD;
}

static struct part *
part_new(struct pack *p)
{
	struct part *t = calloc(1, sizeof(*t));
	size_t bytes = (piece_count(p->size) + 7) / 8;

	if (t == NULL)
		return NULL;
	t->pack = p;
	t->n_piece = piece_count(p->size);
	t->have = calloc(3, bytes);
	if (t->have == NULL) {
		free(t);
		return NULL;
	}
	t->safe = t->have + bytes;
	t->asked = t->safe + bytes;
	return t;
}

/* Make room among the packs being fetched: the one with least to lose. */
static bool
part_evict(struct node *n)
{
	struct part *least = NULL;

	for (size_t i = 0; i < n->n_part; i++) {
		struct part *t = n->part[i];

		if (t->n_asked == 0 && t->hasher == NULL &&
		    t->pack->state == PACK_WANTED &&
		    (least == NULL || t->n_have < least->n_have))
			least = t;
	}
	if (least == NULL)
		return false;
	part_close(n, least->pack);
	n->want_dirty = true;
	return true;
}

struct part *
part_open(struct node *n, struct pack *p)
{
	if (p->part != NULL)
		return p->part;
	if (n->n_part == PARTS_MAX && !part_evict(n))
		return NULL;
	if ((p->part = part_new(p)) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	n->part[n->n_part++] = p->part;
	return p->part;
}

void
part_close(struct node *n, struct pack *p)
{
	struct part *t = p->part;

	fetch_cancel(n, t);
	for (size_t i = 0; i < n->n_part; i++)
		if (n->part[i] == t)
			n->part[i] = n->part[--n->n_part];
	free(t->have);
	free(t->hash);
	free(t);
	p->part = NULL;
}

/* Shelves. */

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
		if (n->link[i] != NULL && link_shares(n->link[i]) != 0)
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

/* Planning. */

static bool
is_volume(const struct announce *a)
{
	return a->first !=
	       a->last; /* one issue: its own pack, or what replaced it */
}

static enum plan
plan_policy(const struct track *s, const struct announce *a)
{
	uint64_t head = feed_head(s->feed);

	if ((s->policy.tiers >> a->tier & 1) == 0)
		return PLAN_DROP;
	if (s->policy.newest != 0 && a->last + s->policy.newest <= head)
		return PLAN_DROP;
	return PLAN_WANT;
}

/* True if |a| is an issue's own heads or text that volume |v| has, too. */
static bool
volume_covers(const struct announce *v, const struct announce *a)
{
	return !a->dead && !is_volume(a) && a->tier <= TIER_TEXT &&
	       a->first >= v->first && a->last <= v->last;
}

static uint64_t
missing(const struct announce *a)
{
	return a->plan != PLAN_WANT || a->pack->state == PACK_HELD
		   ? 0
		   : a->pack->size;
}

/*
 * A reader takes a volume, its heads and text together, where that is fewer
 * bytes than the issues' own packs that he lacks; else those.
 */
static void
plan_volume(struct track *s, size_t heads)
{
	struct announce *v = &s->a[heads];
	uint64_t volume = 0, issues = 0;
	enum plan lose;

	for (size_t i = heads; i < s->n_a && s->a[i].number == v->number; i++)
		if (!s->a[i].dead && s->a[i].first == v->first &&
		    s->a[i].last == v->last)
			volume += missing(&s->a[i]);
	for (size_t i = 0; i < s->n_a; i++)
		if (volume_covers(v, &s->a[i]))
			issues += missing(&s->a[i]);
	lose = PLAN_KEEP;
	for (size_t i = 0; i < s->n_a; i++) {
		struct announce *a = &s->a[i];
		bool own = a->number == v->number && a->first == v->first &&
			   a->last == v->last && !a->dead;

		if (issues > volume ? volume_covers(v, a) : own)
			if (a->plan == PLAN_WANT)
				a->plan = lose;
	}
}

/* True if we have, or will have, all issues that |v| covers. */
static bool
can_rebuild(const struct track *s, const struct announce *v)
{
	for (size_t i = 0; i < s->n_a; i++) {
		const struct announce *a = &s->a[i];

		if (volume_covers(v, a) && a->plan != PLAN_WANT &&
		    a->pack->state != PACK_HELD)
			return false;
	}
	return true;
}

/*
 * What is compressed against another pack cannot be read without it: that one is
 * wanted as well, and in a quota is worth as much as the newest that leans on it.
 */
static void
plan_bases(struct track *s)
{
	uint64_t last[TIERS] = {0};

	for (size_t i = s->n_a; i-- > 0;) {
		const struct announce *a = &s->a[i];

		if (a->dead || a->base == 0 || a->base == last[a->tier] ||
		    (a->plan != PLAN_WANT && a->pack->state != PACK_HELD))
			continue;
		last[a->tier] = a->base; /* neighbours lean on the same one */
		for (size_t k = 0; k < s->n_a; k++) {
			struct announce *v = &s->a[k];

			if (v->dead || v->contents != a->base ||
			    v->tier != a->tier)
				continue;
			if (v->plan != PLAN_WANT && !can_rebuild(s, v))
				v->plan = PLAN_WANT;
			if (a->number > v->worth)
				v->worth = a->number;
		}
	}
}

static int
importance(const void *x, const void *y)
{
	const struct announce *a = *(struct announce *const *)x;
	const struct announce *b = *(struct announce *const *)y;

	if (is_volume(a) != is_volume(b))
		return is_volume(a) ? 1 : -1;
	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	if (a->worth != b->worth)
		return a->worth < b->worth ? 1 : -1;
	/* A base before what leans on it. */
	return (a->number > b->number) - (a->number < b->number);
}

/* What does not fit the quota goes, the least important first. */
static void
plan_quota(struct track *s, uint64_t quota)
{
	struct announce **order;
	size_t n = 0;
	uint64_t sum = 0;

	if (quota == 0 || s->n_a == 0)
		return;
	if ((order = calloc(s->n_a, sizeof(struct announce *))) == NULL) {
		node_fail(s->n, QERR_NOMEM);
		return;
	}
	for (size_t i = 0; i < s->n_a; i++)
		if (!s->a[i].dead && s->a[i].plan == PLAN_WANT)
			order[n++] = &s->a[i];
	qsort(order, n, sizeof(struct announce *), importance);
	for (size_t i = 0; i < n; i++) {
		sum += order[i]->pack->size;
		if (sum > quota)
			order[i]->plan = PLAN_DROP;
	}
	free(order);
}

static void
plan_apply(struct node *n, struct announce *a)
{
	struct pack *p = a->pack;

	if (a->plan == PLAN_WANT && !a->wanted) {
		a->wanted = true;
		p->wants++;
		if (p->state == PACK_AWAY)
			p->state = PACK_WANTED;
		n->want_dirty = true;
	} else if (a->plan != PLAN_WANT) {
		pack_unwant(n, a);
		if (a->plan == PLAN_DROP && p->wants == 0 &&
		    p->state != PACK_AWAY)
			pack_drop(n, p);
	}
}

void
track_plan(struct track *s)
{
	struct node *n = s->n;
	uint64_t quota = s->policy.quota;

	s->plan_dirty = false;
	if (quota == 0 && n->cfg.quota != 0)
		quota = n->cfg.quota / n->n_track;
	for (size_t i = 0; i < s->n_a; i++) {
		s->a[i].plan = plan_policy(s, &s->a[i]);
		s->a[i].worth = s->a[i].number;
	}
	if (n->cfg.role == NODE_READER)
		for (size_t i = 0; i < s->n_a; i++)
			if (!s->a[i].dead && s->a[i].tier == TIER_HEADS &&
			    is_volume(&s->a[i]))
				plan_volume(s, i);
	plan_bases(s);
	if (!s->publishes)
		plan_quota(s, quota);
	for (size_t i = 0; i < s->n_a; i++)
		if (!s->a[i].dead)
			plan_apply(n, &s->a[i]);
}

/* The wanted packs of all feeds, most important first. */

static int
want_cmp(const void *x, const void *y)
{
	const struct want *a = x, *b = y;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	return (int)(a->track->index > b->track->index) -
	       (int)(a->track->index < b->track->index);
}

static void
want_add(struct track *s, const struct announce *a)
{
	struct node *n = s->n;
	void *w =
	    node_grow(n, n->want, n->n_want, &n->cap_want, sizeof(*n->want));
	bool late = n->cfg.role == NODE_MIRROR && is_volume(a);

	if (w == NULL)
		return;
	n->want = w;
	n->want[n->n_want++] = (struct want){.pack = a->pack,
	    .track = s,
	    .number = a->number,
	    .age = feed_head(s->feed) - a->number,
	    .tier = a->tier,
	    .class = (uint8_t)(a->tier + (late ? TIERS : 0))};
}

void
want_update(struct node *n)
{
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		/* A reader chooses once all headers are here: volumes come late. */
		if (s->plan_dirty && (n->cfg.role == NODE_MIRROR || !s->asking))
			track_plan(s);
	}
	if (!n->want_dirty)
		return;
	n->want_dirty = false;
	n->want_gen++;
	n->n_want = 0;
	n->bytes_wanted = 0;
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		for (size_t k = 0; k < s->n_a; k++)
			if (s->a[k].wanted &&
			    s->a[k].pack->state == PACK_WANTED) {
				want_add(s, &s->a[k]);
				n->bytes_wanted += s->a[k].pack->size;
			}
	}
	if (n->n_want > 0)
		qsort(n->want, n->n_want, sizeof(*n->want), want_cmp);
}
