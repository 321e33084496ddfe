#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/edition_inner.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"

/* Checking an edition: PROTOCOL.md §10. */

int
edition_feed(struct id *ret, const struct edition *e)
{
	struct charter c;
	int r = charter_open(&c, e->charter[0], NULL);

	if (r == 0)
		*ret = c.hash;
	return r;
}

static int
open_charters(struct edition_verdict *v, const struct edition *e)
{
	struct charter next;
	int r = charter_open(&v->charter, e->charter[0], NULL);

	v->feed = v->charter.hash;
	for (size_t i = 1; i < e->n_charter && r == 0; i++)
		if ((r = charter_open(&next, e->charter[i], &v->charter)) == 0)
			v->charter = next;
	return r;
}

static int
open_header(struct edition_verdict *v, const struct edition *e)
{
	struct header *h = &v->header;
	int r = e->is_signed ? header_open(h, e->header, &v->charter)
			     : header_decode_body(h, e->header);

	if (r != 0)
		return r;
	if (!id_eq(&h->feed, &v->feed))
		return QERR_FEED;
	if (h->charter != v->charter.version)
		return QERR_CHARTER;
	return h->m < charter_quorum(&v->charter, h->number) ? QERR_QUORUM : 0;
}

/* The pack of |tier| that goes with the heads of |part|: its place, or n_pack. */
static size_t
pack_of(const struct header *h, const struct edition_part *part, enum tier tier)
{
	size_t i = 0;

	while (i < h->n_pack &&
	       (h->pack[i].tier != tier || h->pack[i].first != part->first ||
		   h->pack[i].last != part->last))
		i++;
	return i;
}

/* Each head is one, and the packs of what it names are there. */
static int
check_heads(const struct header *h, const struct edition_part *part)
{
	bool volume = part->first != part->last; /* without pictures */
	struct article a;
	int r = 0;

	for (size_t i = 0; i < part->head.n && r == 0; i++) {
		r = article_decode(&a,
		    records_at(&part->head, buf_bytes(&part->heads), i));
		if (r == 0 && a.length > 0 &&
		    pack_of(h, part, TIER_TEXT) == h->n_pack)
			r = QERR_MISSING;
		for (size_t k = 0; k < a.n_picture && r == 0 && !volume; k++)
			if (pack_of(h, part, a.picture[k].tier) == h->n_pack)
				r = QERR_MISSING;
	}
	return r;
}

/* Bodies are markup and show pictures that their heads have; |hash| becomes theirs. */
static int
check_bodies(const struct edition_part *part, const struct records *rec,
    struct bytes raw, struct id *hashes)
{
	struct article a;
	int r = 0;

	for (size_t i = 0; i < rec->n && r == 0; i++) {
		struct bytes body = records_at(rec, raw, i);

		r = article_decode(&a,
		    records_at(&part->head, buf_bytes(&part->heads), i));
		if (r == 0)
			r = markup_check(body, a.n_picture, NULL);
		hash(&hashes[i], HASH_RECORD, body);
	}
	return r;
}

/* Pictures are what their heads say. */
static int
check_pictures(const struct edition_part *part, enum tier tier,
    const struct records *rec, struct bytes raw)
{
	size_t next = 0;
	struct article a;
	struct id h;
	int r = 0;

	for (size_t i = 0; i < part->head.n && next < rec->n && r == 0; i++) {
		r = article_decode(&a,
		    records_at(&part->head, buf_bytes(&part->heads), i));
		for (size_t k = 0; k < a.n_picture && next < rec->n; k++) {
			if (a.picture[k].tier != tier)
				continue;
			picture_hash(&h, records_at(rec, raw, next));
			next += id_eq(&h, &a.picture[k].hash);
		}
	}
	return r != 0 ? r : next == rec->n ? 0 : QERR_BADHASH;
}

/* The raw bytes of pack |i|. */
static int
open_pack(struct buf *raw, const struct edition_verdict *v,
    const struct edition *e, size_t i)
{
	const struct pack_entry *k = &v->header.pack[i];
	struct bytes base = {NULL, 0};
	int r = pack_check(k, e->pack[i]);

	if (k->base !=
	    0) /* so it is the issue's own heads or text, section 5 */
		base = e->base[k->tier];
	return r != 0 ? r
		      : pack_open(raw, k, &v->feed, &e->key, e->pack[i], base);
}

