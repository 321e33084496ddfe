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

/* True if an issue that |e| leans on is lost. */
static bool
leans_on_lost(const struct shelf *s, const struct pack_entry *e)
{
	for (uint64_t k = e->first; e->base != 0 && k-- > 1;) {
		size_t i;

		if (e->first - k > PACK_BASE_BITS)
			break;
		if (!pack_base_has(e->base, e->first, k))
			continue;
		i = shelf_issue(s, k);
		if (i != SHELF_NONE && s->pack[i].lost)
			return true;
	}
	return false;
}

/* The heads pack |i| with its text, and with what they lean on. */
static bool
is_here(const struct publisher *p, size_t i)
{
	const struct shelf *s = &p->shelf;
	size_t text = shelf_with(s, i, TIER_TEXT);

	return has(p, i) && has(p, text) && !leans_on_lost(s, &s->pack[i].e) &&
	       (text == SHELF_NONE || !leans_on_lost(s, &s->pack[text].e));
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

void
press_find_lost(struct publisher *p)
{
	struct shelf *s = &p->shelf;
	bool more;

	for (size_t i = 0; i < s->n; i++)
		s->pack[i].lost = false;
	p->n_lost = 0;
	do {
		more = false;
		for (size_t i = 0; i < s->n; i++) {
			struct shelf_pack *k = &s->pack[i];

			if (k->dead || k->lost || k->e.tier != TIER_HEADS ||
			    is_here(p, i))
				continue;
			k->lost = more = true;
			p->n_lost++;
		}
	} while (more);
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
