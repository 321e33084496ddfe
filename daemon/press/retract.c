#include <stdio.h>
#include <stdlib.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/object/volume.h"

/*
 * Taking an article back, PROTOCOL.md §5 and §7:  a tombstone in an issue of its
 * own, and for each pack that holds the text one that has the tombstone in its
 * place, marked `only`.  What is compressed against such a pack is made anew
 * without it.
 */
struct retraction {
	struct publisher *p;
	struct ledger_entry *entry;
	struct buf tomb;   /* the tombstone's head */
	struct bytes name; /* in |tomb| */
	bool *again; /* heads packs to be made anew, by place on the shelf */
	struct pack_entry e[HEADER_PACKS_MAX];
	size_t n;
	size_t articles; /* of the header being filled */
};

/* --- which packs --- */

static bool
holds_text(const struct article *a)
{
	return a->length > 0 || a->n_picture > 0 || a->summary.p != NULL;
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
		*ret = r == 0 && bytes_eq(a.name, t->name) && holds_text(&a);
	}
	return r;
}

/* The volume that withdraws volume |i| with all that grew into it. */
static size_t
largest(const struct shelf *s, size_t i)
{
	size_t best = i;

	for (size_t k = 0; k < s->n; k++) {
		const struct shelf_pack *p = &s->pack[k];

		if (p->dead || p->e.tier != TIER_HEADS ||
		    p->e.first == p->e.last || p->e.first != s->pack[i].e.first)
			continue;
		if (p->e.last >= s->pack[best].e.last)
			best = k;
	}
	return best;
}

/* True if |e| needs a base that the packs to be made anew take away. */
static bool
loses_base(const struct retraction *t, const struct pack_entry *e)
{
	const struct shelf *s = &t->p->shelf;
	size_t k;

	if (!e->has_base)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const struct shelf_pack *b = &s->pack[i];

		if (b->dead || !id_eq(&b->e.contents, &e->base))
			continue;
		k = b->e.first == b->e.last ? shelf_issue(s, b->e.first)
					    : largest(s, i);
		if (k != SHELF_NONE && t->again[k])
			return true;
	}
	return false;
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
		const struct shelf_pack *k = &s->pack[i];

		if (k->dead || k->e.tier != TIER_HEADS)
			continue;
		jobs_breathe();
		r = pack_holds(t, &v, i, &holds);
		if (holds)
			t->again[k->e.first == k->e.last ? i : largest(s, i)] =
			    true;
	}
	shelf_view_done(&v);
	for (size_t i = 0; i < s->n && r == 0; i++) {
		const struct shelf_pack *k = &s->pack[i];
		size_t text;

		if (k->dead || k->e.tier != TIER_HEADS || t->again[i])
			continue;
		text = shelf_with(s, i, TIER_TEXT);
		t->again[i] =
		    loses_base(t, &k->e) ||
		    (text != SHELF_NONE && loses_base(t, &s->pack[text].e));
	}
	return r;
}

/* --- making one anew --- */

/* The pictures of a pack's cover, by hash. */
struct album {
	struct buf raw[TIERS];
	struct records at[TIERS];
	struct map *by_hash; /* to struct bytes in |found| */
	struct bytes *found;
	size_t n;
};

static void
album_done(struct album *b)
{
	for (int t = TIER_SMALL; t < TIERS; t++) {
		buf_done(&b->raw[t]);
		records_done(&b->at[t]);
	}
	map_free(b->by_hash);
	free(b->found);
}

static int
album_add(struct album *b, enum tier t, size_t n)
{
	void *more = realloc(b->found, (b->n + n + 1) * sizeof(*b->found));

	if (more == NULL)
		return QERR_NOMEM;
	b->found = more;
	for (size_t i = 0; i < n; i++)
		b->found[b->n++] =
		    records_at(&b->at[t], buf_bytes(&b->raw[t]), i);
	return 0;
}

static int
album_open(struct album *b, struct shelf *s, size_t heads,
    const struct shelf_view *v)
{
	int r = 0;

	*b = (struct album){.by_hash = map_new(0)};
	if (b->by_hash == NULL)
		return QERR_NOMEM;
	for (enum tier t = TIER_SMALL; t < TIERS && r == 0; t++) {
		size_t i = shelf_with(s, heads, t);

		buf_init(&b->raw[t], 0);
		if (i == SHELF_NONE)
			continue;
		r = shelf_open(s, i, &b->raw[t]);
		if (r == 0)
			r = records_open(&b->at[t], &s->pack[i].e,
			    buf_bytes(&b->raw[t]), buf_bytes(&v->heads),
			    &v->head);
		if (r == 0)
			r = album_add(b, t, b->at[t].n);
	}
	for (size_t i = 0; i < b->n && r == 0; i++) {
		struct id h;

		picture_hash(&h, b->found[i]);
		r = map_put(b->by_hash, &h, &b->found[i]);
	}
	return r;
}

struct shown {
	const struct album *album;
	const struct article *article;
};

static struct bytes
picture_of(const void *arg, size_t i)
{
	const struct shown *s = arg;
	const struct bytes *b =
	    map_get(s->album->by_hash, &s->article->picture[i].hash);

	return b != NULL ? *b : bytes_of(NULL, 0);
}

