#include "proto/host/import_inner.h"
#include "proto/object/proof.h"

static int
keep_proof(struct import *m, struct bytes one, struct bytes other)
{
	struct tree_name t = {.kind = TREE_PROOF, .id = m->id};
	struct buf b;
	int err;

	if (feed_check_fork(m->feed, one, other, &t.number) != 0)
		return 0;
	m->r->forked = true;
	if (store_has(m->store, &t))
		return 0;
	buf_init(&b, 0);
	proof_encode(&b, one, other);
	if ((err = buf_err(&b)) == 0 &&
	    (err = store_put(m->store, &t, buf_bytes(&b), false)) == 0)
		err = import_commit(m);
	buf_done(&b);
	return err;
}

int
import_proofs_known(struct import *m)
{
	struct bytes one, other;
	struct buf b, ends;
	uint64_t number;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = store_proofs(m->store, &m->id, &b, &ends);
	for (size_t i = 0; i < ends.n / 4 && err == 0; i++)
		if (proof_decode(bytes_part(buf_bytes(&b), buf_bytes(&ends), i),
			&one, &other) == 0 &&
		    feed_check_fork(m->feed, one, other, &number) == 0)
			m->r->forked = true;
	buf_done(&b);
	buf_done(&ends);
	return err;
}

int
import_proof(struct import *m, uint64_t number)
{
	struct tree_name t = {
	    .kind = TREE_PROOF, .id = m->id, .number = number};
	struct bytes one, other;
	struct buf b;
	int err = 0;

	buf_init(&b, 0);
	if (import_try(m, &t, PROOF_FILE_MAX, &b) == 0 &&
	    proof_decode(buf_bytes(&b), &one, &other) == 0)
		err = keep_proof(m, one, other);
	buf_done(&b);
	return err;
}

int
import_rival(struct import *m, struct bytes theirs)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct header h;
	struct buf ours;
	int err = 0;

	m->r->forked = true;
	if (header_peek(&h, theirs) != 0)
		return 0;
	t.number = h.number;
	buf_init(&ours, 0);
	if (store_get(m->store, &t, &ours) == 0)
		err = keep_proof(m, buf_bytes(&ours), theirs);
	buf_done(&ours);
	return err;
}

int
import_proof_made(struct import *m, uint64_t head)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct buf ours, theirs;
	int err = 0;

	t.number = head < feed_head(m->feed) ? head : feed_head(m->feed);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	if (store_get(m->store, &t, &ours) == 0 &&
	    import_header(m, t.number, &theirs) == 0)
		err = keep_proof(m, buf_bytes(&ours), buf_bytes(&theirs));
	buf_done(&ours);
	buf_done(&theirs);
	return err;
}
