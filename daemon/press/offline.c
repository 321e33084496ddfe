#include <stdlib.h>
#include <string.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/object/edition.h"

/*
 * Issues that are signed elsewhere: a batch becomes a draft, and what comes back
 * signed is published as it is.
 */

int
publisher_begin_draft(struct publisher *p, bool slow, uint64_t time)
{
	int r = press_begin(p, slow);

	if (r != 0)
		return r;
	p->drafting = true;
	p->time = time > 0 ? time : clock_wall();
	return 0;
}

struct press_draft *
press_draft_new(void)
{
	struct press_draft *d = calloc(1, sizeof(*d));

	for (size_t i = 0; i < PRESS_DRAFT_PACKS && d != NULL; i++)
		buf_init(&d->sealed[i], 0);
	return d;
}

void
press_draft_free(struct press_draft *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < PRESS_DRAFT_PACKS; i++)
		buf_done(&d->sealed[i]);
	for (size_t i = 0; i < d->n_before; i++) {
		buf_done(&d->before[i].header);
		buf_done(&d->before[i].heads);
		buf_done(&d->before[i].bodies);
	}
	free(d->before);
	free(d);
}

/* What the heads pack |e| is made of, in the issues' order. */
static int
belong_before(struct edition *ed, const struct pack_entry *e,
    const struct press_draft *d)
{
	for (size_t i = 0; i < d->n_before; i++) {
		const struct press_before *b = &d->before[i];

		if (b->first != e->first || b->last != e->last)
			continue;
		if (ed->n_before == EDITION_BEFORE_MAX)
			return QERR_TOOBIG;
		ed->before[ed->n_before++] =
		    (struct edition_before){.header = buf_bytes(&b->header),
			.heads = buf_bytes(&b->heads),
			.bodies = buf_bytes(&b->bodies)};
	}
	return 0;
}

/* Fill in what belongs to each pack of |h|, in its order. */
static int
belong(struct edition *ed, const struct header *h, const struct pack_entry *e,
    const struct press_draft *d)
{
	int r = 0;

	for (size_t i = 0; i < h->n_pack && r == 0; i++) {
		size_t k = 0;

		while (pack_entry_cmp(&h->pack[i], &e[k]) != 0)
			k++;
		ed->pack[i] = buf_bytes(&d->sealed[k]);
		if (h->pack[i].tier == TIER_HEADS)
			r = belong_before(ed, &h->pack[i], d);
	}
	ed->n_pack = h->n_pack;
	return r;
}

int
press_draft(struct publisher *p, uint64_t time, const struct pack_entry *e,
    size_t n, const struct press_draft *d, struct buf *b,
    struct publisher_drafted *ret)
{
	struct edition_verdict *v = calloc(1, sizeof(*v));
	struct edition ed = {
	    .key = p->key, .base = {d->base[TIER_HEADS], d->base[TIER_TEXT]}};
	struct header h;
	struct buf body;
	int r = v == NULL ? QERR_NOMEM : 0;

	press_fill(p, &h, time, e, n);
	buf_init(&body, HEADER_FILE_MAX);
	if (r == 0)
		r = belong(&ed, &h, e, d);
	if (r == 0)
		r = header_encode(&body, &h);
	ed.header = buf_bytes(&body);
	for (uint64_t i = 1; i <= h.charter && i <= EDITION_CHARTERS_MAX; i++)
		ed.charter[ed.n_charter++] = feed_charter_file(p->chain, i);
	if (r == 0)
		r = edition_encode(b, &ed);
	if (r == 0 && b->n > EDITION_MAX)
		r = QERR_TOOBIG;
	/* What could not be signed is no draft. */
	if (r == 0)
		r = edition_open(v, &ed);
	if (r == 0)
		*ret = (struct publisher_drafted){.hash = v->header.hash,
		    .number = h.number,
		    .time = h.time,
		    .articles = edition_articles(v)};
	if (v != NULL)
		edition_verdict_done(v);
	free(v);
	buf_done(&body);
	return r;
}

