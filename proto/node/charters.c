#include "proto/node/inner.h"

/* Charters that came in, and the proof that a feed's roots contradict themselves. */

/* Below |version| there is what may be told, until another is stored. */
static void
lower(struct track *s, uint64_t version)
{
	update_forget(s->head.n, OBJECT_CHARTER, &s->head.id, version);
	if (s->head.charter < version)
		return;
	s->head.charter = version - 1;
	head_changed(&s->head);
}

int
charters_proof(struct track *s, struct bytes a, struct bytes b,
    struct link *from)
{
	struct node *n = s->head.n;
	uint64_t floor, version;
	int err = feed_add_fork(s->feed, a, b, &floor);

	if (err == QERR_NOMEM)
		node_fail(n, err);
	if (err != 0)
		return accept_fault(err);
	version = feed_forked(s->feed, &a, &b);
	buf_clear(&n->scratch);
	proof_encode(&n->scratch, a, b);
	update_put(n, OBJECT_CHARTERS, &s->head.id, 0, buf_bytes(&n->scratch));
	lower(s, version);
	head_changed(&s->head);
	update_tell(n, FACT_FORK, &s->head.id, 0, version);
	spread_charters(&s->head, from);
	accept_verdict(s, floor);
	return 0;
}

int
charters_accept(struct track *s, struct bytes file, struct link *from)
{
	struct node *n = s->head.n;
	uint64_t before = track_charter(s), floor;
	int err = feed_add_charter(s->feed, file, &floor);
	struct charter c;

	if (err == QERR_FORK && charter_peek(&c, file) == 0 &&
	    c.version <= before)
		return charters_proof(s, feed_charter_file(s->feed, c.version),
		    file, NULL);
	/* It follows another than ours: of an earlier version there are two. */
	if (from != NULL && err == QERR_CHAIN && charter_peek(&c, file) == 0 &&
	    c.version == before + 1)
		share_differs(share_of(from, &s->head));
	if (err == QERR_NOMEM)
		node_fail(n, err);
	if (err != 0)
		return accept_fault(err);
	update_put(n, OBJECT_CHARTER, &s->head.id, track_charter(s), file);
	if (track_charter(s) <= before) /* a successor has spoken */
		lower(s, track_charter(s) + 1);
	accept_verdict(s, floor);
	update_tell(n, FACT_CHARTER, &s->head.id, track_charter(s), floor);
	return 0;
}
