#include <stdlib.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/edition_inner.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"

/*
 * Packs of earlier issues: a volume, or what takes the place of packs that held an article
 * that is taken back.  Who signs them on a machine of his own has not got the packs
 * that they are made of; the headers of those, which were signed, prove what was in them.
 */

/* An article as it was, in one of the packs before. */
struct was {
	struct bytes head;
	struct id body; /* hash */
	uint64_t revision;
	bool seen; /* it is there, or its tombstone */
};

/* One of those packs. */
struct tile {
	struct records head;
	struct was *was; /* as many */
};

struct tiles {
	struct tile *tile;
	size_t n;
	struct map *newest; /* H(name) -> struct was */
};

static const struct bytes none = {NULL, 0};

/* The first pack of |tier| from |*at| on whose cover begins at |first|. */
static const struct pack_entry *
entry_from(const struct header *h, enum tier tier, uint64_t first, size_t *at)
{
	for (; *at < h->n_pack; (*at)++)
		if (h->pack[*at].tier == tier && h->pack[*at].first == first)
			return &h->pack[(*at)++];
	return NULL;
}

static const struct pack_entry *
text_with(const struct header *h, const struct pack_entry *heads)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == TIER_TEXT &&
		    h->pack[i].first == heads->first &&
		    h->pack[i].last == heads->last)
			return &h->pack[i];
	return NULL;
}

/* The pack of |h| that has these |heads| and begins at |first|. */
static int
open_heads(struct tile *t, const struct header *h, uint64_t first,
    struct bytes heads, const struct pack_entry **ret)
{
	int r = QERR_RANGE;
	size_t at = 0;

	while (r != 0 && (*ret = entry_from(h, TIER_HEADS, first, &at)) != NULL)
		r = records_open(&t->head, *ret, heads, none, NULL);
	return r;
}

/* |bytes| are the hashes that |e|, the text pack, is made of; if there is none, all
 * bodies are empty. */
static int
open_bodies(struct tile *t, const struct pack_entry *e, struct bytes bytes)
{
	struct id *leaf, root;
	int r = 0;

	if (bytes.n != (e != NULL ? t->head.n * sizeof(root) : 0))
		return QERR_RANGE;
	if ((leaf = calloc(t->head.n, sizeof(*leaf))) == NULL)
		return QERR_NOMEM;
	if (e == NULL) {
		for (size_t i = 0; i < t->head.n; i++)
			hash(&leaf[i], HASH_RECORD, bytes_of("", 0));
	} else {
		memcpy(leaf, bytes.p, bytes.n);
		merkle_root(&root, leaf, t->head.n);
		r = id_eq(&root, &e->contents) ? 0 : QERR_BADHASH;
	}
	for (size_t i = 0; i < t->head.n; i++)
		t->was[i].body = leaf[i];
	free(leaf);
	return r;
}

/* Let the articles of |t| take the place of older revisions. */
static int
enter(struct tiles *all, struct tile *t, struct bytes heads)
{
	int r = 0;

	for (size_t i = 0; i < t->head.n && r == 0; i++) {
		struct was *w = &t->was[i], *old;
		struct article a;
		struct id name;

		w->head = records_at(&t->head, heads, i);
		if ((r = article_decode(&a, w->head)) != 0)
			break;
		w->revision = a.revision;
		hash(&name, HASH_ARTICLE, a.name);
		old = map_get(all->newest, &name);
		if (old == NULL || old->revision < w->revision)
			r = map_put(all->newest, &name, w);
	}
	return r;
}

/* The header of what was before: of this feed, and earlier. */
static int
open_before(struct header *ret, const struct edition_verdict *v,
    const struct edition_before *b)
{
	int r = header_open(ret, b->header, &v->charter);

	if (r != 0)
		return r;
	if (!id_eq(&ret->feed, &v->feed))
		return QERR_FEED;
	return ret->number >= v->header.number ? QERR_RANGE : 0;
}

/*
 * What was before from issue |*next| on: a pack, or an issue without articles; |*next|
 * moves behind it.
 */
