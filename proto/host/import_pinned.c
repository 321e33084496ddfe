#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"

/*
 * What is here, or what the source has, is not the history that the charter pins: nobody
 * can tell before the last of the pinned headers.  So all of them are asked of the source
 * alone, and wait aside; they take the place of ours once they are the pinned.
 */

/* The charters of |ours| in a feed of their own. */
static int
copy_charters(struct feed *theirs, const struct feed *ours)
{
	uint64_t last = feed_charter(ours)->version, floor;
	struct bytes one, other;
	int err = 0;

	for (uint64_t v = 1; v <= last && err == 0; v++)
		err = feed_add_charter(theirs, feed_charter_file(ours, v),
		    &floor);
	if (err == 0 && feed_forked(ours, &one, &other) != 0)
		err = feed_add_fork(theirs, one, other, &floor);
	return err;
}

static bool
is_announced(const struct shelf *s, const struct id *root)
{
	for (size_t i = 0; i < s->n; i++)
		if (id_eq(&s->pack[i].e.root, root))
			return true;
	return false;
}

/* Packs that only |ours| announces: nobody would ask for them any more. */
static int
drop_packs(struct import *m, const struct shelf *ours)
{
	int err = 0;

	for (size_t i = 0; i < ours->n && err == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = ours->pack[i].e.root};

		if (!is_announced(&m->shelf, &t.id))
			err = store_forget(m->store, &t);
	}
	return err;
}

static int
put_headers(struct import *m, const struct buf *files)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id, .number = 1};
	struct reader r;
	int err = 0;

	reader_init(&r, files->p, files->n);
	for (; r.p < r.end && err == 0; t.number++) {
		struct bytes file = cbor_skip(&r);

		err = store_put(m->store, &t, file, true);
		m->r->headers++;
	}
	return err == 0 ? import_commit(m) : err;
}

/* In this order whoever is killed finds what is left to be done, or all of it. */
static int
replace(struct import *m, const struct shelf *ours, const struct buf *files)
{
	int err = drop_packs(m, ours);

	if (err == 0)
		err = store_forget_headers(m->store, &m->id, 1);
	if (err == 0)
		err = put_headers(m, files);
	if (err == 0)
		m->r->fault = 0;
	return err;
}

int
import_pinned(struct import *m)
{
	static const struct reading_key none;
	uint64_t pin = feed_charter(m->feed)->pin;
	struct shelf shelf = m->shelf;
	struct feed *ours = m->feed;
	struct buf files;
	int err;

	if (feed_head(ours) >= pin)
		return QERR_PINNED; /* it is here */
	if ((m->feed = feed_new(&m->id)) == NULL) {
		m->feed = ours;
		return QERR_NOMEM;
	}
	buf_init(&files, 0);
	shelf_init(&m->shelf, m->store, &m->id, &none);
	err = copy_charters(m->feed, ours);
	m->aside = &files;
	if (err == 0)
		err = import_up_to(m, pin);
	m->aside = NULL;
	if (err == 0)
		err = buf_err(&files);
	if (err == 0)
		err = replace(m, &shelf, &files);
	feed_free(m->feed);
	shelf_done(&m->shelf);
	m->feed = ours;
	m->shelf = shelf;
	buf_done(&files);
	return err == 0 ? import_look_again(m) : err;
}