/* The pack of |tier| of |part|, if there is one. */
static int
open_tier(const struct edition_verdict *v, const struct edition *e,
    const struct edition_part *part, enum tier tier, struct id *bodies)
{
	size_t i = pack_of(&v->header, part, tier);
	struct records rec = {NULL, 0};
	struct buf raw;
	int r;

	if (i == v->header.n_pack)
		return 0;
	buf_init(&raw, PACK_SIZE_MAX);
	r = open_pack(&raw, v, e, i);
	if (r == 0)
		r = records_open(&rec, &v->header.pack[i], buf_bytes(&raw),
		    buf_bytes(&part->heads), &part->head);
	if (r == 0)
		r = tier == TIER_TEXT
			? check_bodies(part, &rec, buf_bytes(&raw), bodies)
			: check_pictures(part, tier, &rec, buf_bytes(&raw));
	records_done(&rec);
	buf_done(&raw);
	return r;
}

static int
open_heads(struct edition_verdict *v, const struct edition *e,
    struct edition_part *part, size_t i)
{
	const struct bytes none = {NULL, 0};
	int r = open_pack(&part->heads, v, e, i);

	if (r == 0)
		r = records_open(&part->head, &v->header.pack[i],
		    buf_bytes(&part->heads), none, NULL);
	return r != 0 ? r : check_heads(&v->header, part);
}

/* The part whose heads are pack |i|. */
static int
open_part(struct edition_verdict *v, const struct edition *e, size_t i,
    size_t *before)
{
	const struct pack_entry *k = &v->header.pack[i];
	struct edition_part *part = &v->part[v->n_part++];
	struct id *bodies;
	int r;

	part->first = k->first;
	part->last = k->last;
	part->anew = k->last < v->header.number;
	buf_init(&part->heads, PACK_SIZE_MAX);
	if (!part->anew && (k->first != v->header.number || k->only))
		return QERR_RANGE;
	if ((r = open_heads(v, e, part, i)) != 0)
		return r;
	bodies = calloc(part->head.n, sizeof(*bodies));
	if (bodies == NULL)
		return QERR_NOMEM;
	for (size_t n = 0; n < part->head.n; n++)
		hash(&bodies[n], HASH_RECORD, bytes_of("", 0));
	for (enum tier t = TIER_TEXT; t < TIERS && r == 0; t++)
		r = open_tier(v, e, part, t, bodies);
	if (r == 0 && part->anew)
		r = edition_compare(v, part, bodies, e, before);
	free(bodies);
	return r;
}

/* Every pack goes with heads, or it would be in no part and not be looked at. */
static int
check_covers(const struct header *h)
{
	for (size_t i = 0; i < h->n_pack; i++) {
		struct edition_part part = {
		    .first = h->pack[i].first, .last = h->pack[i].last};

		if (pack_of(h, &part, TIER_HEADS) == h->n_pack)
			return QERR_MISSING;
	}
	return 0;
}

/* There is a prefix for each pack that has a base, and no other. */
static int
check_bases(const struct header *h, const struct edition *e)
{
	bool has[TIERS] = {false};

	for (size_t i = 0; i < h->n_pack; i++)
		has[h->pack[i].tier] |= h->pack[i].base != 0;
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++)
		if (has[t] != (e->base[t].n > 0))
			return has[t] ? QERR_BASE : QERR_RANGE;
	return 0;
}

int
edition_open(struct edition_verdict *ret, const struct edition *e)
{
	const struct header *h = &ret->header;
	size_t before = 0;
	int r = open_charters(ret, e);

	if (r == 0)
		r = open_header(ret, e);
	if (r == 0)
		r = h->n_pack != e->n_pack ? QERR_MISSING : check_covers(h);
	if (r == 0)
		r = check_bases(h, e);
	for (size_t i = 0; i < e->n_pack && r == 0; i++)
		if (h->pack[i].tier == TIER_HEADS)
			r = open_part(ret, e, i, &before);
	return r == 0 && before != e->n_before ? QERR_RANGE : r;
}

void
edition_verdict_done(struct edition_verdict *v)
{
	for (size_t i = 0; i < v->n_part; i++) {
		records_done(&v->part[i].head);
		buf_done(&v->part[i].heads);
		free(v->part[i].gone);
	}
	v->n_part = 0;
}

size_t
edition_articles(const struct edition_verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_part; i++)
		n += v->part[i].anew ? 0 : v->part[i].head.n;
	return n;
}
