#include <stdio.h>
#include <stdlib.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"

/*
 * Taking an article back, PROTOCOL.md §5 and §7:  a tombstone in an issue of its
 * own, and for each pack that holds the text one that has the tombstone in its
 * place, marked `only`.  What is compressed against such a pack is made anew
 * without it.  Volumes are too slow for that, and follow; only a draft has all.
 */
#define LOST_REVISIONS 1000 /* more than an article that is lost had */

struct retraction {
	struct publisher *p;
	struct ledger_entry *entry;
	struct press_draft *draft; /* NULL: it is signed here, and whole */
	struct buf tomb;           /* the tombstone's head */
	bool told;         /* it is out; some packs hold the text still */
	struct bytes name; /* in |tomb| */
	enum again {
		NOT_AGAIN,
		LEANS, /* on one that holds the text */
		HOLDS,
	} * again; /* heads packs to be made anew, by place on the shelf */
	struct pack_entry e[PRESS_DRAFT_PACKS];
	size_t n;
	size_t articles; /* of the header being filled */
	bool more;       /* than one draft can hold */
};

/* --- which packs --- */

/* Heads, and of those of an issue that were announced again the last. */
static bool
counts(const struct shelf *s, size_t i)
{
	const struct shelf_pack *k = &s->pack[i];

	return !k->dead && !k->lost && k->e.tier == TIER_HEADS &&
	       (k->e.first != k->e.last || shelf_issue(s, k->e.first) == i);
}

static int
pack_holds(struct retraction *t, struct shelf_view *v, size_t i, bool *ret)
{
	int r = shelf_look(&t->p->shelf, v, i, false);

	*ret = false;
	for (size_t k = 0; r == 0 && k < v->head.n && !*ret; k++) {
		struct article a;

		r = article_decode(&a,
		    records_at(&v->head, buf_bytes(&v->heads), k));
		*ret =
		    r == 0 && bytes_eq(a.name, t->name) && press_holds_text(&a);
	}
	return r;
}

/* True if |e| needs a base that the packs to be made anew take away. */
static bool
loses_base(const struct retraction *t, const struct pack_entry *e)
{
	const struct shelf *s = &t->p->shelf;

	for (size_t i = 0; i < s->n; i++)
		if (t->again[i] == HOLDS &&
		    s->pack[i].e.first == s->pack[i].e.last &&
		    pack_base_has(e->base, e->first, s->pack[i].e.first))
			return true;
	return false;
}

/* What is signed here need not wait for a volume: see renew.c. */
static int
make_again(struct retraction *t, size_t i)
{
	const struct pack_entry *e = &t->p->shelf.pack[i].e;

	if (e->first != e->last && t->draft == NULL)
		return press_renew(t->p, i);
	t->again[e->first == e->last ? i : press_largest(&t->p->shelf, i)] =
	    HOLDS;
	return 0;
}

static int
choose(struct retraction *t)
{
	const struct shelf *s = &t->p->shelf;
	struct shelf_view v;
	bool holds;
	int r = 0;

	shelf_view_init(&v);
	for (size_t i = 0; i < s->n && r == 0; i++) {
		if (!counts(s, i))
			continue;
		jobs_breathe();
		r = pack_holds(t, &v, i, &holds);
		if (holds)
			r = make_again(t, i);
	}
	shelf_view_done(&v);
	for (size_t i = 0; i < s->n && r == 0; i++) {
		size_t text;

		if (t->again[i] != NOT_AGAIN || !counts(s, i))
			continue;
		text = shelf_with(s, i, TIER_TEXT);
		if (loses_base(t, &s->pack[i].e) ||
		    (text != SHELF_NONE && loses_base(t, &s->pack[text].e)))
			t->again[i] = LEANS;
	}
	return r;
}

/* --- headers --- */

/* Where the next packs go: into the draft, or into the store. */
static struct buf *
out_of(struct retraction *t)
{
	return t->draft != NULL ? t->draft->sealed + t->n : NULL;
}

static int
end_header(struct retraction *t)
{
	int r = 0;

	if (t->n > 0)
		r = press_header(t->p, t->e, t->n, t->articles);
	t->n = t->articles = 0;
	return r;
}

/* The tombstone is the only record of its issue. */
static int
announce_tomb(struct retraction *t)
{
	struct publisher *p = t->p;
	uint64_t number = press_next(p);
	struct article a;
	struct issue is;
	int r = issue_init(&is);

	if (r == 0)
		r = article_decode(&a, buf_bytes(&t->tomb));
	if (r == 0)
		r = issue_add(&is, buf_bytes(&t->tomb), &a, bytes_of(NULL, 0),
		    NULL, NULL);
	if (r == 0)
		r = press_packs(p, &is, number, number, false, NULL, ISSUE_FAST,
		    out_of(t), t->e, &t->n);
	t->articles = 1;
	issue_done(&is);
	return r;
}

/* Pack |i|, with what belongs to it; in a draft as long as there is room. */
static int
announce(struct retraction *t, size_t i)
{
	const struct pack_entry *old = &t->p->shelf.pack[i].e;
	struct pack_entry e[TIERS];
	struct buf *out = out_of(t);
	size_t n;
	int r = press_anew(t->p, i, buf_bytes(&t->tomb), out, e, &n);

	if (r == 0 && t->n + n > press_packs_max(t->p)) {
		t->more = t->draft != NULL;
		if (t->more)
			return 0;
		r = end_header(t);
	}
	if (r == 0 && t->draft != NULL)
		r = press_before(t->p, t->draft, old->first, old->last, i, 0);
	memcpy(t->e + t->n, e, n * sizeof(*e));
	t->n += n;
	return r;
}

