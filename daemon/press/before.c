#include <stdlib.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/object/hash.h"

/*
 * What packs of earlier issues are made of, for who signs them elsewhere
 * (PROTOCOL.md §10): gathered for a draft, and looked at once more at its release.
 */

static struct press_before *
before_new(struct press_draft *d, uint64_t first, uint64_t last)
{
	void *more = realloc(d->before, (d->n_before + 1) * sizeof(*d->before));
	struct press_before *b;

	if (more == NULL)
		return NULL;
	d->before = more;
	b = &d->before[d->n_before++];
	b->first = first;
	b->last = last;
	buf_init(&b->header, 0);
	buf_init(&b->heads, 0);
	buf_init(&b->bodies, 0);
	return b;
}

int
press_before(struct publisher *p, struct press_draft *d, uint64_t first,
    uint64_t last, size_t i, uint64_t number)
{
	struct press_before *b = before_new(d, first, last);
	struct tree_name t = {.kind = TREE_ISSUE,
	    .id = p->feed,
	    .number = i != SHELF_NONE ? p->shelf.pack[i].number : number};
	struct shelf_view v;
	struct id hashed;
	int r = b == NULL ? QERR_NOMEM : store_get(p->store, &t, &b->header);

	if (r != 0 || i == SHELF_NONE)
		return r;
	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, i, true);
	if (r == 0)
		buf_put(&b->heads, v.heads.p, v.heads.n);
	for (size_t k = 0; r == 0 && v.has_text && k < v.body.n; k++) {
		hash(&hashed, HASH_RECORD, shelf_body(&v, k));
		buf_put(&b->bodies, hashed.b, sizeof(hashed.b));
	}
	shelf_view_done(&v);
	return r;
}

/* The heads pack on the shelf that |b|, of header |number|, shows the heads of. */
static const struct shelf_pack *
find(const struct shelf *s, uint64_t number, const struct edition_before *b)
{
	const struct bytes none = {NULL, 0};

	for (size_t i = 0; i < s->n; i++) {
		struct records head = {NULL, 0};
		int r = QERR_RANGE;

		if (s->pack[i].number == number &&
		    s->pack[i].e.tier == TIER_HEADS &&
		    s->pack[i].e.raw == b->heads.n)
			r = records_open(&head, &s->pack[i].e, b->heads, none,
			    NULL);
		records_done(&head);
		if (r == 0)
			return &s->pack[i];
	}
	return NULL;
}

/* The header that made |old| anew. */
static uint64_t
made_anew(const struct shelf *s, const struct shelf_pack *old)
{
	for (size_t i = s->n; i-- > 0;) {
		const struct shelf_pack *p = &s->pack[i];

		if (p->number > old->number && p->e.only &&
		    p->e.tier == TIER_HEADS && p->e.first <= old->e.first &&
		    p->e.last >= old->e.last)
			return p->number;
	}
	return 0;
}

static int
check_one(const struct publisher *p, const struct edition_before *b,
    const struct edition_verdict *v, struct buf *why)
{
	const struct shelf_pack *old;
	struct header h;
	int r = header_open(&h, b->header, &v->charter);

	if (r != 0)
		return r;
	if (!id_eq(feed_hash(p->chain, h.number), &h.hash)) {
		buf_printf(why,
		    "It is made of another issue %llu than was published. "
		    "Draft it anew.",
		    (unsigned long long)h.number);
		return QERR_CHAIN;
	}
	if (b->heads.n == 0)
		return 0;
	/* edition_open() has found it in the header, so it is on the shelf. */
	old = find(&p->shelf, h.number, b);
	if (old == NULL)
		return QERR_ABSENT;
	if (!old->dead)
		return 0;
	buf_printf(why,
	    "It is made of what issue %llu announced, and issue %llu made that "
	    "anew: what was taken out would be back. Draft it anew.",
	    (unsigned long long)h.number,
	    (unsigned long long)made_anew(&p->shelf, old));
	return QERR_CHAIN;
}

/* What is given up came back, or was never lost. */
static int
check_lost(const struct publisher *p, const struct edition_part *part,
    struct buf *why)
{
	size_t i = shelf_issue(&p->shelf, part->first);

	if (i == SHELF_NONE || p->shelf.pack[i].lost)
		return 0;
	buf_printf(why, "It gives issue %llu up, which is here. Draft it anew.",
	    (unsigned long long)part->first);
	return QERR_CHAIN;
}

int
press_before_check(const struct publisher *p, const struct edition *e,
    const struct edition_verdict *v, struct buf *why)
{
	int r = 0;

	for (size_t i = 0; i < v->n_part && r == 0; i++)
		if (v->part[i].lost > 0)
			r = check_lost(p, &v->part[i], why);
	for (size_t i = 0; i < e->n_before && r == 0; i++)
		r = check_one(p, &e->before[i], v, why);
	return r;
}
