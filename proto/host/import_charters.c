#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"
#include "proto/object/proof.h"

/* Charters that a source has, and the proof that a feed's roots contradict themselves. */

static int
put(struct import *m, enum tree_kind kind, uint64_t number, struct bytes file)
{
	struct tree_name t = {.kind = kind, .id = m->id, .number = number};
	int err = store_put(m->store, &t, file, false);

	return err != 0 ? err : import_commit(m);
}

static bool
is_announced_before(const struct import *m, const struct id *root,
    uint64_t floor)
{
	const struct shelf *s = &m->shelf;

	for (size_t i = 0; i < s->n && s->pack[i].number < floor; i++)
		if (id_eq(&s->pack[i].e.root, root))
			return true;
	return false;
}

/* Packs that only headers from |floor| on announce: with these, nobody could ask for
 * their deletion any more. */
static int
drop_packs(struct import *m, uint64_t floor)
{
	int err = 0;

	for (size_t i = 0; i < m->shelf.n && err == 0; i++) {
		const struct shelf_pack *p = &m->shelf.pack[i];
		struct tree_name t = {.kind = TREE_PACK, .id = p->e.root};

		if (p->number >= floor &&
		    !is_announced_before(m, &p->e.root, floor))
			err = store_forget(m->store, &t);
	}
	return err;
}

/* What is here stands under other charters now: it is made to fit them. */
static int
cut(struct import *m, uint64_t floor)
{
	uint64_t version = feed_charter(m->feed)->version;
	int err = store_forget_charters(m->store, &m->id, version + 1);

	m->changed = true;
	if (err == 0)
		err = drop_packs(m, floor);
	if (err == 0 && floor != UINT64_MAX)
		err = store_forget_headers(m->store, &m->id, floor);
	return err;
}

/* |a| and |b| are said to be two charters of one version. */
static int
add_fork(struct import *m, struct bytes a, struct bytes b)
{
	struct buf proof;
	uint64_t floor;
	int err = feed_add_fork(m->feed, a, b, &floor);

	if (err != 0)
		return qerr_is_fatal(err) ? err : 0;
	m->r->forked_charter = feed_forked(m->feed, &a, &b);
	buf_init(&proof, 0);
	proof_encode(&proof, a, b);
	err = put(m, TREE_CHARTERS, 0, buf_bytes(&proof));
	buf_done(&proof);
	return err != 0 ? err : cut(m, floor);
}

/* It contradicts one of ours. */
static int
meet(struct import *m, struct bytes file)
{
	struct charter c;
	int err = charter_peek(&c, file);

	if (err == 0 && feed_charter_file(m->feed, c.version).p != NULL)
		err = add_fork(m, feed_charter_file(m->feed, c.version), file);
	return err != 0 ? err : QERR_FORK;
}

/*
 * The source's charter of |version|; QERR_DUPLICATE if we have it.  Who gives one that we
 * have as every version would be asked for ever.
 */
static int
add(struct import *m, uint64_t version, struct bytes file)
{
	struct charter c;
	uint64_t floor;
	int err = charter_peek(&c, file);

	if (err == 0 && c.version != version)
		err = QERR_ORDER;
	if (err == 0)
		err = feed_add_charter(m->feed, file, &floor);
	if (err != 0)
		return err == QERR_FORK ? meet(m, file) : err;
	m->r->charters++;
	err = put(m, TREE_CHARTER, feed_charter(m->feed)->version, file);
	return err != 0 ? err : cut(m, floor);
}

static bool
is_known(const struct import *m, uint64_t version)
{
	return feed_charter_file(m->feed, version).p != NULL;
}

int
import_charters(struct import *m, uint64_t from)
{
	struct tree_name t = {
	    .kind = TREE_CHARTER, .id = m->id, .number = from};
	struct buf b;
	int err;

	buf_init(&b, 0);
	for (;; t.number++) {
		err = import_try(m, &t, CHARTER_FILE_MAX, &b);
		/* A part of a tree may begin with those that are new. */
		if (err == QERR_ABSENT && is_known(m, t.number))
			continue;
		if (err == 0)
			err = add(m, t.number, buf_bytes(&b));
		if (err != 0 && err != QERR_DUPLICATE)
			break;
	}
	buf_done(&b);
	if (qerr_is_fatal(err))
		return err;
	if (err != QERR_ABSENT)
		import_blame(m, &t, err);
	return feed_charter(m->feed) == NULL ? QERR_ABSENT : 0;
}

int
import_fork(struct import *m)
{
	struct tree_name t = {.kind = TREE_CHARTERS, .id = m->id};
	struct bytes one, other;
	struct buf b;
	int err = 0;

	m->r->forked_charter = feed_forked(m->feed, &one, &other);
	buf_init(&b, 0);
	if (import_try(m, &t, PROOF_CHARTER_FILE_MAX, &b) == 0 &&
	    proof_decode(buf_bytes(&b), &one, &other) == 0)
		err = add_fork(m, one, other);
	buf_done(&b);
	return err;
}
