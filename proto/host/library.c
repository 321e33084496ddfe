#include "proto/host/library.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"
#include "proto/object/merkle.h"

struct library {
	struct store *store;
	struct index *index;
	bool open; /* |shelf| is that of |feed| */
	struct id feed;
	struct shelf shelf;
	struct shelf_view view;
	/* the pack of pictures opened last */
	size_t picture_pack;
	struct buf pictures;
	struct records picture;
	struct buf charters; /* files of the feed, one behind another */
	struct buf ends;
	struct id *leaf; /* of the history that the newest of them pins */
	uint64_t pin;
};

struct library *
library_new(struct store *s, struct index *x)
{
	struct library *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->store = s;
	l->index = x;
	l->picture_pack = SHELF_NONE;
	shelf_view_init(&l->view);
	buf_init(&l->pictures, 0);
	buf_init(&l->charters, 0);
	buf_init(&l->ends, 0);
	return l;
}

static void
rest(struct library *l)
{
	shelf_view_done(&l->view);
	records_done(&l->picture);
	l->picture = (struct records){NULL, 0};
	buf_clear(&l->pictures);
	l->picture_pack = SHELF_NONE;
	if (l->open)
		shelf_done(&l->shelf);
	l->open = false;
	free(l->leaf);
	l->leaf = NULL;
	l->pin = 0;
}

void
library_free(struct library *l)
{
	if (l == NULL)
		return;
	rest(l);
	buf_done(&l->pictures);
	buf_done(&l->charters);
	buf_done(&l->ends);
	free(l);
}

/* The feed's charters, at most as many as a capsule has room for; their number. */
static size_t
charters_of(const struct library *l, struct bytes file[CAPSULE_CHARTERS_MAX])
{
	size_t n = l->ends.n / 4;

	for (size_t i = 0; i < n && i < CAPSULE_CHARTERS_MAX; i++)
		file[i] =
		    bytes_part(buf_bytes(&l->charters), buf_bytes(&l->ends), i);
	return n;
}

/* What is pinned, if all of it is here. */
static int
load_pinned(struct library *l, const struct row *r)
{
	struct bytes file[CAPSULE_CHARTERS_MAX];
	size_t n = charters_of(l, file);
	struct charter c;
	int err = n > CAPSULE_CHARTERS_MAX ? QERR_TOOBIG
					   : charter_newest(&c, file, n);

	if (err != 0 || c.pin == 0 || c.pin > r->n)
		return qerr_is_fatal(err) ? err : 0;
	if ((l->leaf = calloc(c.pin, sizeof(*l->leaf))) == NULL)
		return QERR_NOMEM;
	for (l->pin = 0; l->pin < c.pin && err == 0; l->pin++)
		err = row_leaf(r, l->pin, &l->leaf[l->pin]);
	return err;
}

static int
load_shelf(struct library *l, const struct id *feed)
{
	struct header h;
	struct row r;
	int err;

	row_init(&r);
	buf_clear(&l->charters);
	buf_clear(&l->ends);
	err = store_charters(l->store, feed, &l->charters, &l->ends);
	if (err == 0)
		err = store_headers_kept(l->store, feed, &r);
	if (err == 0)
		err = load_pinned(l, &r);
	for (size_t i = 0; i < r.n && err == 0; i++)
		if ((err = row_header(&r, i, &h)) == 0)
			err = shelf_add(&l->shelf, &h);
	row_done(&r);
	return err;
}

static int
take_feed(struct library *l, const struct id *feed)
{
	struct reading_key key;
	int err;

	if (l->open && id_eq(&l->feed, feed))
		return 0;
	rest(l);
	if ((err = index_key(l->index, feed, &key)) != 0)
		return err;
	shelf_init(&l->shelf, l->store, feed, &key);
	l->open = true;
	l->feed = *feed;
	if ((err = load_shelf(l, feed)) != 0)
		rest(l);
	return err;
}

