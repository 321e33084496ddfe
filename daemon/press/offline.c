#include <stdlib.h>

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

/* The packs of the batch, each in a buffer of its own; they lean on nothing. */
static int
seal(struct publisher *p, struct buf sealed[TIERS], struct pack_entry *e,
    size_t *n)
{
	uint64_t number = press_next(p);
	int r = 0;

	*n = 0;
	for (enum tier t = TIER_HEADS; t < TIERS && r == 0; t++) {
		e[*n] = (struct pack_entry){.first = number, .last = number};
		r = press_seal(p, &p->issue, t, &sealed[*n], &e[*n], NULL,
		    p->level);
		*n += r == 0;
		if (r == QERR_ABSENT)
			r = 0;
	}
	return r;
}

static int
put(struct publisher *p, struct buf *b, const struct buf sealed[TIERS],
    const struct pack_entry *e, size_t n, struct publisher_drafted *ret)
{
	struct edition ed = {.key = p->key, .n_pack = n};
	struct edition_verdict v = {.header.n_pack = 0};
	struct header h;
	struct buf body;
	int r;

	press_fill(p, &h, p->time, e, n);
	buf_init(&body, HEADER_FILE_MAX);
	r = header_encode(&body, &h);
	ed.header = buf_bytes(&body);
	for (size_t i = 0; i < n; i++)
		ed.pack[i] = buf_bytes(&sealed[i]);
	for (uint64_t i = 1; i <= h.charter && i <= EDITION_CHARTERS_MAX; i++)
		ed.charter[ed.n_charter++] = feed_charter_file(p->chain, i);
	if (r == 0)
		r = edition_encode(b, &ed);
	/* What could not be signed is no draft. */
	if (r == 0)
		r = edition_open(&v, &ed);
	ret->hash = v.header.hash;
	ret->number = h.number;
	ret->time = h.time;
	edition_verdict_done(&v);
	buf_done(&body);
	return r;
}

int
publisher_draft(struct publisher *p, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	struct pack_entry e[TIERS];
	struct buf sealed[TIERS];
	size_t n = 0;
	int r;

	*ret = (struct publisher_drafted){.articles = issue_count(&p->issue)};
	if (!p->open || !p->drafting)
		return QERR_PROTOCOL;
	for (int t = 0; t < TIERS; t++)
		buf_init(&sealed[t], 0);
	r = ret->articles > 0 ? seal(p, sealed, e, &n) : QERR_ABSENT;
	if (r == 0)
		r = put(p, b, sealed, e, n, ret);
	if (r == QERR_ABSENT)
		buf_put_str(why, "Nothing of it is new or changed.");
	else if (r != 0)
		buf_printf(why, "There is no draft: it %s.", qerr_str(r));
	for (int t = 0; t < TIERS; t++)
		buf_done(&sealed[t]);
	publisher_cancel(p);
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
		r = press_hold(p, e->header, v->head.n);
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
	if (r == 0 && p->open) {
		buf_put_str(why, "Something else is being published now. Try "
				 "again in a moment.");
		r = QERR_AGAIN;
	}
	if (r == 0 && (r = check_turn(p, &e, v, why)) == 0) {
		r = take(p, &e, v);
		if (r == 0)
			r = press_commit(p, fn, arg);
		if (r == 0)
			r = press_reload(p);
		else
			press_cancel(p);
		if (r != 0)
			buf_printf(why, "Nothing was published: %s.",
			    qerr_str(r));
	}
	if (v != NULL)
		edition_verdict_done(v);
	free(v);
	return r;
}
