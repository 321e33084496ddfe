#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/index_fill_inner.h"
#include "proto/host/log.h"

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
		err = index_fill_article(f, i, k,
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
	return err != 0 ? err : index_fill_note(f, i);
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
fill_packs(struct fill *f)
{
	int err = index_fill_mark(f);

	if (err == 0)
		err = load_counts(f);
	for (size_t i = 0; i < f->shelf.n && err == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = f->shelf.pack[i].e.root};

		if ((f->mark[i] & (MARK_COUNTS | MARK_HERE | MARK_COVERED)) !=
			MARK_COUNTS ||
		    !store_has(f->x->store, &t))
			continue;
		f->here = has_text(f, i);
		if (f->here || (f->mark[i] & MARK_BARE) == 0)
			err = fill_pack(f, i);
	}
	return err;
}

/* The newest of the charters, which were checked when they came. */
static int
newest_charter(struct charter *ret, const struct buf *b, const struct buf *ends)
{
	struct bytes file[FEED_CHARTERS_MAX];
	size_t n = ends->n / 4;

	for (size_t i = 0; i < n && i < FEED_CHARTERS_MAX; i++)
		file[i] = bytes_part(buf_bytes(b), buf_bytes(ends), i);
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
		    "INSERT INTO feed VALUES (?1,?2,?3,?4,?5) ON CONFLICT (id)"
		    " DO UPDATE SET name=?2, head=?3, charter=?4, articles=?5");
	if (err == 0) {
		sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
		index_bind_text(q, 2, c->name);
		index_bind_uint(q, 3, f->head);
		index_bind_uint(q, 4, c->version);
		index_bind_uint(q, 5, f->articles);
		err = index_finish(f->x, q);
	}
	sqlite3_finalize(q);
	free(c);
	buf_done(&b);
	buf_done(&ends);
	return err;
}

/* In a transaction. */
static int
fill(struct fill *f)
{
	int err = index_prepare(f->x, &f->note,
	    "INSERT OR IGNORE INTO pack VALUES (?1,?2)");

	if (err == 0)
		err = index_fill_begin(f);
	if (err == 0)
		err = fill_packs(f);
	if (err == 0)
		err = fill_feed(f); /* counts what is there now */
	sqlite3_finalize(f->note);
	index_fill_end(f);
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
	err = take_headers(&f, r);
	if (err == 0)
		err = index_run(x, "BEGIN IMMEDIATE");
	if (err == 0 && (err = fill(&f)) == 0)
		err = index_run(x, "COMMIT");
	else if (err != 0)
		sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
	shelf_done(&f.shelf);
	free(f.mark);
	free(f.time);
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
