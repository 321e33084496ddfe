#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/index_fill_inner.h"

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

/*
 * What a volume says need not be looked for in the packs it was made of: most readers never
 * had them.
 */
static int
mark_covered(struct fill *f)
{
	size_t *by = calloc((size_t)f->head + 1, sizeof(*by));

	if (by == NULL)
		return QERR_NOMEM;
	for (size_t i = f->shelf.n; i-- > 0;) {
		const struct pack_entry *e = &f->shelf.pack[i].e;
		size_t volume = by[e->first];

		if (e->tier != TIER_HEADS)
			continue;
		if (volume != 0 && volume == by[e->last])
			f->mark[i] |= MARK_COVERED;
		for (uint64_t k = e->first;
		     k <= e->last && (f->mark[i] & MARK_HERE) != 0; k++)
			by[k] = i;
	}
	free(by);
	return 0;
}

int
index_fill_mark(struct fill *f)
{
	struct map *known = map_new(0);
	int err = known == NULL ? QERR_NOMEM : load_known(f, known);

	if (err == 0)
		err = mark_heads(f);
	if (err == 0)
		err = mark_known(f, known);
	if (err == 0)
		err = mark_covered(f);
	map_free(known);
	return err;
}

int
index_fill_note(struct fill *f, size_t i)
{
	struct id by;

	listed_by(f, i, f->here, &by);
	sqlite3_bind_blob(f->note, 1, f->follow->feed.b, 32, SQLITE_STATIC);
	sqlite3_bind_blob(f->note, 2, by.b, 32, SQLITE_STATIC);
	return index_finish(f->x, f->note);
}