/* The batch, leaning on what it would lean on if it were signed here. */
static int
draft(struct publisher *p, struct buf *b, struct publisher_drafted *ret)
{
	struct press_draft *d = press_draft_new();
	uint64_t number = press_next(p);
	struct pack_entry e[TIERS];
	struct issue_base base;
	size_t n = 0;
	int r = d == NULL ? QERR_NOMEM : 0;

	p->lacks = p->hole.last >= p->tail.first;
	if (r == 0)
		r = press_base(p, &p->issue, p->level, &base);
	if (r == 0)
		r = press_packs(p, &p->issue, number, number, false, &base,
		    p->level, d->sealed, e, &n);
	for (size_t i = 0; i < n; i++)
		if (e[i].base != 0)
			d->base[e[i].tier] = base.raw[e[i].tier];
	if (r == 0)
		r = press_draft(p, p->time, e, n, d, b, ret);
	ret->lacks = p->lacks;
	press_draft_free(d);
	return r;
}

int
publisher_draft(struct publisher *p, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	int r;

	if (!p->open || !p->drafting)
		return QERR_PROTOCOL;
	r = issue_count(&p->issue) > 0 ? draft(p, b, ret) : QERR_ABSENT;
	if (r == QERR_ABSENT)
		buf_put_str(why, "Nothing of it is new or changed.");
	else if (r != 0)
		buf_printf(why, "There is no draft: it %s.", qerr_str(r));
	publisher_cancel(p);
	return r;
}

int
publisher_promise_draft(struct publisher *p, uint64_t time, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	static const struct press_draft none;
	int r;

	r = press_ready(p, why);
	if (r != 0)
		return r;
	r = press_draft(p, time > 0 ? time : clock_wall(), NULL, 0, &none, b,
	    ret);
	if (r != 0)
		buf_printf(why, "There is no draft: it %s.", qerr_str(r));
	return r;
}

/* Why an edition that is good is not the next issue; 0 if it is. */
static int
check_turn(const struct publisher *p, const struct edition *e,
    const struct edition_verdict *v, struct buf *why)
{
	uint64_t next = press_next(p), number = v->header.number;

	if (!id_eq(&v->feed, &p->feed)) {
		buf_put_str(why, "It is of another feed.");
		return QERR_FEED;
	}
	if (memcmp(e->key.b, p->key.b, sizeof(p->key.b)) != 0) {
		buf_put_str(why,
		    "It was drafted with another reading key than the follow "
		    "link's: nobody could open it. Mend the file reading.key "
		    "where it was drafted, and draft it anew.");
		return QERR_AEAD;
	}
	if (!e->is_signed) {
		buf_put_str(why, "It is not signed yet. Sign it where the key "
				 "is: quire sign");
		return QERR_KEY;
	}
	if (number < next &&
	    id_eq(feed_hash(p->chain, number), &v->header.hash)) {
		buf_printf(why, "It is published already, as issue %llu.",
		    (unsigned long long)number);
		return QERR_DUPLICATE;
	}
	if (number != next) {
		buf_printf(why,
		    "It was drafted as issue %llu, and issue %llu is next. "
		    "Draft it anew.",
		    (unsigned long long)number, (unsigned long long)next);
		return QERR_CHAIN;
	}
	return 0;
}

static int
take(struct publisher *p, const struct edition *e,
    const struct edition_verdict *v)
{
	int r = 0;

	for (size_t i = 0; i < e->n_pack && r == 0; i++)
		r = press_stage(p, &v->header.pack[i].root, e->pack[i]);
	if (r == 0)
		r = press_hold(p, e->header, edition_articles(v));
	return r;
}

int
publisher_release(struct publisher *p, struct bytes file, publisher_issue_fn fn,
    void *arg, struct buf *why)
{
	struct edition_verdict *v = calloc(1, sizeof(*v));
	struct edition e;
	int r = v == NULL ? QERR_NOMEM : edition_decode(&e, file);

	if (r == 0)
		r = edition_open(v, &e);
	if (r != 0)
		buf_printf(why, "It is no issue that can be released: it %s.",
		    qerr_str(r));
	if (r == 0)
		r = press_ready(p, why);
	if (r == 0 && (r = check_turn(p, &e, v, why)) == 0) {
		/* It may hold what is taken back. */
		press_stop_volume(p);
		r = press_look_for_lost(p);
	}
	if (r == 0 && (r = press_before_check(p, &e, v, why)) == 0 &&
	    (r = press_base_check(p, &e, v, why)) == 0) {
		press_look_anew(p);
		r = press_end(p, take(p, &e, v), fn, arg);
	}
	if (r != 0 && why->n == 0)
		press_failed(p, why, "Nothing was published", r);
	if (v != NULL)
		edition_verdict_done(v);
	free(v);
	return r;
}
