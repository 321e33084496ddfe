#include <stdlib.h>

#include "proto/node/inner.h"

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

/* Nobody had |a|, which is missing. */
static bool
is_spared(const struct announce *a)
{
	return missing(a) > 0 && a->pack->spared;
}

/*
 * A reader takes a volume, its heads and text together, where that is fewer
 * bytes than the issues' own packs that he lacks, or where nobody has one of these; else
 * those, and where nobody has it.
 */
static void
plan_volume(struct track *s, size_t heads)
{
	struct announce *v = &s->a[heads];
	/* An issue is announced with its own header, or a later one. */
	size_t from = s->first_a[v->first - 1];
	uint64_t volume = 0, issues = 0;
	bool spared = false, gone = false, take;

	for (size_t i = heads; i < s->n_a && s->a[i].number == v->number; i++)
		if (!s->a[i].dead && s->a[i].first == v->first &&
		    s->a[i].last == v->last) {
			volume += missing(&s->a[i]);
			spared |= is_spared(&s->a[i]);
		}
	for (size_t i = from; i < s->n_a; i++)
		if (volume_covers(v, &s->a[i])) {
			issues += missing(&s->a[i]);
			gone |= is_spared(&s->a[i]);
		}
	take = !spared && (gone || issues > volume);
	for (size_t i = from; i < s->n_a; i++) {
		struct announce *a = &s->a[i];
		bool own = a->number == v->number && a->first == v->first &&
			   a->last == v->last && !a->dead;

		if ((take ? volume_covers(v, a) : own) && a->plan == PLAN_WANT)
			a->plan = PLAN_KEEP;
	}
}

/* |a| leans on what counts of the issue |number|, from its own header or a later one. */
static void
plan_base(struct track *s, const struct announce *a, uint32_t number)
{
	bool gone = false;

	for (size_t i = s->first_a[number - 1];
	     i < s->n_a && (gone || s->a[i].number == number); i++) {
		struct announce *v = &s->a[i];

		if (v->first != number || v->last != number ||
		    v->tier != a->tier)
			continue;
		gone = v->dead;
		if (gone)
			continue;
		v->plan = PLAN_WANT;
		if (a->worth > v->worth)
			v->worth = a->worth;
		return;
	}
}

/*
 * What is compressed against other packs cannot be read without them: they are
 * wanted as well, and in a quota are worth as much as the newest that leans on them.
 */
static void
plan_bases(struct track *s)
{
	/* The newest first: what leans on an issue comes before it here. */
	for (size_t i = s->n_a; i-- > 0;) {
		const struct announce *a = &s->a[i];

		if (a->dead || a->base == 0 ||
		    (a->plan != PLAN_WANT && a->pack->state != PACK_HELD))
			continue;
		for (uint32_t k = a->number;
		     k-- > 1 && k + PACK_BASE_BITS >= a->number;)
			if (pack_base_has(a->base, a->number, k))
				plan_base(s, a, k);
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
		node_fail(s->head.n, QERR_NOMEM);
		return;
	}
	for (size_t i = 0; i < s->n_a; i++)
		if (!s->a[i].dead && s->a[i].plan == PLAN_WANT)
			order[n++] = &s->a[i];
	qsort(order, n, sizeof(struct announce *), importance);
	for (size_t i = 0; i < n; i++) {
		sum += order[i]->pack->size;
		if (sum <= quota)
			continue;
		order[i]->plan = PLAN_DROP;
		s->n_over += !is_volume(order[i]);
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

static void
track_plan(struct track *s)
{
	struct node *n = s->head.n;
	uint64_t quota = s->policy.quota;

	s->plan_dirty = false;
	s->n_over = 0;
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
	if (!s->policy.own)
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
	/* What others lean on first: a line may break at any time. */
	if (a->track == b->track && a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (int)(a->track->index > b->track->index) -
	       (int)(a->track->index < b->track->index);
}

static void
want_add(struct track *s, const struct announce *a)
{
	struct node *n = s->head.n;
	void *w =
	    node_grow(n, n->want, n->n_want, &n->cap_want, sizeof(*n->want));
	bool late = n->cfg.role == NODE_MIRROR && is_volume(a);

	if (w == NULL)
		return;
	n->want = w;
	n->want[n->n_want++] = (struct want){.pack = a->pack,
	    .track = s,
	    .number = a->number,
	    .age = feed_head(s->feed) - a->worth,
	    .tier = a->tier,
	    .class = (uint8_t)(a->tier + (late ? TIERS : 0))};
}

/* A reader chooses once all headers are here: volumes come late. */
static void
plan_all(struct node *n)
{
	n->replan = false;
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		if (!s->plan_dirty)
			continue;
		if (n->cfg.role == NODE_MIRROR || s->head.asking == NULL)
			track_plan(s);
		else
			n->replan = true;
	}
}

void
want_update(struct node *n)
{
	if (n->replan)
		plan_all(n);
	if (!n->want_dirty)
		return;
	n->want_dirty = false;
	n->want_gen++;
	fetch_look(n);
	n->n_want = 0;
	n->bytes_wanted = 0;
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		s->wants = false;
		for (size_t k = 0; k < s->n_a; k++)
			if (s->a[k].wanted &&
			    s->a[k].pack->state == PACK_WANTED) {
				s->wants = true;
				want_add(s, &s->a[k]);
				n->bytes_wanted += s->a[k].pack->size;
			}
	}
	if (n->n_want > 0)
		qsort(n->want, n->n_want, sizeof(*n->want), want_cmp);
	for (size_t i = 0; i < n->n_track; i++)
		if (n->track[i]->wants && n->track[i]->seek.item.place == 0)
			holds_seek(n->track[i]);
}
