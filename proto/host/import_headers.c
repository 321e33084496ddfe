#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"

#define BATCH 128 /* headers of one commit */

static int
add_headers(struct import *m, uint64_t first, const struct bytes *file,
    size_t n, size_t *ret_good)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct header h;
	int err = 0;

	for (*ret_good = 0; *ret_good < n; ++*ret_good)
		if ((err = feed_add_header(m->feed, file[*ret_good], &h)) != 0)
			break;
	if (err == 0 || qerr_is_fatal(err))
		return err;
	t.number = first + *ret_good;
	m->r->forked = m->r->forked || err == QERR_FORK;
	import_blame(m, &t, err);
	return err;
}

static int
keep_header(struct import *m, uint64_t number, struct bytes file)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = m->id, .number = number};
	struct header h;
	int err;

	if ((err = header_peek(&h, file)) != 0 ||
	    (err = shelf_add(&m->shelf, &h)) != 0 ||
	    (err = store_put(m->store, &t, file, true)) != 0)
		return err;
	m->r->headers++;
	return 0;
}

/* Headers |first| to |first| + |n| - 1, or as many of them as hold. */
static int
take_batch(struct import *m, uint64_t first, size_t n)
{
	struct buf b[BATCH];
	struct bytes file[BATCH];
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	size_t got = 0, good = 0;
	int err = 0, fault = 0;

	for (size_t i = 0; i < n; i++)
		buf_init(&b[i], 0);
	for (; got < n; got++) {
		t.number = first + got;
		if ((fault = import_try(m, &t, HEADER_FILE_MAX, &b[got])) != 0)
			break;
		file[got] = buf_bytes(&b[got]);
	}
	if (fault != 0) /* absent as well: the head said that it is there */
		import_blame(m, &t, fault);
	if (got > 0 && (err = add_headers(m, first, file, got, &good)) != 0)
		fault = err;
	err = qerr_is_fatal(err) ? err : 0;
	for (size_t i = 0; i < good && err == 0; i++)
		err = keep_header(m, first + i, file[i]);
	for (size_t i = 0; i < n; i++)
		buf_done(&b[i]);
	if (err == 0)
		err = import_commit(m);
	return err != 0 ? err : fault;
}

/* The head is not to be had.  Where nothing was published there is none. */
static void
miss_head(struct import *m, int err)
{
	struct tree_name head = {.kind = TREE_HEAD, .id = m->id};
	struct tree_name next = {.kind = TREE_ISSUE, .id = m->id};
	struct buf b;

	next.number = feed_head(m->feed) + 1;
	buf_init(&b, 0);
	if (!qerr_is_fatal(err) &&
	    (err != QERR_ABSENT ||
		import_try(m, &next, HEADER_FILE_MAX, &b) == 0))
		import_blame(m, &head, err);
	buf_done(&b);
}

/*
 * What is here, or what the source has, is not the history that the charter pins: all
 * is asked of the source alone, and then it is known which.
 */
static int
start_over(struct import *m)
{
	int err;

	/* What these announced: what is not announced again goes. */
	for (size_t i = 0; i < m->shelf.n; i++)
		buf_put(&m->doubtful, m->shelf.pack[i].e.root.b,
		    sizeof(m->shelf.pack[i].e.root.b));
	if ((err = buf_err(&m->doubtful)) != 0)
		return err;
	err = store_forget_headers(m->store, &m->id, 1);

	m->r->fault = 0;
	if (err == 0)
		err = import_commit(m);
	return err != 0 ? err : import_look_again(m);
}

static bool
is_announced(const struct import *m, const struct id *root)
{
	for (size_t i = 0; i < m->shelf.n; i++)
		if (id_eq(&m->shelf.pack[i].e.root, root))
			return true;
	return false;
}

/* The pinned history is here: what was announced in another, and not in it, nobody would
 * ask for any more. */
static int
drop_doubtful(struct import *m)
{
	struct tree_name t = {.kind = TREE_PACK};
	int err = 0;

	for (size_t at = 0; at < m->doubtful.n && err == 0;
	     at += sizeof(t.id.b)) {
		memcpy(t.id.b, m->doubtful.p + at, sizeof(t.id.b));
		if (!is_announced(m, &t.id))
			err = store_forget(m->store, &t);
	}
	buf_clear(&m->doubtful);
	return err;
}

static int
take_up_to(struct import *m, uint64_t head)
{
	int err = 0;

	while (err == 0 && !m->r->forked && feed_head(m->feed) < head) {
		uint64_t left = head - feed_head(m->feed);

		err = take_batch(m, feed_head(m->feed) + 1,
		    left < BATCH ? (size_t)left : BATCH);
	}
	return err;
}

int
import_headers(struct import *m)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	bool proved = m->r->forked;
	struct header h = {.number = 0};
	int err, fault;
	struct buf b;

	buf_init(&b, 0);
	err = import_try(m, &t, HEADER_FILE_MAX, &b);
	if (err != 0) {
		miss_head(m, err);
	} else {
		err = feed_check_head(m->feed, buf_bytes(&b), &h);
		m->r->rollback = err == QERR_ROLLBACK;
		m->r->forked = m->r->forked || err == QERR_FORK;
		if (err != 0 && err != QERR_ROLLBACK && err != QERR_DUPLICATE)
			import_blame(m, &t, err);
		if (err == 0 || err == QERR_DUPLICATE)
			if ((fault = import_proof(m, h.number)) != 0)
				err = fault;
		proved = proved || (m->r->forked && err != QERR_FORK);
	}
	if (err == 0) {
		err = take_up_to(m, h.number);
		/* What we had was not the pinned. */
		if (err == QERR_PINNED && (err = start_over(m)) == 0)
			err = take_up_to(m, h.number);
		if (err == 0 &&
		    feed_head(m->feed) >= feed_charter(m->feed)->pin)
			err = drop_doubtful(m);
	}
	buf_done(&b);
	if (!qerr_is_fatal(err) && m->r->forked && !proved)
		err = import_proof_made(m, h.number);
	return qerr_is_fatal(err) ? err : 0;
}
