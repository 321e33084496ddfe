#include <stdlib.h>
#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/host/index_fill_inner.h"

#define DAY 86400

static const char insert_sql[] =
    "INSERT INTO article (feed, id, number, revision, status, lang, title,"
    " fold, name, address, authors, note, dated, date, size, pack_number,"
    " heads, text, text_root, record) VALUES"
    " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,"
    "?20) ON CONFLICT (feed, id) DO UPDATE SET number=?3, revision=?4,"
    " status=?5, lang=?6, title=?7, fold=?8, name=?9, address=?10,"
    " authors=?11, note=?12, dated=?13, date=?14, size=?15, pack_number=?16,"
    " heads=?17, text=?18, text_root=?19, record=?20"
    " WHERE excluded.revision > revision OR"
    " ?21 AND excluded.revision = revision";
static const char find_sql[] =
    "SELECT place FROM article WHERE feed=?1 AND id=?2";
static const char text_sql[] =
    "SELECT text_root FROM article WHERE feed=?1 AND id=?2 AND revision=?3";
int
index_fill_begin(struct fill *f)
{
	int err;

	buf_init(&f->fold, 0);
	buf_init(&f->authors, 0);
	err = index_prepare(f->x, &f->insert, insert_sql);
	if (err == 0)
		err = index_prepare(f->x, &f->find, find_sql);
	if (err == 0)
		err = index_prepare(f->x, &f->text, text_sql);
	return err;
}

void
index_fill_end(struct fill *f)
{
	sqlite3_finalize(f->insert);
	sqlite3_finalize(f->find);
	sqlite3_finalize(f->text);
	free(f->before);
	buf_done(&f->fold);
	buf_done(&f->authors);
}

void
index_bind_text(sqlite3_stmt *q, int i, struct bytes t)
{
	if (t.p == NULL)
		sqlite3_bind_null(q, i);
	else
		sqlite3_bind_text(q, i, (const char *)t.p, (int)t.n,
		    SQLITE_STATIC);
}

void
index_bind_uint(sqlite3_stmt *q, int i, uint64_t v)
{
	sqlite3_bind_int64(q, i, (sqlite3_int64)v);
}

/* The place of pack |i| in its header. */
static unsigned
place_in_header(const struct shelf *s, size_t i)
{
	unsigned n = 0;

	while (i > n && s->pack[i - n - 1].number == s->pack[i].number)
		n++;
	return n;
}

static int
by_id(const void *x, const void *y)
{
	const struct before *a = x, *b = y;

	return memcmp(a->id.b, b->id.b, sizeof(a->id.b));
}

/* |a| was listed at |place|: is it news to who reads the feed? */
static void
count_news(struct fill *f, const struct article *a, const struct article_id *id,
    int64_t place)
{
	const struct before key = {.id = *id};
	const struct before *b =
	    f->n_before == 0
		? NULL
		: bsearch(&key, f->before, f->n_before, sizeof(key), by_id);
	bool was = b != NULL || place <= f->first;

	if (b != NULL && a->revision <= b->revision)
		return;
	if (was && a->status != ARTICLE_NEW)
		++*(a->status == ARTICLE_RETRACTED ? &f->news->retracted
						   : &f->news->corrected);
	else if (!was && place > f->last && a->status != ARTICLE_RETRACTED)
		f->news->fresh++;
}