/* The place on the shelf of pack |index| of header |number|. */
static size_t
pack_at(const struct library *l, uint64_t number, unsigned index)
{
	size_t lo = 0, hi = l->shelf.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->shelf.pack[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	lo += index;
	return lo < l->shelf.n && l->shelf.pack[lo].number == number
		   ? lo
		   : SHELF_NONE;
}

static int
get_header(struct library *l, uint64_t number, struct buf *file,
    struct header *h)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = l->feed, .number = number};
	int err = store_get(l->store, &t, file);

	return err != 0 ? err : header_peek(h, buf_bytes(file));
}

static int
read_head(struct library *l, const struct index_article *a, bool text,
    struct library_article *ret)
{
	struct buf file;
	size_t heads;
	int err = take_feed(l, &a->feed);

	if (err != 0)
		return err;
	heads = pack_at(l, a->pack_number, a->heads);
	if (heads == SHELF_NONE)
		return QERR_ABSENT;
	if ((err = shelf_look(&l->shelf, &l->view, heads, text)) != 0)
		return err;
	if (a->record >= l->view.head.n)
		return QERR_ABSENT;
	*ret = (struct library_article){0};
	ret->head =
	    records_at(&l->view.head, buf_bytes(&l->view.heads), a->record);
	if ((err = article_decode(&ret->article, ret->head)) != 0)
		return err;
	buf_init(&file, 0);
	err = get_header(l, a->pack_number, &file, &ret->header);
	buf_done(&file);
	return err;
}

int
library_look(struct library *l, const struct index_article *a,
    struct library_article *ret)
{
	return read_head(l, a, false, ret);
}

int
library_read(struct library *l, const struct index_article *a,
    struct library_article *ret)
{
	int err = read_head(l, a, a->size > 0, ret);

	if (err != 0)
		return err;
	ret->body = shelf_body(&l->view, a->record);
	if (ret->body.n != ret->article.length)
		return QERR_ABSENT; /* no text pack goes with these heads */
	return markup_check(ret->body, ret->article.n_picture, NULL);
}

/* Pictures. */

static int
open_pictures(struct library *l, size_t pack)
{
	int err;

	if (l->picture_pack == pack)
		return 0;
	records_done(&l->picture);
	l->picture = (struct records){NULL, 0};
	l->picture_pack = SHELF_NONE;
	if ((err = shelf_open(&l->shelf, pack, &l->pictures)) != 0)
		return err;
	err = records_open(&l->picture, &l->shelf.pack[pack].e,
	    buf_bytes(&l->pictures), buf_bytes(&l->view.heads), &l->view.head);
	if (err == 0)
		l->picture_pack = pack;
	return err;
}

static int
find_picture(struct library *l, const struct picture *p, struct buf *b)
{
	struct id h;

	for (size_t i = 0; i < l->picture.n; i++) {
		struct bytes x =
		    records_at(&l->picture, buf_bytes(&l->pictures), i);

		if (x.n != p->size)
			continue;
		picture_hash(&h, x);
		if (!id_eq(&h, &p->hash))
			continue;
		buf_put(b, x.p, x.n);
		return buf_err(b);
	}
	return QERR_ABSENT;
}

/*
 * Volumes have no pictures: those of an article that was read from one lie in the
 * packs of the issues, newest first.
 */
