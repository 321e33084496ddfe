#include "proto/node/inner.h"

/*
 * What a driver found where nobody speaks: in a web host's tree.  It counts for no more and
 * no less than what a link gives, but there is nobody to blame.
 */

static void
found_header(struct track *s, struct bytes file)
{
	struct header h;
	int err = feed_check_head(s->feed, file, &h);

	if (err == QERR_FORK)
		accept_rival(s, h.number, file);
	else if (err == 0 && h.number == feed_head(s->feed) + 1)
		accept_headers(s, &file, 1, NULL);
}

static void
found_proof(struct track *s, struct bytes file, bool charters)
{
	struct bytes a, b;

	if (proof_decode(file, &a, &b) != 0)
		return;
	if (charters)
		charters_proof(s, a, b, NULL);
	else
		accept_proof(s->head.n, a, b, NULL);
}

/* Pieces of |p| from |i| on: those that are not of it are not taken. */
static void
found_pieces(struct pack *p, size_t i, struct bytes data, struct bytes hashes)
{
	struct node *n = p->track->head.n;
	struct part *t = part_open(n, p);
	size_t len;

	if (t == NULL || i >= t->n_piece ||
	    (t->n_piece > 1 && t->hash == NULL &&
		part_set_hashes(t, hashes) != 0))
		return;
	for (; i < t->n_piece; i++) {
		len = piece_len(p->size, i);
		if (data.n < len)
			return;
		part_take(n, t, i, bytes_of(data.p, len));
		data = bytes_of(data.p + len, data.n - len);
	}
}

void
found(struct node *n, const struct node_event *ev)
{
	struct track *s = track_find(n, &ev->found.id);
	struct pack *p = pack_find(n, &ev->found.id);
	struct bytes data = ev->found.data;

	if (ev->found.kind == OBJECT_PIECE) {
		if (!n->full && p != NULL && p->state == PACK_WANTED &&
		    p->track != NULL)
			found_pieces(p, (size_t)ev->found.number, data,
			    ev->found.hashes);
		return;
	}
	if (s == NULL)
		return;
	if (ev->found.kind == OBJECT_CHARTER)
		charters_accept(s, data, NULL);
	else if (ev->found.kind == OBJECT_HEADER)
		found_header(s, data);
	else
		found_proof(s, data, ev->found.kind == OBJECT_CHARTERS);
}
