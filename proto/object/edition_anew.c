#include <stdlib.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/edition_inner.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"

/*
 * Packs that take the place of others.  Who signs them on a machine of his own has not
 * got the others; their header, which was signed, proves what was in them.
 */

/* What was before, opened. */
struct old {
	struct bytes heads;
	struct records head;
	struct id *body; /* hashes of the bodies, as many */
};

static const struct pack_entry *
entry_of(const struct header *h, enum tier tier, const struct edition_part *p)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == tier && h->pack[i].first == p->first &&
		    h->pack[i].last == p->last)
			return &h->pack[i];
	return NULL;
}

/* |bytes| are the hashes that |e|, the old text pack, is made of; if there is none, all
 * bodies are empty. */
static int
open_bodies(struct old *o, const struct pack_entry *e, struct bytes bytes)
{
	struct id root;

	o->body = calloc(o->head.n, sizeof(*o->body));
	if (o->body == NULL)
		return QERR_NOMEM;
	if (bytes.n != (e != NULL ? o->head.n * sizeof(root) : 0))
		return QERR_RANGE;
	for (size_t i = 0; i < o->head.n; i++)
		hash(&o->body[i], HASH_RECORD, bytes_of("", 0));
	if (e == NULL)
		return 0;
	memcpy(o->body, bytes.p, bytes.n);
	merkle_root(&root, o->body, o->head.n);
	return id_eq(&root, &e->contents) ? 0 : QERR_BADHASH;
}

static int
open_old(struct old *o, const struct edition_verdict *v,
    const struct edition_part *part, const struct edition_before *b)
{
	const struct bytes none = {NULL, 0};
	const struct pack_entry *e;
	struct header h;
	int r = header_open(&h, b->header, &v->charter);

	if (r != 0)
		return r;
	if (!id_eq(&h.feed, &v->feed))
		return QERR_FEED;
	if (h.number >= v->header.number ||
	    (e = entry_of(&h, TIER_HEADS, part)) == NULL)
		return QERR_RANGE;
	o->heads = b->heads;
	r = records_open(&o->head, e, b->heads, none, NULL);
	return r != 0
		   ? r
		   : open_bodies(o, entry_of(&h, TIER_TEXT, part), b->bodies);
}

/* Old record |i| stands at |k| now: as it was, or as a tombstone. */
static int
compare_one(const struct old *o, size_t i, struct edition_part *part,
    const struct id *body, size_t k)
{
	struct bytes was = records_at(&o->head, o->heads, i);
	struct bytes is = records_at(&part->head, buf_bytes(&part->heads), k);
	struct article a, b;
	int r;

	if (bytes_eq(was, is) && id_eq(&o->body[i], &body[k]))
		return 0;
	if ((r = article_decode(&a, was)) != 0 ||
	    (r = article_decode(&b, is)) != 0)
		return r;
	if (b.status != ARTICLE_RETRACTED || b.revision <= a.revision)
		return QERR_BADHASH;
	part->gone[part->n_gone++] = (uint32_t)k;
	return 0;
}

static int
name_of(struct id *ret, const struct records *head, struct bytes heads,
    size_t i)
{
	struct article a;
	int r = article_decode(&a, records_at(head, heads, i));

	if (r == 0)
		hash(ret, HASH_ARTICLE, a.name);
	return r;
}

/* Where each name stands in |part|; the values point into its records. */
static int
index_names(struct map *m, const struct edition_part *part)
{
	struct id name;
	int r = 0;

	for (size_t i = 0; i < part->head.n && r == 0; i++) {
		r = name_of(&name, &part->head, buf_bytes(&part->heads), i);
		if (r == 0 && map_get(m, &name) != NULL)
			r = QERR_DUPLICATE;
		if (r == 0)
			r = map_put(m, &name, &part->head.end[i]);
	}
	return r;
}

/* All names are distinct here and there, and as many: none is left over. */
static int
compare(const struct old *o, struct edition_part *part, const struct id *body,
    struct map *m)
{
	int r = o->head.n == part->head.n ? index_names(m, part) : QERR_MISSING;

	for (size_t i = 0; i < o->head.n && r == 0; i++) {
		const uint32_t *at = NULL;
		struct id name;

		r = name_of(&name, &o->head, o->heads, i);
		if (r == 0 && (at = map_del(m, &name)) == NULL)
			r = QERR_MISSING;
		if (r == 0)
			r = compare_one(o, i, part, body,
			    (size_t)(at - part->head.end));
	}
	return r;
}

int
edition_compare(const struct edition_verdict *v, struct edition_part *part,
    const struct id *body, const struct edition_before *before)
{
	struct old o = {.body = NULL};
	struct map *m = map_new(0);
	int r = m == NULL ? QERR_NOMEM : open_old(&o, v, part, before);

	if (r == 0) {
		part->gone = calloc(part->head.n, sizeof(*part->gone));
		r = part->gone != NULL ? compare(&o, part, body, m)
				       : QERR_NOMEM;
	}
	map_free(m);
	records_done(&o.head);
	free(o.body);
	return r;
}