static int
add_tile(struct tiles *all, const struct edition_verdict *v,
    const struct edition_before *b, uint64_t *next, uint64_t last)
{
	struct tile *t = &all->tile[all->n++];
	const struct pack_entry *e;
	struct header h;
	size_t at = 0;
	int r = open_before(&h, v, b);

	if (r != 0)
		return r;
	if (b->heads.n == 0) {
		if (h.number != *next || b->bodies.n > 0 ||
		    entry_from(&h, TIER_HEADS, *next, &at) != NULL)
			return QERR_RANGE;
		(*next)++;
		return 0;
	}
	if ((r = open_heads(t, &h, *next, b->heads, &e)) != 0)
		return r;
	if (e->last > last)
		return QERR_RANGE;
	*next = e->last + 1;
	t->was = calloc(t->head.n, sizeof(*t->was));
	if (t->was == NULL)
		return QERR_NOMEM;
	r = open_bodies(t, text_with(&h, e), b->bodies);
	return r != 0 ? r : enter(all, t, b->heads);
}

/* Record |k| of |part|: as it was, or a tombstone. */
static int
compare_one(struct edition_part *part, size_t k, const struct id *body,
    const struct map *newest)
{
	struct bytes head = records_at(&part->head, buf_bytes(&part->heads), k);
	struct article a;
	struct was *w;
	struct id name;
	int r = article_decode(&a, head);

	if (r != 0)
		return r;
	hash(&name, HASH_ARTICLE, a.name);
	if ((w = map_get(newest, &name)) == NULL)
		return QERR_MISSING;
	if (w->seen)
		return QERR_DUPLICATE;
	w->seen = true;
	if (bytes_eq(w->head, head) && id_eq(&w->body, body))
		return 0;
	if (a.status != ARTICLE_RETRACTED || a.revision <= w->revision)
		return QERR_BADHASH;
	part->gone[part->n_gone++] = (uint32_t)k;
	return 0;
}

/* As many are there as were, and each once: none is left out. */
static int
compare(const struct tiles *all, struct edition_part *part,
    const struct id *body)
{
	int r = map_count(all->newest) == part->head.n ? 0 : QERR_MISSING;

	part->gone = calloc(part->head.n, sizeof(*part->gone));
	if (part->gone == NULL)
		return QERR_NOMEM;
	for (size_t k = 0; k < part->head.n && r == 0; k++)
		r = compare_one(part, k, &body[k], all->newest);
	return r;
}

static void
tiles_done(struct tiles *all)
{
	for (size_t i = 0; i < all->n; i++) {
		records_done(&all->tile[i].head);
		free(all->tile[i].was);
	}
	free(all->tile);
	map_free(all->newest);
}

/* One issue, of which nothing is shown: it is given up, and a tombstone says so. */
static bool
is_given_up(const struct edition_part *part, const struct edition *e, size_t at)
{
	return part->first == part->last && at < e->n_before &&
	       e->before[at].heads.n == 0;
}

static int
give_up(const struct edition_verdict *v, struct edition_part *part,
    const struct edition_before *b)
{
	const struct pack_entry *was;
	struct article a;
	struct header h;
	size_t at = 0;
	int r = open_before(&h, v, b);

	if (r != 0)
		return r;
	do
		was = entry_from(&h, TIER_HEADS, part->first, &at);
	while (was != NULL && was->last != part->last);
	if (was == NULL || b->bodies.n > 0 || part->head.n != 1)
		return QERR_RANGE;
	r = article_decode(&a,
	    records_at(&part->head, buf_bytes(&part->heads), 0));
	if (r == 0 && a.status != ARTICLE_RETRACTED)
		r = QERR_MISSING;
	part->lost = was->count;
	part->gone = calloc(1, sizeof(*part->gone));
	part->n_gone = part->gone != NULL;
	return r == 0 && part->gone == NULL ? QERR_NOMEM : r;
}

int
edition_compare(const struct edition_verdict *v, struct edition_part *part,
    const struct id *body, const struct edition *e, size_t *at)
{
	struct tiles all = {.newest = map_new(0)};
	uint64_t next = part->first;
	int r = 0;

	if (is_given_up(part, e, *at)) {
		map_free(all.newest);
		return give_up(v, part, &e->before[(*at)++]);
	}
	all.tile = calloc(e->n_before - *at + 1, sizeof(*all.tile));
	if (all.newest == NULL || all.tile == NULL)
		r = QERR_NOMEM;
	while (r == 0 && next <= part->last)
		r = *at < e->n_before ? add_tile(&all, v, &e->before[(*at)++],
					    &next, part->last)
				      : QERR_RANGE;
	if (r == 0)
		r = compare(&all, part, body);
	tiles_done(&all);
	return r;
}
