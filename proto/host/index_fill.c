#include <stdlib.h>
#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/host/index_inner.h"
#include "proto/host/log.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"

/* What was listed of a feed before all of it is listed anew. */
struct before {
	struct article_id id;
	uint64_t revision;
};

/* Of a pack of the shelf: */
enum mark {
	MARK_COUNTS = 1, /* it is a heads pack, and says what is */
	MARK_HERE = 2,   /* it is listed, with its text */
	MARK_BARE = 4,   /* .. without */
};

struct fill {
	struct index *x;
	const struct index_follow *follow;
	struct shelf shelf;
	uint8_t *mark;  /* enum mark, of each pack of the shelf */
	uint64_t *time; /* of each header, by number - 1 */
	uint64_t head;
	uint64_t articles;   /* listed: to count them all would read them all */
	int64_t first, last; /* the last place taken, when we began and now */
	struct before *before; /* ascending */
	size_t n_before, cap_before;
	struct index_news *news;
	sqlite3_stmt *insert, *note, *find, *text;
	struct buf fold, authors;
	bool here; /* the text of the pack that is being listed */
};

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

static void
bind_text(sqlite3_stmt *q, int i, struct bytes t)
{
	if (t.p == NULL)
		sqlite3_bind_null(q, i);
	else
		sqlite3_bind_text(q, i, (const char *)t.p, (int)t.n,
		    SQLITE_STATIC);
}

static void
bind_uint(sqlite3_stmt *q, int i, uint64_t v)
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
	bind_uint(q, 3, a->revision);
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
	bind_uint(f->insert, 21, 1);
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

static int
fill_article(struct fill *f, size_t pack, size_t record, struct bytes head)
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
	bind_uint(q, 3, p->e.last);
	bind_uint(q, 4, a->revision);
	bind_uint(q, 5, a->status);
	bind_text(q, 6, a->lang);
	bind_text(q, 7, a->title);
	bind_text(q, 8, buf_bytes(&f->fold));
	bind_text(q, 9, a->name);
	bind_text(q, 10, a->address);
	bind_text(q, 11, buf_bytes(&f->authors));
	bind_text(q, 12, a->note);
	bind_uint(q, 13, a->has_published);
	sqlite3_bind_int64(q, 14,
	    a->has_published ? a->published : (int64_t)f->time[p->e.last - 1]);
	bind_uint(q, 15, a->length);
	bind_uint(q, 16, p->number);
	bind_uint(q, 17, place_in_header(&f->shelf, pack));
	if (text == SHELF_NONE) {
		sqlite3_bind_null(q, 18);
		sqlite3_bind_null(q, 19);
	} else {
		bind_uint(q, 18, place_in_header(&f->shelf, text));
		sqlite3_bind_blob(q, 19, f->shelf.pack[text].e.root.b, 32,
		    SQLITE_STATIC);
	}
	bind_uint(q, 20, record);
	bind_uint(q, 21, 0);
	err = buf_err(&f->fold) != 0 || buf_err(&f->authors) != 0
		  ? QERR_NOMEM
		  : put_row(f, a, &id);
out:
	free(a);
	return err;
}

/* True if the text that goes with heads pack |i| is here, or there is none. */
static bool
has_text(const struct fill *f, size_t i)
{
	size_t text = shelf_with(&f->shelf, i, TIER_TEXT);
	struct tree_name t = {.kind = TREE_PACK};

	if (text != SHELF_NONE)
		t.id = f->shelf.pack[text].e.root;
	return text == SHELF_NONE || store_has(f->x->store, &t);
}

/*
 * What heads pack |i| is listed by: its root and that of its text, and whether that was
 * |here|.  Heads may stay what they were, and be announced again with a text that is made
 * anew; and a text that comes later may be the only one that is here of what it says.
 */
static void
listed_by(const struct fill *f, size_t i, bool here, struct id *ret)
{
	size_t text = shelf_with(&f->shelf, i, TIER_TEXT);

	*ret = f->shelf.pack[i].e.root;
	for (size_t k = 0; text != SHELF_NONE && k < sizeof(ret->b); k++)
		ret->b[k] ^= f->shelf.pack[text].e.root.b[k];
	ret->b[0] ^= here ? 0 : 1;
}

