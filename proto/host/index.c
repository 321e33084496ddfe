#include "proto/host/index.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/index_inner.h"
#include "proto/host/log.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"

static const char schema[] =
    "CREATE TABLE feed ("
    " id BLOB PRIMARY KEY, name TEXT, head INT, charter INT,"
    " articles INT);"
    "CREATE TABLE pack (feed BLOB, root BLOB, PRIMARY KEY (feed, root));"
    "CREATE TABLE article ("
    " place INTEGER PRIMARY KEY, feed BLOB, id BLOB, number INT,"
    " revision INT, status INT, lang TEXT, title TEXT, fold TEXT,"
    " name TEXT, address TEXT, authors TEXT, note TEXT, dated INT,"
    " date INT, size INT, pack_number INT, heads INT, text INT,"
    " text_root BLOB, record INT, UNIQUE (feed, id));"
    "CREATE INDEX by_date ON article (date);";

static void
index_path(const struct index *x, char dst[PATH_MAX], const char *suffix)
{
	snprintf(dst, PATH_MAX, "%s/index.sqlite%s", store_dir(x->store),
	    suffix);
}

static void
remove_files(struct index *x)
{
	static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		index_path(x, path, suffix[i]);
		unlink(path);
	}
}

int
index_error(struct index *x, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_warn("the index was damaged: it is made anew next time");
		remove_files(x);
		return QERR_IO;
	case SQLITE_FULL:
		return QERR_NOSPACE;
	case SQLITE_NOMEM:
		return QERR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return QERR_AGAIN;
	default:
		if (x->db != NULL)
			log_error("SQLite: %s", sqlite3_errmsg(x->db));
		return QERR_IO;
	}
}

int
index_prepare(struct index *x, sqlite3_stmt **ret, const char *sql)
{
	return index_error(x, sqlite3_prepare_v2(x->db, sql, -1, ret, NULL));
}

static int
run(struct index *x, const char *sql)
{
	return index_error(x, sqlite3_exec(x->db, sql, NULL, NULL, NULL));
}

/* 0 if the file is an index of this version; one that is empty is made one. */
static int
open_db(struct index *x, bool *ret_fresh)
{
	char path[PATH_MAX];
	sqlite3_stmt *q = NULL;
	int rc, version = -1;

	index_path(x, path, "");
	if ((rc = sqlite_open(&x->db, path)) != SQLITE_OK)
		return index_error(x, rc);
	sqlite3_busy_timeout(x->db, 5000);
	/* It can be made anew: durability would only cost time. */
	rc = sqlite3_exec(x->db,
	    "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
	    "PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;",
	    NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(x->db, "PRAGMA user_version", -1, &q,
		    NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW)
		version = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	*ret_fresh = version != INDEX_VERSION;
	if (version == INDEX_VERSION)
		return 0;
	/* What was not filled to its end has tables, and version 0. */
	if (version == 0)
		rc = sqlite3_exec(x->db, schema, NULL, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY)
		return QERR_AGAIN; /* another process fills it */
	return version == 0 && rc == SQLITE_OK ? 0 : QERR_VERSION;
}

static int
rebuild_feed(void *arg, const struct index_feed *f)
{
	int err = index_update(arg, &f->feed);

	return err == QERR_ABSENT ? 0 : err;
}

/* Fill a new one; only then it is of this version, and need not be filled again. */
static int
rebuild(struct index *x)
{
	char pragma[64];
	int err = index_feeds(x, rebuild_feed, x);

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d",
	    INDEX_VERSION);
	return err != 0 ? err : run(x, pragma);
}

static void
close_db(struct index *x)
{
	if (x->db != NULL)
		sqlite3_close(x->db);
	x->db = NULL;
}

int
index_begin(struct index **ret, struct store *s)
{
	struct index *x = calloc(1, sizeof(*x));
	int err;

	*ret = NULL;
	if (x == NULL)
		return QERR_NOMEM;
	x->store = s;
	if ((err = index_user_load(x)) != 0) {
		index_close(x);
		return err;
	}
	*ret = x;
	return 0;
}

