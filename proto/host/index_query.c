#include <stdlib.h>
#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/index_inner.h"
#include "proto/object/follow.h"

#define REF_SHORT 6 /* digits of a place in it */
#define HEX_MIN   6 /* characters of an id */

#define COLUMNS                                                           \
	"feed, id, number, revision, status, lang, title, name, authors," \
	" note, dated, date, size, pack_number, heads, text, text_root,"  \
	" record, address"

static const char *
column_text(sqlite3_stmt *q, int i)
{
	const unsigned char *t = sqlite3_column_text(q, i);

	return t == NULL ? "" : (const char *)t;
}

static bool
has_text(struct index *x, sqlite3_stmt *q)
{
	struct tree_name t = {.kind = TREE_PACK};

	if (sqlite3_column_bytes(q, 16) != 32)
		return false;
	memcpy(t.id.b, sqlite3_column_blob(q, 16), 32);
	return store_has(x->store, &t);
}

/* The row that |q| stands on; its texts last until the next step. */
static int
read_row(struct index *x, sqlite3_stmt *q, struct index_article *a)
{
	int status;

	*a = (struct index_article){0};
	if (sqlite3_column_bytes(q, 0) != 32 ||
	    sqlite3_column_bytes(q, 1) != ARTICLE_ID_LEN)
		return QERR_IO;
	memcpy(a->feed.b, sqlite3_column_blob(q, 0), 32);
	memcpy(a->id.b, sqlite3_column_blob(q, 1), ARTICLE_ID_LEN);
	a->number = (uint64_t)sqlite3_column_int64(q, 2);
	a->revision = (uint64_t)sqlite3_column_int64(q, 3);
	status = sqlite3_column_int(q, 4);
	a->status = (enum article_status)status;
	a->lang = column_text(q, 5);
	a->title = column_text(q, 6);
	a->name = column_text(q, 7);
	a->authors = column_text(q, 8);
	a->note = column_text(q, 9);
	a->has_date = sqlite3_column_int(q, 10) != 0;
	a->date = sqlite3_column_int64(q, 11);
	a->size = (uint64_t)sqlite3_column_int64(q, 12);
	a->pack_number = (uint64_t)sqlite3_column_int64(q, 13);
	a->heads = (unsigned)sqlite3_column_int(q, 14);
	a->text = sqlite3_column_type(q, 15) == SQLITE_NULL
		      ? UINT32_MAX
		      : (unsigned)sqlite3_column_int(q, 15);
	a->record = (uint32_t)sqlite3_column_int64(q, 17);
	a->read = index_is_read(x, &a->feed, &a->id);
	a->has_text = a->size == 0 || has_text(x, q);
	return 0;
}

static int
query_sql(struct buf *sql, const struct index_query *q)
{
	buf_put_str(sql, "SELECT " COLUMNS " FROM article WHERE 1");
	if (q->feed != NULL)
		buf_put_str(sql, " AND feed=?1");
	if (q->search != NULL)
		buf_put_str(sql, " AND instr(fold, ?2) > 0");
	if (q->lang != NULL)
		buf_put_str(sql, " AND (lang=?3 OR lang LIKE ?3 || '-%')");
	buf_put_str(sql, q->by_pack
			     ? " ORDER BY feed, pack_number, heads, record"
			     : " ORDER BY date DESC, number DESC, record");
	buf_put_u8(sql, 0);
	return buf_err(sql);
}

int
index_articles(struct index *x, const struct index_query *q,
    int (*fn)(void *, const struct index_article *), void *arg)
{
	struct buf sql, fold;
	sqlite3_stmt *s = NULL;
	size_t skip = q->offset, left = q->limit == 0 ? SIZE_MAX : q->limit;
	int err;

	buf_init(&sql, 0);
	buf_init(&fold, 0);
	err = query_sql(&sql, q);
	if (err == 0)
		err = index_prepare(x, &s, (const char *)sql.p);
	if (err != 0)
		goto out;
	if (q->feed != NULL)
		sqlite3_bind_blob(s, 1, q->feed->b, 32, SQLITE_STATIC);
	if (q->search != NULL) {
		fold_text(&fold, bytes_str(q->search));
		sqlite3_bind_text(s, 2, (const char *)fold.p, (int)fold.n,
		    SQLITE_STATIC);
	}
	if (q->lang != NULL)
		sqlite3_bind_text(s, 3, q->lang, -1, SQLITE_STATIC);
	while (left > 0 && err == 0) {
		struct index_article a;
		int rc = sqlite3_step(s);

		if (rc != SQLITE_ROW) {
			err = index_error(x, rc);
			break;
		}
		if ((err = read_row(x, s, &a)) != 0)
			break;
		if ((q->unread && a.read) || index_followed(x, &a.feed) == NULL)
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		left--;
		err = fn(arg, &a);
	}
out:
	sqlite3_finalize(s);
	buf_done(&sql);
	buf_done(&fold);
	return err;
}

void
index_list_add(struct buf *list, const struct index_article *a)
{
	if (list->n >= (size_t)INDEX_LIST_MAX * INDEX_KEY_LEN)
		return;
	buf_put(list, a->feed.b, 32);
	buf_put(list, a->id.b, ARTICLE_ID_LEN);
}

int
index_list_keep(struct index *x, const struct buf *list)
{
	int err = buf_err(list);

	return err != 0 ? err
			: store_put_file(x->store, "list", buf_bytes(list));
}

