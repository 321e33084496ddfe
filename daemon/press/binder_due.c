#include <stdlib.h>

#include "daemon/press/binder_inner.h"

size_t
binder_text_raw(const struct shelf *s, size_t heads)
{
	size_t i = shelf_with(s, heads, TIER_TEXT);

	return i != SHELF_NONE ? s->pack[i].e.raw : 0;
}

bool
press_tail_fits(const struct press_tail *t, size_t articles, size_t raw)
{
	return t->packs == 0 || (t->articles + articles <= PUBLISHER_VOLUME &&
				    t->raw + raw <= PUBLISHER_VOLUME_RAW);
}

void
press_tail_add(struct press_tail *t, uint64_t first, uint64_t last,
    size_t articles, size_t raw)
{
	if (!press_tail_fits(t, articles, raw))
		*t = (struct press_tail){.packs = 0};
	if (t->packs++ == 0)
		t->first = first;
	t->last = last;
	t->articles += articles;
	t->raw += raw;
}

/* Where issues begin that no volume has; none is made over a hole, which may be filled. */
static uint64_t
begin(const struct publisher *p, bool due)
{
	size_t v = shelf_newest_volume(&p->shelf);
	uint64_t last = v != SHELF_NONE ? p->shelf.pack[v].e.last : 0;

	return (due && p->hole.last > last ? p->hole.last : last) + 1;
}

/*
 * Divide what no volume has: to the end, or, if |due|, up to a part that the next pack
 * does not fit into.  That is a volume, unless it is one pack, which bound would be what
 * it is.  1 if |*ret| is one, 0 or an error.
 */
static int
divide(struct press_tail *ret, const struct publisher *p, bool due)
{
	const struct shelf *s = &p->shelf;
	size_t *pack, n;
	int r;

	*ret = (struct press_tail){.first = begin(p, due)};
	if (ret->first > feed_head(p->chain))
		return 0;
	r = shelf_cover(s, ret->first, feed_head(p->chain), &pack, &n);
	if (r != 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct pack_entry *e = &s->pack[pack[i]].e;
		size_t raw = binder_text_raw(s, pack[i]);

		r = due && ret->packs > 1 &&
		    !press_tail_fits(ret, e->count, raw);
		if (r == 0)
			press_tail_add(ret, e->first, e->last, e->count, raw);
	}
	free(pack);
	return r;
}

int
press_tail_init(struct press_tail *t, const struct publisher *p)
{
	return divide(t, p, false);
}

bool
binder_is_due(struct publisher *p)
{
	struct press_tail t;

	if (p->child != 0 || p->open)
		return false;
	p->anew = false;
	if (divide(&t, p, true) <= 0)
		return false;
	p->first = t.first;
	p->last = t.last;
	return true;
}