/* The place of |id|, which is listed. */
static int
find_place(struct fill *f, const struct article_id *id, int64_t *ret)
{
	int rc;

	sqlite3_bind_blob(f->find, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(f->find, 2, id->b, ARTICLE_ID_LEN, SQLITE_STATIC);
	rc = sqlite3_step(f->find);
	*ret = sqlite3_column_int64(f->find, 0);
	sqlite3_reset(f->find);
	return index_error(f->x, rc);
}

/* True if |a| is listed where its text is not here. */
static bool
lacks_text(struct fill *f, const struct article *a, const struct article_id *id)
{
	struct tree_name t = {.kind = TREE_PACK};
	sqlite3_stmt *q = f->text;
	bool lacks;

	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(q, 2, id->b, ARTICLE_ID_LEN, SQLITE_STATIC);
	index_bind_uint(q, 3, a->revision);
	lacks = sqlite3_step(q) == SQLITE_ROW &&
		sqlite3_column_bytes(q, 0) == sizeof(t.id.b);
	if (lacks) {
		memcpy(t.id.b, sqlite3_column_blob(q, 0), sizeof(t.id.b));
		lacks = !store_has(f->x->store, &t);
	}
	sqlite3_reset(q);
	return lacks;
}

/* One that is listed already may be so where its text is not; then here, where it is. */
static int
put_place(struct fill *f, const struct article *a, const struct article_id *id)
{
	int err = 0;

	if (!f->here || a->length == 0 || !lacks_text(f, a, id))
		return 0;
	index_bind_uint(f->insert, 21, 1);
	err = index_error(f->x, sqlite3_step(f->insert));
	sqlite3_reset(f->insert);
	return err;
}

/*
 * The row that is bound: 0 also if a newer revision is listed already.  RETURNING would
 * say the place of each, and make a table of its own for each to say it.
 */
static int
put_row(struct fill *f, const struct article *a, const struct article_id *id)
{
	sqlite3 *db = f->x->db;
	int64_t place;
	int err;

	sqlite3_set_last_insert_rowid(db, 0);
	err = index_error(f->x, sqlite3_step(f->insert));
	sqlite3_reset(f->insert);
	if (err != 0)
		return err;
	if (sqlite3_changes(db) == 0)
		return put_place(f, a, id);
	place = sqlite3_last_insert_rowid(db);
	if (place == 0 && (err = find_place(f, id, &place)) != 0)
		return err;
	count_news(f, a, id, place);
	f->articles += place > f->last; /* else it was there */
	if (place > f->last)
		f->last = place;
	return 0;
}

/*
 * True if |a| is of the time that it says, give or take a zone; else of its issue's: from
 * a day that is yet to come it would stand on top of every list until then.
 */
static bool
is_dated(const struct fill *f, const struct shelf_pack *p,
    const struct article *a)
{
	return a->has_published &&
	       a->published <= (int64_t)f->time[p->e.last - 1] + DAY;
}

int
index_fill_article(struct fill *f, size_t pack, size_t record,
    struct bytes head)
{
	const struct shelf_pack *p = &f->shelf.pack[pack];
	size_t text = shelf_with(&f->shelf, pack, TIER_TEXT);
	sqlite3_stmt *q = f->insert;
	struct article *a = malloc(sizeof(*a));
	struct article_id id;
	int err = a == NULL ? QERR_NOMEM : article_decode(a, head);

	if (err != 0)
		goto out;
	article_id(&id, &f->follow->feed, a->name);
	buf_clear(&f->fold);
	fold_text(&f->fold, a->title);
	buf_clear(&f->authors);
	for (size_t i = 0; i < a->n_author; i++) {
		if (i > 0)
			buf_put_str(&f->authors, ", ");
		buf_put(&f->authors, a->author[i].p, a->author[i].n);
	}
	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(q, 2, id.b, ARTICLE_ID_LEN, SQLITE_STATIC);
	index_bind_uint(q, 3, p->e.last);
	index_bind_uint(q, 4, a->revision);
	index_bind_uint(q, 5, a->status);
	index_bind_text(q, 6, a->lang);
	index_bind_text(q, 7, a->title);
	index_bind_text(q, 8, buf_bytes(&f->fold));
	index_bind_text(q, 9, a->name);
	index_bind_text(q, 10, a->address);
	index_bind_text(q, 11, buf_bytes(&f->authors));
	index_bind_text(q, 12, a->note);
	index_bind_uint(q, 13, is_dated(f, p, a));
	sqlite3_bind_int64(q, 14,
	    is_dated(f, p, a) ? a->published : (int64_t)f->time[p->e.last - 1]);
	index_bind_uint(q, 15, a->length);
	index_bind_uint(q, 16, p->number);
	index_bind_uint(q, 17, place_in_header(&f->shelf, pack));
	if (text == SHELF_NONE) {
		sqlite3_bind_null(q, 18);
		sqlite3_bind_null(q, 19);
	} else {
		index_bind_uint(q, 18, place_in_header(&f->shelf, text));
		sqlite3_bind_blob(q, 19, f->shelf.pack[text].e.root.b, 32,
		    SQLITE_STATIC);
	}
	index_bind_uint(q, 20, record);
	index_bind_uint(q, 21, 0);
	err = buf_err(&f->fold) != 0 || buf_err(&f->authors) != 0
		  ? QERR_NOMEM
		  : put_row(f, a, &id);
out:
	free(a);
	return err;
}