/* One row or QERR_ABSENT; QERR_DUPLICATE if there are several. */
static int
only_one(struct index *x, sqlite3_stmt *s,
    int (*fn)(void *, const struct index_article *), void *arg)
{
	struct index_article a;
	int rc = sqlite3_step(s), err;

	if (rc == SQLITE_DONE)
		return QERR_ABSENT;
	if (rc != SQLITE_ROW)
		return index_error(x, rc);
	if ((err = read_row(x, s, &a)) != 0)
		return err;
	/* Look if there is another before the first one's texts are used. */
	if (sqlite3_step(s) == SQLITE_ROW)
		return QERR_DUPLICATE;
	sqlite3_reset(s);
	if (sqlite3_step(s) != SQLITE_ROW)
		return QERR_ABSENT;
	if ((err = read_row(x, s, &a)) != 0)
		return err;
	return fn(arg, &a);
}

static int
find_in_list(struct index *x, uint64_t place,
    int (*fn)(void *, const struct index_article *), void *arg)
{
	sqlite3_stmt *s = NULL;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = store_get_file(x->store, "list", &b,
	    (size_t)INDEX_LIST_MAX * INDEX_KEY_LEN);
	if (err == 0 && (place == 0 || place * INDEX_KEY_LEN > b.n))
		err = QERR_ABSENT;
	if (err == 0)
		err = index_prepare(x, &s,
		    "SELECT " COLUMNS " FROM article WHERE feed=?1 AND id=?2");
	if (err == 0) {
		const uint8_t *p = b.p + (place - 1) * INDEX_KEY_LEN;

		sqlite3_bind_blob(s, 1, p, 32, SQLITE_STATIC);
		sqlite3_bind_blob(s, 2, p + 32, ARTICLE_ID_LEN, SQLITE_STATIC);
		err = only_one(x, s, fn, arg);
	}
	sqlite3_finalize(s);
	buf_done(&b);
	return err;
}

static bool
is_all(const char *ref, const char *set)
{
	return ref[0] != '\0' && ref[strspn(ref, set)] == '\0';
}

int
index_find(struct index *x, const char *ref,
    int (*fn)(void *, const struct index_article *), void *arg)
{
	static const char by_name[] =
	    "SELECT " COLUMNS " FROM article WHERE name=?1 OR address=?1";
	static const char by_id[] =
	    "SELECT " COLUMNS
	    " FROM article WHERE substr(lower(hex(id)), 1, length(?1))=?1";
	size_t n = strlen(ref);
	sqlite3_stmt *s;
	uint64_t place;
	int err;

	if (n <= REF_SHORT && is_all(ref, "0123456789") &&
	    dec_parse(&place, ref, n) == 0)
		return find_in_list(x, place, fn, arg);
	err = index_prepare(x, &s,
	    n >= HEX_MIN && is_all(ref, "0123456789abcdef") ? by_id : by_name);
	if (err != 0)
		return err;
	sqlite3_bind_text(s, 1, ref, -1, SQLITE_STATIC);
	err = only_one(x, s, fn, arg);
	sqlite3_finalize(s);
	return err;
}

/* Feeds. */

struct feed_row {
	char *name;
	uint64_t head, charter, articles;
};

static int
read_feed(struct index *x, const struct id *feed, struct feed_row *r)
{
	sqlite3_stmt *s;
	int err = index_prepare(x, &s,
	    "SELECT name, head, charter, articles FROM feed WHERE id=?1");
	int rc;

	*r = (struct feed_row){0};
	if (err != 0)
		return err;
	sqlite3_bind_blob(s, 1, feed->b, 32, SQLITE_STATIC);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		r->name = strdup(column_text(s, 0));
		r->head = (uint64_t)sqlite3_column_int64(s, 1);
		r->charter = (uint64_t)sqlite3_column_int64(s, 2);
		r->articles = (uint64_t)sqlite3_column_int64(s, 3);
	}
	err = index_error(x, rc);
	sqlite3_finalize(s);
	return err;
}

int
index_unread(struct index *x, const struct id *feed, uint64_t *ret)
{
	sqlite3_stmt *s;
	int err = index_prepare(x, &s, "SELECT id FROM article WHERE feed=?1");
	struct article_id id;
	int rc;

	*ret = 0;
	if (err != 0)
		return err;
	sqlite3_bind_blob(s, 1, feed->b, 32, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(s, 0) != ARTICLE_ID_LEN)
			continue;
		memcpy(id.b, sqlite3_column_blob(s, 0), ARTICLE_ID_LEN);
		*ret += !index_is_read(x, feed, &id);
	}
	err = index_error(x, rc);
	sqlite3_finalize(s);
	return err;
}

int
index_feeds(struct index *x, int (*fn)(void *, const struct index_feed *),
    void *arg)
{
	struct follow *link = malloc(sizeof(*link));
	int err = link == NULL ? QERR_NOMEM : 0;

	for (size_t i = 0; i < x->n_follow && err == 0; i++) {
		const struct index_follow *f = &x->follow[i];
		struct index_feed out = {.feed = f->feed,
		    .has_key = true,
		    .key = f->key,
		    .link = f->link,
		    .synced = f->synced};
		struct feed_row r;

		if ((err = read_feed(x, &f->feed, &r)) != 0 ||
		    (err = follow_parse(link, bytes_str(f->link))) != 0) {
			free(r.name);
			break;
		}
		out.name =
		    r.name != NULL && r.name[0] != '\0' ? r.name : link->name;
		out.head = r.head;
		out.charter = r.charter;
		out.articles = r.articles;
		err = fn(arg, &out);
		free(r.name);
	}
	free(link);
	return err;
}
