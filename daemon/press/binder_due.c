#include <stdlib.h>

#include "daemon/press/binder_inner.h"

size_t
binder_text_raw(const struct shelf *s, size_t heads)
{
	size_t i = shelf_with(s, heads, TIER_TEXT);

	return i != SHELF_NONE ? s->pack[i].e.raw : 0;
}

/*
 * How far a volume over |pack[0..n-1]| can reach: the last issue, and true if
 * there is more than it can hold.
 */
static bool
reach(const struct shelf *s, const size_t *pack, size_t n, uint64_t *ret_last,
    size_t *ret_count)
{
	size_t count = 0, raw = 0;

	*ret_count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct pack_entry *e = &s->pack[pack[i]].e;

		count += e->count;
		raw += binder_text_raw(s, pack[i]);
		if (i > 0 && (count > PUBLISHER_VOLUME_MAX ||
				 raw > PUBLISHER_VOLUME_RAW))
			return true;
		*ret_last = e->last;
		*ret_count = count;
	}
	return count >= PUBLISHER_VOLUME_MAX;
}

/* Those first of |pack[0..n-1]| that nothing fits beside: bound again they were what they are. */
static size_t
full(const struct shelf *s, const size_t *pack, size_t n)
{
	uint64_t last = 0;
	size_t k = 0, count;

	while (k < n && reach(s, pack + k, n - k, &last, &count) &&
	       last == s->pack[pack[k]].e.last)
		k++;
	return k;
}

/* Look behind the newest (large) volume for one that is due. */
static bool
is_due(struct publisher *p, bool large)
{
	const struct shelf *s = &p->shelf;
	size_t v = shelf_newest_volume(s, large), *pack, n, k, count;
	uint64_t head = feed_head(p->chain);
	uint64_t first = v != SHELF_NONE ? s->pack[v].e.last + 1 : 1;
	bool due;

	if (first <= p->hole.last)
		first = p->hole.last + 1; /* it may come back */

	if (first > head || shelf_cover(s, first, head, &pack, &n) != 0)
		return false;
	k = full(s, pack, n);
	due = reach(s, pack + k, n - k, &p->last, &count);
	if (!large)
		due = due || count >= PUBLISHER_VOLUME_MIN;
	if (k < n)
		p->first = s->pack[pack[k]].e.first;
	free(pack);
	p->large = large;
	/* One issue alone is no volume: wait for the next. */
	return due && k < n && p->last > p->first;
}

bool
binder_is_due(struct publisher *p)
{
	if (p->child != 0 || p->open)
		return false;
	p->anew = false;
	return is_due(p, true) || is_due(p, false);
}