static int
note_pack(struct fill *f, size_t i)
{
	struct id by;

	listed_by(f, i, f->here, &by);
	sqlite3_bind_blob(f->note, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(f->note, 2, by.b, 32, SQLITE_STATIC);
	return index_finish(f->x, f->note);
}

/* True if pack |i| is on the disk as it was signed. */
static bool
is_whole(const struct fill *f, size_t i)
{
	const struct pack_entry *e = &f->shelf.pack[i].e;
	struct tree_name t = {.kind = TREE_PACK, .id = e->root};
	struct buf b;
	bool whole;

	buf_init(&b, PACK_SIZE_MAX + 1);
	whole = store_get(f->x->store, &t, &b) == 0 &&
		pack_check(e, buf_bytes(&b)) == 0;
	buf_done(&b);
	return whole;
}

static int
fill_pack(struct fill *f, size_t i)
{
	struct shelf_view v;
	int err;

	shelf_view_init(&v);
	err = shelf_look(&f->shelf, &v, i, false);
	for (size_t k = 0; k < v.head.n && err == 0; k++)
		err = fill_article(f, i, k,
		    records_at(&v.head, buf_bytes(&v.heads), k));
	shelf_view_done(&v);
	/* A pack that its key does not open is the publisher's mistake. */
	if (qerr_is_peer_fault(err) || err == QERR_BASE || err == QERR_ABSENT) {
		log_warn("issue %llu cannot be listed: its heads %s",
		    (unsigned long long)f->shelf.pack[i].number, qerr_str(err));
		/* One that is damaged, or waits for its base, may still come. */
		if (err == QERR_BASE || !is_whole(f, i))
			return 0;
		err = 0;
	}
	return err != 0 ? err : note_pack(f, i);
}

static int
take_headers(struct fill *f, const struct row *r)
{
	struct header h;
	int err = 0;

	if ((f->time = calloc(r->n + 1, sizeof(*f->time))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < r->n && err == 0; i++) {
		err = row_header(r, i, &h);
		if (err != 0 || h.number != i + 1)
			break;
		f->time[i] = h.time;
		f->head = h.number;
		err = shelf_add(&f->shelf, &h);
	}
	if (err != 0 && !qerr_is_peer_fault(err))
		return err;
	f->mark = calloc(f->shelf.n + 1, sizeof(*f->mark));
	return f->mark == NULL ? QERR_NOMEM : 0;
}

/* The packs that are listed: what they are listed by leads to |f|. */
static int
load_known(struct fill *f, struct map *known)
{
	sqlite3_stmt *q = NULL;
	int rc, err;

	err = index_prepare(f->x, &q, "SELECT root FROM pack WHERE feed=?1");
	if (err != 0)
		return err;
	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	while (err == 0 && (rc = sqlite3_step(q)) != SQLITE_DONE) {
		struct id root;

		if (rc != SQLITE_ROW) {
			err = index_error(f->x, rc);
			break;
		}
		if (sqlite3_column_bytes(q, 0) != 32)
			continue;
		memcpy(root.b, sqlite3_column_blob(q, 0), 32);
		err = map_put(known, &root, f);
	}
	sqlite3_finalize(q);
	return err;
}

static int
load_counts(struct fill *f)
{
	sqlite3_stmt *q;
	int rc, err = index_prepare(f->x, &q,
		    "SELECT (SELECT articles FROM feed WHERE id=?1),"
		    " (SELECT max(place) FROM article)");

	if (err != 0)
		return err;
	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	if ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		f->articles = (uint64_t)sqlite3_column_int64(q, 0);
		f->first = f->last = sqlite3_column_int64(q, 1);
	}
	sqlite3_finalize(q);
	return index_error(f->x, rc);
}

static int
add_before(struct fill *f, const void *id, uint64_t revision)
{
	struct before *b;

	if (f->n_before == f->cap_before) {
		size_t cap = f->cap_before == 0 ? 256 : 2 * f->cap_before;

		if ((b = realloc(f->before, cap * sizeof(*b))) == NULL)
			return QERR_NOMEM;
		f->before = b;
		f->cap_before = cap;
	}
	b = &f->before[f->n_before++];
	memcpy(b->id.b, id, sizeof(b->id.b));
	b->revision = revision;
	return 0;
}

static int
load_before(struct fill *f)
{
	sqlite3_stmt *q;
	int rc, err = index_prepare(f->x, &q,
		    "SELECT id, revision FROM article WHERE feed=?1"
		    " ORDER BY id");

	if (err != 0)
		return err;
	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	while (err == 0 && (rc = sqlite3_step(q)) != SQLITE_DONE)
		if (rc != SQLITE_ROW)
			err = index_error(f->x, rc);
		else if (sqlite3_column_bytes(q, 0) == ARTICLE_ID_LEN)
			err = add_before(f, sqlite3_column_blob(q, 0),
			    (uint64_t)sqlite3_column_int64(q, 1));
	sqlite3_finalize(q);
	return err;
}

/* The heads packs that count: of one announced twice the later. */
static int
mark_heads(struct fill *f)
{
	struct map *by_root = map_new(0);
	int err = by_root == NULL ? QERR_NOMEM : 0;

	for (size_t i = 0; i < f->shelf.n && err == 0; i++) {
		struct shelf_pack *p = &f->shelf.pack[i], *before;

		if (p->dead || p->e.tier != TIER_HEADS)
			continue;
		f->mark[i] = MARK_COUNTS;
		before = map_add(by_root, &p->e.root, p);
		if (before == NULL) {
			err = QERR_NOMEM;
		} else if (before != p) {
			f->mark[before - f->shelf.pack] = 0;
			err = map_put(by_root, &p->e.root, p);
		}
	}
	map_free(by_root);
	return err;
}

/*
 * Those that are listed.  If one that is counts no longer, everything is listed anew: it
 * was withdrawn, or its text was, or its header is no more.
 */
static int
mark_known(struct fill *f, const struct map *known)
{
	size_t live = 0;
	struct id by;
	int err;

	for (size_t i = 0; i < f->shelf.n; i++) {
		if ((f->mark[i] & MARK_COUNTS) == 0)
			continue;
		listed_by(f, i, true, &by);
		if (map_get(known, &by) != NULL) {
			f->mark[i] |= MARK_HERE;
			live++;
		}
		listed_by(f, i, false, &by);
		if (map_get(known, &by) != NULL) {
			f->mark[i] |= MARK_BARE;
			live++;
		}
	}
	if (live == map_count(known))
		return 0;
	for (size_t i = 0; i < f->shelf.n; i++)
		f->mark[i] &= MARK_COUNTS;
	if ((err = load_before(f)) == 0)
		err = index_drop(f->x, &f->follow->feed);
	return err;
}

static int
fill_packs(struct fill *f)
{
	struct map *known = map_new(0);
	int err = known == NULL ? QERR_NOMEM : load_known(f, known);

	if (err == 0)
		err = mark_heads(f);
	if (err == 0)
		err = mark_known(f, known);
	if (err == 0)
		err = load_counts(f);
	for (size_t i = 0; i < f->shelf.n && err == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = f->shelf.pack[i].e.root};

		if ((f->mark[i] & (MARK_COUNTS | MARK_HERE)) != MARK_COUNTS ||
		    !store_has(f->x->store, &t))
			continue;
		f->here = has_text(f, i);
		if (f->here || (f->mark[i] & MARK_BARE) == 0)
			err = fill_pack(f, i);
	}
	map_free(known);
	return err;
}