int
library_picture(struct library *l, const struct index_article *a,
    const struct picture *p, struct buf *b)
{
	struct shelf_view own = l->view;
	size_t heads;
	int err = take_feed(l, &a->feed);

	if (err != 0)
		return err;
	heads = pack_at(l, a->pack_number, a->heads);
	for (size_t i = l->shelf.n; i-- > 0;) {
		const struct shelf_pack *x = &l->shelf.pack[i];
		size_t with;

		if (x->e.tier != TIER_HEADS || x->dead ||
		    (heads != SHELF_NONE &&
			(x->e.last < l->shelf.pack[heads].e.first ||
			    x->e.first > l->shelf.pack[heads].e.last)))
			continue;
		with = shelf_with(&l->shelf, i, p->tier);
		if (with == SHELF_NONE)
			continue;
		if (i != own.pack) { /* its own heads cut it */
			shelf_view_init(&l->view);
			err = shelf_look(&l->shelf, &l->view, i, false);
		}
		l->picture_pack = i == own.pack ? l->picture_pack : SHELF_NONE;
		if (err == 0 && (err = open_pictures(l, with)) == 0)
			err = find_picture(l, p, b);
		if (i != own.pack) {
			shelf_view_done(&l->view);
			l->view = own;
			l->picture_pack = SHELF_NONE;
		}
		if (err != QERR_ABSENT)
			return err;
		err = 0;
	}
	return QERR_ABSENT;
}

/* Capsules. */

static int
record_path(struct id path[MERKLE_PATH_MAX], size_t *n, struct bytes raw,
    const struct records *r, size_t i)
{
	struct id *leaf = malloc((r->n + 1) * sizeof(*leaf));

	if (leaf == NULL)
		return QERR_NOMEM;
	for (size_t k = 0; k < r->n; k++)
		hash(&leaf[k], HASH_RECORD, records_at(r, raw, k));
	*n = merkle_path(path, leaf, r->n, i);
	free(leaf);
	return 0;
}

static int
take_charters(struct library *l, struct capsule *c)
{
	c->n_charter = charters_of(l, c->charter);
	return c->n_charter == 0 || c->n_charter > CAPSULE_CHARTERS_MAX
		   ? QERR_TOOBIG
		   : 0;
}

static int
take_pictures(struct library *l, const struct index_article *a,
    const struct article *art, struct capsule *c, struct buf *bytes)
{
	for (size_t i = 0; i < art->n_picture; i++) {
		int err;

		buf_init(&bytes[i], 0);
		err = library_picture(l, a, &art->picture[i], &bytes[i]);
		if (err == QERR_ABSENT)
			continue;
		if (err != 0)
			return err;
		c->picture[c->n_picture++] =
		    (struct capsule_picture){i, buf_bytes(&bytes[i])};
	}
	return 0;
}

int
library_capsule(struct library *l, const struct index_article *a, bool pictures,
    struct buf *b)
{
	struct capsule *c = calloc(1, sizeof(*c));
	struct buf *bytes = calloc(ARTICLE_PICTURES_MAX, sizeof(*bytes));
	struct library_article r;
	struct header h;
	struct buf file;
	int err =
	    c == NULL || bytes == NULL ? QERR_NOMEM : library_read(l, a, &r);

	buf_init(&file, 0);
	if (err == 0)
		err = get_header(l, a->pack_number, &file, &h);
	if (err == 0)
		err = take_charters(l, c);
	if (err == 0 && h.number <= l->pin)
		c->n_history_path = history_inclusion(c->history_path, l->leaf,
		    l->pin, h.number - 1);
	if (err == 0) {
		c->header = buf_bytes(&file);
		c->heads = a->heads;
		c->index = a->record;
		c->head = r.head;
		c->has_text = r.body.n > 0;
		c->text = a->text;
		c->body = r.body;
		err = record_path(c->head_path, &c->n_head_path,
		    buf_bytes(&l->view.heads), &l->view.head, a->record);
	}
	if (err == 0 && c->has_text)
		err = record_path(c->text_path, &c->n_text_path,
		    buf_bytes(&l->view.bodies), &l->view.body, a->record);
	if (err == 0 && pictures)
		err = take_pictures(l, a, &r.article, c, bytes);
	if (err == 0)
		err = capsule_encode(b, c);
	for (size_t i = 0; bytes != NULL && i < ARTICLE_PICTURES_MAX; i++)
		buf_done(&bytes[i]);
	buf_done(&file);
	free(bytes);
	free(c);
	return err;
}
