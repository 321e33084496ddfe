#include <stdlib.h>

#include "proto/base/cbor.h"
#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/hash.h"
#include "proto/object/pack.h"

void
records_done(struct records *r)
{
	free(r->end);
	*r = (struct records){NULL, 0};
}

struct bytes
records_at(const struct records *r, struct bytes raw, size_t i)
{
	uint32_t from = i > 0 ? r->end[i - 1] : 0;

	return bytes_of(raw.p + from, r->end[i] - from);
}

/* Room for |max| records, none of them there yet. */
static int
records_init(struct records *r, size_t max)
{
	*r = (struct records){NULL, 0};
	if (max == 0 || max > PACK_COUNT_MAX)
		return QERR_RANGE;
	r->end = malloc(max * sizeof(*r->end));
	return r->end != NULL ? 0 : QERR_NOMEM;
}

/* Add a record of |n| bytes; raw bytes never pass PACK_SIZE_MAX. */
static int
records_push(struct records *r, size_t n)
{
	uint32_t from = r->n > 0 ? r->end[r->n - 1] : 0;

	if (n > PACK_SIZE_MAX - from)
		return QERR_TOOBIG;
	r->end[r->n++] = from + (uint32_t)n;
	return 0;
}

int
records_of_heads(struct records *ret, struct bytes raw, size_t count)
{
	struct reader r;
	int e = records_init(ret, count);

	if (e != 0)
		return e;
	reader_init(&r, raw.p != NULL ? raw.p : (const uint8_t *)"", raw.n);
	for (size_t i = 0; i < count && e == 0; i++) {
		struct bytes head = cbor_skip(&r);

		if (r.err == 0 && head.n > ARTICLE_HEAD_MAX)
			reader_fail(&r, QERR_TOOBIG);
		if (r.err == 0)
			e = records_push(ret, head.n);
	}
	if (e == 0)
		e = reader_end(&r);
	if (e != 0)
		records_done(ret);
	return e;
}

/* Add the pictures of |tier| in |a| that no head before mentioned. */
static int
push_pictures(struct records *ret, const struct article *a, enum tier tier,
    struct map *seen)
{
	int e = 0;

	for (size_t i = 0; i < a->n_picture && e == 0; i++) {
		const struct picture *p = &a->picture[i];

		if (p->tier != tier || map_get(seen, &p->hash) != NULL)
			continue;
		if (ret->n == PACK_COUNT_MAX)
			return QERR_TOOBIG;
		e = records_push(ret, p->size);
		if (e == 0)
			e = map_put(seen, &p->hash, ret->end);
	}
	return e;
}

int
records_of_tier(struct records *ret, enum tier tier, struct bytes heads,
    const struct records *hr)
{
	struct map *seen = NULL;
	struct article a;
	int e;

	e = records_init(ret, tier == TIER_TEXT ? hr->n : PACK_COUNT_MAX);
	if (e == 0 && tier != TIER_TEXT && (seen = map_new(0)) == NULL)
		e = QERR_NOMEM;
	for (size_t i = 0; i < hr->n && e == 0; i++) {
		e = article_decode(&a, records_at(hr, heads, i));
		if (e != 0)
			break;
		e = tier == TIER_TEXT ? records_push(ret, a.length)
				      : push_pictures(ret, &a, tier, seen);
	}
	map_free(seen);
	if (e != 0)
		records_done(ret);
	return e;
}

int
records_open(struct records *ret, const struct pack_entry *e, struct bytes raw,
    struct bytes heads, const struct records *hr)
{
	struct id root;
	int r;

	r = e->tier == TIER_HEADS ? records_of_heads(ret, raw, e->count)
				  : records_of_tier(ret, e->tier, heads, hr);
	if (r != 0)
		return r;
	if (ret->n == 0 || ret->n != e->count ||
	    ret->end[ret->n - 1] != raw.n) {
		records_done(ret);
		return QERR_RANGE;
	}
	records_root(&root, raw, ret);
	if (id_eq(&root, &e->contents))
		return 0;

	records_done(ret);
	return QERR_BADHASH;
}

/*
 * The root as merkle_root() has it, holding only the roots of the perfect
 * subtrees so far: a volume's leaves need not be in memory.
 */
void
records_root(struct id *ret_root, struct bytes raw, const struct records *r)
{
	struct id stack[32];
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		hash(&stack[n++], HASH_RECORD, records_at(r, raw, i));
		for (size_t k = i; (k & 1) != 0; k >>= 1, n--)
			hash2(&stack[n - 2], HASH_NODE,
			    bytes_of(stack[n - 2].b, 32),
			    bytes_of(stack[n - 1].b, 32));
	}
	for (; n > 1; n--)
		hash2(&stack[n - 2], HASH_NODE, bytes_of(stack[n - 2].b, 32),
		    bytes_of(stack[n - 1].b, 32));
	*ret_root = stack[0];
}
