#include <stdlib.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/object/volume.h"

/* The packs of one cover made anew, with a tombstone in the place of an article. */

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
refill(struct publisher *p, struct issue *is, const struct shelf_view *v,
    const struct album *album, struct bytes tomb)
{
	const struct pack_entry *e = &p->shelf.pack[v->pack].e;
	struct volume_source from = {.first = e->first,
	    .last = e->last,
	    .heads = buf_bytes(&v->heads),
	    .head = &v->head};
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

void
press_keep_same(const struct shelf *s, struct pack_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < s->n; k++)
			if (!s->pack[k].dead &&
			    id_eq(&s->pack[k].e.root, &e[i].root))
				e[i].only = false;
}

int
press_anew(struct publisher *p, size_t heads, struct bytes tomb,
    struct buf *out, struct pack_entry *e, size_t *n)
{
	const struct pack_entry old = p->shelf.pack[heads].e;
	bool volume = old.first != old.last;
	struct shelf_view v;
	struct album album;
	struct issue is;
	int r;

	*n = 0;
	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, heads, true);
	if (r != 0)
		goto out_view;
	r = album_open(&album, &p->shelf, heads, &v);
	if (r != 0)
		goto out_album;
	r = issue_init(&is);
	if (r == 0)
		r = refill(p, &is, &v, &album, tomb);
	if (r == 0)
		r = press_packs(p, &is, old.first, old.last, true, NULL,
		    volume ? ISSUE_VOLUME : ISSUE_FAST, out, e, n);
	if (r == 0)
		press_keep_same(&p->shelf, e, *n);
	issue_done(&is);
out_album:
	album_done(&album);
out_view:
	shelf_view_done(&v);
	return r;
}