/* Fill |is| with what the view holds, the tombstone in its place. */
static int
refill(struct retraction *t, struct issue *is, const struct shelf_view *v,
    const struct album *album)
{
	const struct pack_entry *e = &t->p->shelf.pack[v->pack].e;
	struct volume_source from = {.first = e->first,
	    .last = e->last,
	    .heads = buf_bytes(&v->heads),
	    .head = &v->head};
	struct bytes tomb = buf_bytes(&t->tomb);
	struct volume order;
	struct article a;
	int r = volume_order(&order, &from, 1, &tomb, 1);

	for (size_t i = 0; i < order.n && r == 0; i++) {
		const struct volume_pick *k = &order.pick[i];
		bool dead = k->tomb != VOLUME_NO_TOMB;
		struct bytes head =
		    dead ? tomb : records_at(&v->head, from.heads, k->index);
		struct shown s = {album, &a};

		r = article_decode(&a, head);
		if (r == 0)
			r = issue_add(is, head, &a,
			    dead ? bytes_of(NULL, 0) : shelf_body(v, k->index),
			    picture_of, &s);
	}
	volume_done(&order);
	return r;
}

/* A pack that came out as it was is announced again, and not withdrawn. */
static void
keep_same(const struct shelf *s, struct pack_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < s->n; k++)
			if (!s->pack[k].dead &&
			    id_eq(&s->pack[k].e.root, &e[i].root))
				e[i].only = false;
}

static int
make_anew(struct retraction *t, size_t heads, struct pack_entry *e, size_t *n)
{
	struct publisher *p = t->p;
	const struct pack_entry old = p->shelf.pack[heads].e;
	bool volume = old.first != old.last;
	struct shelf_view v;
	struct album album;
	struct issue is;
	int r;

	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, heads, true);
	if (r != 0)
		goto out_view;
	r = album_open(&album, &p->shelf, heads, &v);
	if (r != 0)
		goto out_album;
	r = issue_init(&is);
	if (r == 0)
		r = refill(t, &is, &v, &album);
	if (r == 0)
		r = press_packs(p, &is, old.first, old.last, true, NULL,
		    volume ? ISSUE_SLOW : ISSUE_FAST, e, n);
	if (r == 0)
		keep_same(&p->shelf, e, *n);
	issue_done(&is);
out_album:
	album_done(&album);
out_view:
	shelf_view_done(&v);
	return r;
}

/* --- headers --- */

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
		    picture_of, NULL);
	if (r == 0)
		r = press_packs(p, &is, number, number, false, NULL, ISSUE_FAST,
		    t->e, &t->n);
	t->articles = 1;
	issue_done(&is);
	return r;
}

static int
announce_all(struct retraction *t)
{
	size_t many = t->p->shelf.n;
	int r = announce_tomb(t);

	for (size_t i = 0; i < many && r == 0; i++) {
		struct pack_entry e[TIERS];
		size_t n = 0;

		if (!t->again[i])
			continue;
		jobs_breathe();
		r = make_anew(t, i, e, &n);
		if (r == 0 && t->n + n > PRESS_PACKS_MAX)
			r = end_header(t);
		memcpy(t->e + t->n, e, n * sizeof(*e));
		t->n += n;
	}
	return r == 0 ? end_header(t) : r;
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

static int
make_tomb(struct retraction *t, struct bytes reason, struct publisher_item *ret)
{
	struct article a, back;
	struct buf head;
	int r;

	buf_init(&head, 0);
	r = read_head(t->p, t->entry, &head, &a);
	if (r == 0) {
		struct article tomb = {.name = a.name,
		    .revision = a.revision + 1,
		    .status = ARTICLE_RETRACTED,
		    .lang = a.lang,
		    .title = a.title,
		    .has_published = a.has_published,
		    .published = a.published,
		    .address = a.address};

		if (reason.n > 0)
			tomb.note = reason;
		r = article_encode(&t->tomb, &tomb);
	}
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
	if (r == 0 && t->entry->status == ARTICLE_RETRACTED) {
		buf_put_str(why, "It is retracted already.");
		r = QERR_DUPLICATE;
	}
	return r;
}

int
publisher_retract(struct publisher *p, struct bytes ref, struct bytes reason,
    struct publisher_item *ret, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	struct retraction t = {.p = p};
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_RETRACTED};
	if (p->open) {
		buf_put_str(why, "Documents are being published. Try again "
				 "when that is done.");
		return QERR_AGAIN;
	}
	if (!press_signs(p)) {
		buf_put_str(why, "A retraction is signed here, and the feed's "
				 "secret.key is elsewhere. Bring it, and start "
				 "quired anew.");
		return QERR_KEY;
	}
	buf_init(&t.tomb, 0);
	r = look_up(&t, ref, why);
	if (r == 0)
		r = make_tomb(&t, reason, ret);
	if (r != 0)
		goto out;
	/* A volume in the making would bring the text back. */
	press_stop_volume(p);
	t.again = calloc(p->shelf.n + 1, sizeof(*t.again));
	r = t.again != NULL ? choose(&t) : QERR_NOMEM;
	if (r == 0)
		r = announce_all(&t);
	if (r == 0)
		r = press_commit(p, fn, arg);
	if (r != 0)
		press_cancel(p);
	else
		r = press_reload(p);
	shelf_rest(&p->shelf);
out:
	if (r != 0 && why->n == 0)
		buf_printf(why, "It cannot be retracted: %s.", qerr_str(r));
	free(t.again);
	buf_done(&t.tomb);
	return r;
}
