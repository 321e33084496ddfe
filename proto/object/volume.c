#include "proto/object/volume.h"

#include <stdlib.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/hash.h"

/* One head while choosing; |lang| borrows from the sources. */
struct entry {
	struct volume_pick pick;
	struct bytes lang;
	uint64_t revision;
	bool dead; /* a newer revision is there */
};

struct choice {
	struct entry *entry;
	size_t n;
	struct map *newest; /* H(name) -> entry */
};

void
volume_done(struct volume *v)
{
	free(v->pick);
	*v = (struct volume){NULL, 0};
}

static void
name_key(struct id *ret, const struct article *a)
{
	hash(ret, HASH_ARTICLE, a->name);
}

/* Add record |i| of source |k|, burying what it makes old. */
static int
choose(struct choice *c, const struct volume_source *s, size_t k, size_t i)
{
	struct entry *e = &c->entry[c->n], *old;
	struct article a;
	struct id key;
	int r;

	r = article_decode(&a, records_at(s[k].head, s[k].heads, i));
	if (r != 0)
		return r;
	*e = (struct entry){
	    .pick = {(uint32_t)k, (uint32_t)i, VOLUME_NO_TOMB},
	    .lang = a.lang,
	    .revision = a.revision,
	};
	c->n++;
	name_key(&key, &a);
	old = map_get(c->newest, &key);
	if (old != NULL && old->revision >= e->revision) {
		e->dead = true;
		return 0;
	}
	if (old != NULL)
		old->dead = true;
	return map_put(c->newest, &key, e);
}

/* Let a retraction from a later issue stand for what it retracts. */
static int
bury(struct choice *c, const struct bytes *tomb, size_t i)
{
	struct article a;
	struct entry *e;
	struct id key;
	int r;

	r = article_decode(&a, tomb[i]);
	if (r != 0)
		return r;
	if (a.status != ARTICLE_RETRACTED)
		return QERR_TYPE;
	name_key(&key, &a);
	e = map_get(c->newest, &key);
	if (e != NULL && e->revision < a.revision) {
		e->pick.tomb = (uint32_t)i;
		e->revision = a.revision;
		e->lang = a.lang;
	}
	return 0;
}

static int
by_place(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c;

	if (a->dead != b->dead)
		return a->dead ? 1 : -1;
	c = bytes_cmp(a->lang, b->lang);
	if (c != 0)
		return c;
	if (a->pick.source != b->pick.source)
		return a->pick.source < b->pick.source ? -1 : 1;
	return (a->pick.index > b->pick.index) -
	       (a->pick.index < b->pick.index);
}

/* How many records the sources have, or QERR_ORDER. */
static int
count_records(const struct volume_source *s, size_t n, size_t *ret)
{
	*ret = 0;
	for (size_t k = 0; k < n; k++) {
		if (s[k].first > s[k].last ||
		    (k > 0 && s[k].first <= s[k - 1].last))
			return QERR_ORDER;
		*ret += s[k].head->n;
	}
	return *ret > 0 ? 0 : QERR_MISSING;
}

/* Sort, and keep those that are not dead. */
static int
settle(struct volume *ret, struct choice *c)
{
	size_t n = map_count(c->newest);

	if (n > PACK_COUNT_MAX)
		return QERR_TOOBIG;
	ret->pick = malloc(n * sizeof(*ret->pick));
	if (ret->pick == NULL)
		return QERR_NOMEM;
	qsort(c->entry, c->n, sizeof(*c->entry), by_place);
	for (; ret->n < n; ret->n++)
		ret->pick[ret->n] = c->entry[ret->n].pick;
	return 0;
}

int
volume_order(struct volume *ret, const struct volume_source *s, size_t n,
    const struct bytes *tomb, size_t n_tomb)
{
	struct choice c = {NULL, 0, NULL};
	size_t total;
	int r;

	*ret = (struct volume){NULL, 0};
	r = count_records(s, n, &total);
	if (r != 0)
		return r;
	c.entry = malloc(total * sizeof(*c.entry));
	c.newest = map_new(0);
	if (c.entry == NULL || c.newest == NULL)
		r = QERR_NOMEM;
	for (size_t k = 0; k < n && r == 0; k++)
		for (size_t i = 0; i < s[k].head->n && r == 0; i++)
			r = choose(&c, s, k, i);
	for (size_t i = 0; i < n_tomb && r == 0; i++)
		r = bury(&c, tomb, i);
	if (r == 0)
		r = settle(ret, &c);
	map_free(c.newest);
	free(c.entry);
	return r;
}

int
volume_raw(struct buf *raw, enum tier tier, const struct volume *v,
    const struct volume_source *s, const struct bytes *tomb)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct volume_pick *p = &v->pick[i];
		const struct volume_source *from = &s[p->source];
		struct bytes r = {NULL, 0};

		if (tier == TIER_HEADS)
			r = p->tomb != VOLUME_NO_TOMB
				? tomb[p->tomb]
				: records_at(from->head, from->heads, p->index);
		else if (p->tomb == VOLUME_NO_TOMB && from->body != NULL)
			r = records_at(from->body, from->bodies, p->index);
		buf_put(raw, r.p, r.n);
	}
	return buf_err(raw);
}
