#include "daemon/press/press.h"
#include "proto/base/qerr.h"

/*
 * Packs that count and are not here.  What a header withdraws is deleted; where that header
 * dies, for its key is ended from an issue before, the packs count again, and whoever heard
 * of both has them no more.  The feed goes on without: volumes are made anew of the issues,
 * an issue that is gone is no part of any.  Who never heard of it may give it back.
 */

static bool
has(const struct publisher *p, size_t i)
{
	struct tree_name t = {.kind = TREE_PACK};

	if (i == SHELF_NONE)
		return true;
	t.id = p->shelf.pack[i].e.root;
	return store_has(p->store, &t);
}

/* Where the packs of the headers from |number| on begin. */
static size_t
place(const struct shelf *s, uint64_t number)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->pack[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The last pack of |tier| of the issue |number| alone that the headers up to |at| announced. */
static size_t
announced(const struct shelf *s, enum tier tier, uint64_t number, uint64_t at)
{
	size_t found = SHELF_NONE;

	for (size_t i = place(s, number); i < s->n && s->pack[i].number <= at;
	     i++) {
		const struct pack_entry *e = &s->pack[i].e;

		if (e->tier == tier && e->first == number && e->last == number)
			found = i;
	}
	return found;
}

/* True if the issue |number| is lost, or says something else than when header |at| leaned on
 * it: what leans is made anew together with it, but if it was not here. */
static bool
is_other(const struct shelf *s, enum tier tier, uint64_t number, uint64_t at)
{
	size_t heads = shelf_issue(s, number), now = shelf_own(s, tier, number);
	size_t was = announced(s, tier, number, at);

	if (heads != SHELF_NONE && s->pack[heads].lost)
		return true;
	if (now == SHELF_NONE || was == SHELF_NONE)
		return now != was;
	return !id_eq(&s->pack[now].e.root, &s->pack[was].e.root);
}

/* What leans on the issue |number|, and cannot be opened, is lost as well. */
static bool
lose_leaning(struct publisher *p, uint64_t number)
{
	struct shelf *s = &p->shelf;
	bool any = false;

	for (size_t i = place(s, number + 1);
	     i < s->n && s->pack[i].number <= number + PACK_BASE_BITS; i++) {
		const struct shelf_pack *k = &s->pack[i];
		size_t heads;

		if (k->dead || !pack_base_has(k->e.base, k->number, number) ||
		    !is_other(s, k->e.tier, number, k->number))
			continue;
		heads = announced(s, TIER_HEADS, k->number, k->number);
		if (heads == SHELF_NONE || s->pack[heads].lost)
			continue;
		s->pack[heads].lost = any = true;
		p->n_lost++;
	}
	return any;
}

static bool
in_volume(const struct shelf *s, uint64_t number)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct shelf_pack *k = &s->pack[i];

		if (!k->dead && !k->lost && k->e.tier == TIER_HEADS &&
		    k->e.first != k->e.last && k->e.first <= number &&
		    k->e.last >= number)
			return true;
	}
	return false;
}

static void
measure(struct publisher *p)
{
	const struct shelf *s = &p->shelf;

	p->hole = (struct publisher_hole){.articles = 0};
	for (size_t i = 0; i < s->n; i++) {
		const struct pack_entry *e = &s->pack[i].e;

		if (!s->pack[i].lost || e->first != e->last ||
		    in_volume(s, e->first))
			continue;
		if (p->hole.first == 0 || e->first < p->hole.first)
			p->hole.first = e->first;
		if (e->last > p->hole.last)
			p->hole.last = e->last;
		p->hole.articles += e->count;
	}
}

static bool
is_missing(const struct publisher *p, size_t i)
{
	const struct shelf_pack *k = &p->shelf.pack[i];

	return !k->dead && k->e.tier == TIER_HEADS &&
	       !(has(p, i) && has(p, shelf_with(&p->shelf, i, TIER_TEXT)));
}

void
press_find_lost(struct publisher *p)
{
	struct shelf *s = &p->shelf;
	bool more = true;

	p->n_lost = 0;
	for (size_t i = 0; i < s->n; i++) {
		s->pack[i].lost = is_missing(p, i);
		p->n_lost += s->pack[i].lost;
	}
	while (more) {
		more = false;
		for (size_t i = 0; i < s->n; i++) {
			const struct shelf_pack *k = &s->pack[i];

			if (k->e.first == k->e.last &&
			    (k->lost || k->number > k->e.first))
				more |= lose_leaning(p, k->e.first);
		}
	}
	measure(p);
}

/* Issues that are in no cover any more leave nothing to make a volume of. */
int
press_renew_lost(struct publisher *p)
{
	const struct shelf *s = &p->shelf;
	int r = 0;

	for (size_t i = 0; i < s->n && p->n_lost > 0 && r == 0; i++) {
		const struct pack_entry *e = &s->pack[i].e;

		if (s->pack[i].lost && e->first != e->last &&
		    (e->last < p->hole.first || e->first > p->hole.last))
			r = press_renew(p, i);
	}
	return r;
}

int
press_look_for_lost(struct publisher *p)
{
	size_t before = p->n_lost;

	if (before == 0)
		return 0;
	press_find_lost(p);
	if (p->n_lost == before)
		return 0;
	press_look_anew(p);
	return press_reload(p);
}

void
publisher_hole(const struct publisher *p, struct publisher_hole *ret)
{
	*ret = p->hole;
}
