#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/held.h"
#include "proto/host/import_inner.h"

void
import_blame(struct import *m, const struct tree_name *t, int err)
{
	if (m->r->fault != 0 || (err == QERR_IO && m->src->far))
		return; /* that it is gone is no fault of this file */
	m->r->fault = err;
	tree_path(m->r->fault_at, t);
}

/* One file that a stick cannot read any more costs no other. */
int
import_try(struct import *m, const struct tree_name *t, size_t max,
    struct buf *b)
{
	int err = import_get(m->src, t, max, b);

	if (err != QERR_IO || m->src->far)
		return err;
	import_blame(m, t, err);
	return QERR_ABSENT;
}

/* What is here already. */

static int
restore(struct import *m)
{
	struct header h;
	struct held held;
	int err = held_load(&held, m->store, m->feed, true);

	for (size_t i = 0; i < held.row.n && err == 0; i++)
		if ((err = row_header(&held.row, i, &h)) == 0)
			err = shelf_add(&m->shelf, &h);
	row_done(&m->row);
	m->row = held.row;
	row_init(&held.row);
	held_done(&held);
	return err;
}

int
import_look_again(struct import *m)
{
	static const struct reading_key none;

	shelf_done(&m->shelf);
	shelf_init(&m->shelf, m->store, &m->id, &none);
	feed_free(m->feed);
	m->feed = feed_new(&m->id);
	return m->feed == NULL ? QERR_NOMEM : restore(m);
}

int
import_commit(struct import *m)
{
	m->waiting = 0;
	return store_commit(m->store);
}

/* True if the source knows the feed at all: its head, or its first charter. */
static bool
is_there(struct import *m)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	struct buf b;
	bool there;

	buf_init(&b, 0);
	there = import_try(m, &t, HEADER_FILE_MAX, &b) == 0;
	t.kind = TREE_CHARTER;
	t.number = 1;
	there = there || import_try(m, &t, CHARTER_FILE_MAX, &b) == 0;
	buf_done(&b);
	return there;
}

/*
 * Charters first, and what ends them.  Who is near is asked for all of them: one that
 * contradicts ours is a proof.  Of who is far only the next one is asked for, unless its
 * headers do not fit ours.
 */
static int
take_charters(struct import *m, bool all)
{
	const struct charter *c = feed_charter(m->feed);
	int err = import_charters(m, all || c == NULL ? 1 : c->version + 1);

	if (err == 0)
		err = import_fork(m);
	if (err == 0 && m->changed)
		err = import_look_again(m);
	m->changed = false;
	return err;
}

/* True if it may be the charters for which the source's headers do not count. */
static bool
is_strange(const struct import *m)
{
	switch (m->r->fault) {
	case QERR_KEY:
	case QERR_REVOKED:
	case QERR_QUORUM:
	case QERR_CHAIN:
	case QERR_CHARTER:
		return m->src->far && m->r->forked_charter == 0;
	default:
		return false;
	}
}

int
import_feed(struct store *s, const struct id *feed, struct import_source *src,
    const struct import_config *cfg, struct import_result *ret)
{
	struct import m = {
	    .store = s, .src = src, .cfg = cfg, .r = ret, .id = *feed};
	static const struct reading_key none;
	int err = QERR_NOMEM;

	*ret = (struct import_result){0};
	row_init(&m.row);
	shelf_init(&m.shelf, s, feed, &none);
	if ((m.feed = feed_new(feed)) != NULL)
		err = restore(&m);
	if (err == 0 && src->has != NULL && !src->has(src, m.feed))
		err = QERR_ABSENT;
	if (err == 0)
		err = take_charters(&m, !src->far);
	if (err == 0 && ret->charters == 0 && !is_there(&m))
		err = QERR_ABSENT;
	if (err == 0)
		err = import_proofs_known(&m);
	if (err == 0)
		err = import_headers(&m);
	if (err == 0 && is_strange(&m))
		err = take_charters(&m, true);
	if (err == 0)
		err = import_drop_dead(&m);
	if (err == 0)
		err = import_packs(&m);
	if (err == 0)
		err = store_keep_headers(s, m.feed, &m.row);
	if (src->slow && (err == 0 || err == QERR_IO || err == QERR_ABSENT))
		err = QERR_AGAIN;
	row_done(&m.row);
	free(m.want);
	feed_free(m.feed);
	shelf_done(&m.shelf);
	return err;
}