int
index_ready(struct index *x)
{
	bool fresh = false;
	int err;

	if (x->db != NULL)
		return 0;
	err = open_db(x, &fresh);
	if (err != 0 && err != QERR_AGAIN) {
		/* Old or damaged: nothing in it is needed. */
		close_db(x);
		remove_files(x);
		err = open_db(x, &fresh);
	}
	if (err == 0 && fresh)
		err = rebuild(x);
	if (err != 0)
		close_db(x);
	return err;
}

int
index_open(struct index **ret, struct store *s)
{
	int err = index_begin(ret, s);

	if (err == 0 && (err = index_ready(*ret)) != 0) {
		index_close(*ret);
		*ret = NULL;
	}
	return err;
}

void
index_close(struct index *x)
{
	if (x == NULL)
		return;
	close_db(x);
	index_user_done(x);
	free(x);
}

/* Filling. */

struct fill {
	struct index *x;
	const struct index_follow *follow;
	struct shelf shelf;
	uint64_t *time; /* of each header, by number - 1 */
	uint64_t head;
	uint64_t articles; /* listed: to count them all would read them all */
	sqlite3_stmt *insert, *note;
	struct buf fold, authors;
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
    " WHERE excluded.revision > revision";

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

static int
finish(struct index *x, sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	sqlite3_reset(q);
	return index_error(x, rc);
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
	/* One that was there is updated, and gets no new place. */
	sqlite3_set_last_insert_rowid(f->x->db, 0);
	err = buf_err(&f->fold) != 0 || buf_err(&f->authors) != 0
		  ? QERR_NOMEM
		  : finish(f->x, q);
	f->articles += sqlite3_last_insert_rowid(f->x->db) != 0;
out:
	free(a);
	return err;
}

static int
note_pack(struct fill *f, const struct id *root)
{
	sqlite3_bind_blob(f->note, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(f->note, 2, root->b, 32, SQLITE_STATIC);
	return finish(f->x, f->note);
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
	return err != 0 ? err : note_pack(f, &f->shelf.pack[i].e.root);
}

static int
take_headers(struct fill *f, const struct row *r)
{
	struct header h;
	int err = 0;

	if ((f->time = calloc(r->n + 1, sizeof(*f->time))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < r->n && err == 0; i++) {
		err = header_read(&h, r->header[i]);
		if (err != 0 || h.number != i + 1)
			break;
		f->time[i] = h.time;
		f->head = h.number;
		err = shelf_add(&f->shelf, &h);
	}
	return qerr_is_peer_fault(err) ? 0 : err;
}

int
index_drop(struct index *x, const struct id *feed)
{
	static const char *const sql[] = {"DELETE FROM article WHERE feed=?1",
	    "DELETE FROM pack WHERE feed=?1", "DELETE FROM feed WHERE id=?1"};
	int err = 0;

	for (size_t i = 0; i < 3 && err == 0; i++) {
		sqlite3_stmt *q;

		if ((err = index_prepare(x, &q, sql[i])) != 0)
			break;
		sqlite3_bind_blob(q, 1, feed->b, 32, SQLITE_STATIC);
		err = finish(x, q);
		sqlite3_finalize(q);
	}
	return err;
}

/* The packs that are listed: their roots lead to |f|. */
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
load_count(struct fill *f)
{
	sqlite3_stmt *q;
	int rc, err = index_prepare(f->x, &q,
		    "SELECT articles FROM feed WHERE id=?1");

	if (err != 0)
		return err;
	sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	if ((rc = sqlite3_step(q)) == SQLITE_ROW)
		f->articles = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return index_error(f->x, rc);
}

/*
 * If a pack that is listed counts no longer, everything is listed anew: it was
 * withdrawn, or its header is no more.  One announced twice counts if one of them does.
 */
static int
drop_gone(struct fill *f, struct map *known)
{
	size_t live = 0;
	int err;

	for (size_t i = 0; i < f->shelf.n; i++) {
		struct shelf_pack *p = &f->shelf.pack[i];

		if (p->dead || p->e.tier != TIER_HEADS ||
		    map_get(known, &p->e.root) != f)
			continue;
		live++;
		if (map_put(known, &p->e.root, p) != 0) /* once */
			return QERR_NOMEM;
	}
	if (live == map_count(known))
		return 0;
	err = index_drop(f->x, &f->follow->feed);
	return err != 0 ? err : 1;
}

static int
fill_packs(struct fill *f)
{
	struct map *known = map_new(0);
	bool anew = false;
	int err = known == NULL ? QERR_NOMEM : load_known(f, known);

	if (err == 0 && (err = drop_gone(f, known)) > 0) {
		anew = true;
		err = 0;
	}
	if (err == 0)
		err = load_count(f);
	for (size_t i = 0; i < f->shelf.n && err == 0; i++) {
		const struct shelf_pack *p = &f->shelf.pack[i];
		struct tree_name t = {.kind = TREE_PACK, .id = p->e.root};

		if (p->e.tier != TIER_HEADS || p->dead ||
		    (!anew && map_get(known, &p->e.root) != NULL) ||
		    !store_has(f->x->store, &t))
			continue;
		err = fill_pack(f, i);
	}
	map_free(known);
	return err;
}

static int
fill_feed(struct fill *f)
{
	struct buf b, ends;
	struct signed_file file;
	struct charter *c = malloc(sizeof(*c));
	sqlite3_stmt *q = NULL;
	size_t n, from;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = c == NULL
		  ? QERR_NOMEM
		  : store_charters(f->x->store, &f->follow->feed, &b, &ends);
	n = ends.n / 4;
	if (err == 0 && n == 0)
		err = QERR_ABSENT;
	if (err == 0) {
		from = n > 1 ? load_le32(ends.p + 4 * (n - 2)) : 0;
		err = signed_decode(&file, bytes_of(b.p + from, b.n - from),
		    SIGNED_SIGS_MAX);
	}
	if (err == 0)
		err = charter_decode_body(c, file.body);
	if (err == 0)
		err = index_prepare(f->x, &q,
		    "INSERT OR REPLACE INTO feed VALUES (?1,?2,?3,?4,?5)");
	if (err == 0) {
		sqlite3_bind_blob(q, 1, f->follow->feed.b, 32, SQLITE_STATIC);
		bind_text(q, 2, c->name);
		bind_uint(q, 3, f->head);
		bind_uint(q, 4, c->version);
		bind_uint(q, 5, f->articles);
		err = finish(f->x, q);
	}
	sqlite3_finalize(q);
	free(c);
	buf_done(&b);
	buf_done(&ends);
	return err;
}

static int
update(struct index *x, const struct id *feed, const struct row *r)
{
	struct fill f = {.x = x, .follow = index_followed(x, feed)};
	int err;

	if (f.follow == NULL)
		return QERR_ABSENT;
	shelf_init(&f.shelf, x->store, feed, &f.follow->key);
	buf_init(&f.fold, 0);
	buf_init(&f.authors, 0);
	err = take_headers(&f, r);
	if (err == 0)
		err = run(x, "BEGIN IMMEDIATE");
	if (err == 0) {
		err = index_prepare(x, &f.insert, insert_sql);
		if (err == 0)
			err = index_prepare(x, &f.note,
			    "INSERT OR IGNORE INTO pack VALUES (?1,?2)");
		if (err == 0)
			err = fill_packs(&f);
		if (err == 0)
			err = fill_feed(&f); /* counts what is there now */
		sqlite3_finalize(f.insert);
		sqlite3_finalize(f.note);
		if (err == 0)
			err = run(x, "COMMIT");
		else
			sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
	}
	shelf_done(&f.shelf);
	free(f.time);
	buf_done(&f.fold);
	buf_done(&f.authors);
	return err;
}

int
index_update(struct index *x, const struct id *feed)
{
	struct row r;
	int err;

	row_init(&r);
	err = store_headers_kept(x->store, feed, &r);
	if (err == 0)
		err = update(x, feed, &r);
	row_done(&r);
	return err;
}

int
index_update_from(struct index *x, const struct id *feed, const struct row *r)
{
	return r->n > 0 ? update(x, feed, r) : index_update(x, feed);
}