/*
 * What leans on others comes first, and so the newest: until the next draft is out it
 * could not be opened without them.
 */
static int
announce_all(struct retraction *t)
{
	size_t many = t->p->shelf.n;
	int r = t->told ? 0 : announce_tomb(t);

	for (enum again why = LEANS; why <= HOLDS; why++)
		for (size_t i = many; i-- > 0 && r == 0 && !t->more;) {
			if (t->again[i] != why)
				continue;
			jobs_breathe();
			r = announce(t, i);
		}
	if (r == 0 && t->n == 0 && (t->draft != NULL || t->p->n_renew == 0))
		r = QERR_DUPLICATE;
	return r == 0 && t->draft == NULL ? end_header(t) : r;
}

/* --- the tombstone --- */

/* Copy of the published head of |e|, decoded into |a|. */
static int
read_head(struct publisher *p, const struct ledger_entry *e, struct buf *head,
    struct article *a)
{
	struct shelf_view v;
	struct bytes record;
	int r;

	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, e->pack, false);
	if (r == 0) {
		record = records_at(&v.head, buf_bytes(&v.heads), e->record);
		buf_put(head, record.p, record.n);
		r = buf_err(head);
	}
	shelf_view_done(&v);
	return r == 0 ? article_decode(a, buf_bytes(head)) : r;
}

/* What stands in the place of |a| from now on, and of what it was in an issue that is lost. */
static int
bury(struct buf *b, const struct article *a, struct bytes reason, bool hole)
{
	struct article tomb = {.name = a->name,
	    .revision = a->revision + (hole ? LOST_REVISIONS : 1),
	    .status = ARTICLE_RETRACTED,
	    .lang = a->lang,
	    .title = a->title,
	    .has_published = a->has_published,
	    .published = a->published,
	    .address = a->address};

	if (reason.n > 0)
		tomb.note = reason;
	return article_encode(b, &tomb);
}

static int
make_tomb(struct retraction *t, struct bytes reason, struct publisher_item *ret)
{
	struct article a, back;
	struct buf head;
	int r;

	buf_init(&head, 0);
	r = read_head(t->p, t->entry, &head, &a);
	t->told = r == 0 && a.status == ARTICLE_RETRACTED;
	if (t->told)
		buf_put(&t->tomb, head.p, head.n);
	else if (r == 0)
		r = bury(&t->tomb, &a, reason, t->p->hole.articles > 0);
	if (r == 0)
		r = article_decode(&back, buf_bytes(&t->tomb));
	if (r == 0) {
		t->name = back.name;
		ret->revision = back.revision;
		snprintf(ret->title, sizeof(ret->title), "%.*s",
		    (int)back.title.n, (const char *)back.title.p);
		snprintf(ret->lang, sizeof(ret->lang), "%.*s", (int)back.lang.n,
		    (const char *)back.lang.p);
	}
	buf_done(&head);
	return r;
}

static int
look_up(struct retraction *t, struct bytes ref, struct buf *why)
{
	int r = ledger_lookup(&t->p->ledger, ref, &t->entry);

	if (r == QERR_ABSENT)
		buf_put_str(why, "No published article has this name, address "
				 "or id.");
	else if (r == QERR_DUPLICATE)
		buf_put_str(why, "Several articles fit. Give the name or the "
				 "whole id.");
	return r;
}

/* All of it, up to what is signed, here or elsewhere. */
static int
prepare(struct retraction *t, struct bytes ref, struct bytes reason,
    struct publisher_item *ret, struct buf *why)
{
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_RETRACTED};
	if ((r = look_up(t, ref, why)) != 0 ||
	    (r = make_tomb(t, reason, ret)) != 0)
		return r;
	/* A volume in the making would bring the text back. */
	press_stop_volume(t->p);
	t->again = calloc(t->p->shelf.n + 1, sizeof(*t->again));
	r = t->again != NULL ? choose(t) : QERR_NOMEM;
	if (r == 0)
		r = announce_all(t);
	if (r == QERR_DUPLICATE)
		buf_put_str(why, "It is retracted already.");
	return r;
}

static void
finish(struct retraction *t, int err, struct buf *why)
{
	if (err != 0 && why->n == 0)
		press_failed(t->p, why, "It cannot be retracted", err);
	shelf_rest(&t->p->shelf);
	free(t->again);
	buf_done(&t->tomb);
}

int
publisher_retract(struct publisher *p, struct bytes ref, struct bytes reason,
    struct publisher_item *ret, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	struct retraction t = {.p = p};
	int r = press_may_retract(p, why);

	if (r != 0)
		return r;
	buf_init(&t.tomb, 0);
	r = prepare(&t, ref, reason, ret, why);
	r = press_end(p, r, fn, arg);
	if (r != 0)
		press_look_anew(p); /* what is not out makes no volume anew */
	finish(&t, r, why);
	return r;
}

int
publisher_retract_draft(struct publisher *p, struct bytes ref,
    struct bytes reason, uint64_t time, struct buf *b,
    struct publisher_drafted *ret_draft, struct publisher_item *ret,
    struct buf *why)
{
	struct press_draft *d = press_draft_new();
	struct retraction t = {.p = p, .draft = d};
	int r = d == NULL ? QERR_NOMEM : press_ready(p, why);

	buf_init(&t.tomb, 0);
	if (r == 0)
		r = prepare(&t, ref, reason, ret, why);
	if (r == 0)
		r = press_draft(p, time > 0 ? time : clock_wall(), t.e, t.n, d,
		    b, ret_draft);
	ret_draft->articles = t.articles;
	ret_draft->more = t.more;
	press_draft_free(d);
	finish(&t, r, why);
	return r;
}