/* The newest of the charters, which were checked when they came. */
static int
newest_charter(struct charter *ret, const struct buf *b, const struct buf *ends)
{
	struct bytes file[FEED_CHARTERS_MAX];
	size_t n = ends->n / 4;
	uint32_t from = 0;

	for (size_t i = 0; i < n && i < FEED_CHARTERS_MAX; i++) {
		uint32_t end = load_le32(ends->p + 4 * i);

		file[i] = bytes_of(b->p + from, end - from);
		from = end;
	}
	return n > FEED_CHARTERS_MAX ? QERR_TOOBIG
				     : charter_newest(ret, file, n);
}

static int
fill_feed(struct fill *f)
{
	struct buf b, ends;
	struct charter *c = malloc(sizeof(*c));
	sqlite3_stmt *q = NULL;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = c == NULL
		  ? QERR_NOMEM
		  : store_charters(f->x->store, &f->follow->feed, &b, &ends);
	if (err == 0)
		err = newest_charter(c, &b, &ends);
	if (err == 0)
		err = index_prepare(f->x, &q,
		    "INSERT OR REPLACE INTO feed VALUES (?1,?2,?3,?4,?5)");
	if (err == 0) {
		sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
		bind_text(q, 2, c->name);
		bind_uint(q, 3, f->head);
		bind_uint(q, 4, c->version);
		bind_uint(q, 5, f->articles);
		err = index_finish(f->x, q);
	}
	sqlite3_finalize(q);
	free(c);
	buf_done(&b);
	buf_done(&ends);
	return err;
}

static int
update(struct index *x, const struct id *feed, const struct row *r,
    struct index_news *news)
{
	struct fill f = {
	    .x = x, .follow = index_followed(x, feed), .news = news};
	int err;

	if (f.follow == NULL)
		return QERR_ABSENT;
	shelf_init(&f.shelf, x->store, feed, &f.follow->key);
	buf_init(&f.fold, 0);
	buf_init(&f.authors, 0);
	err = take_headers(&f, r);
	if (err == 0)
		err = index_run(x, "BEGIN IMMEDIATE");
	if (err == 0) {
		err = index_prepare(x, &f.insert, insert_sql);
		if (err == 0)
			err = index_prepare(x, &f.note,
			    "INSERT OR IGNORE INTO pack VALUES (?1,?2)");
		if (err == 0)
			err = index_prepare(x, &f.find, find_sql);
		if (err == 0)
			err = index_prepare(x, &f.text, text_sql);
		if (err == 0)
			err = fill_packs(&f);
		if (err == 0)
			err = fill_feed(&f); /* counts what is there now */
		sqlite3_finalize(f.insert);
		sqlite3_finalize(f.note);
		sqlite3_finalize(f.find);
		sqlite3_finalize(f.text);
		if (err == 0)
			err = index_run(x, "COMMIT");
		else
			sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
	}
	shelf_done(&f.shelf);
	free(f.mark);
	free(f.time);
	free(f.before);
	buf_done(&f.fold);
	buf_done(&f.authors);
	return err;
}

int
index_update_from(struct index *x, const struct id *feed, const struct row *r,
    struct index_news *ret)
{
	struct row own;
	int err;

	*ret = (struct index_news){0};
	if (r->n > 0)
		return update(x, feed, r, ret);
	row_init(&own);
	err = store_headers_kept(x->store, feed, &own);
	if (err == 0)
		err = update(x, feed, &own, ret);
	row_done(&own);
	return err;
}

int
index_update(struct index *x, const struct id *feed)
{
	struct index_news news;
	struct row none;

	row_init(&none);
	return index_update_from(x, feed, &none, &news);
}
