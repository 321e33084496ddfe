#include <string.h>

#include "proto/node/inner.h"

#define HEADERS_MAX 512 /* in one GIVE */

static int
give_charters(struct link *l, struct ask *a, const struct msg_give *g)
{
	struct reader r;
	int err = 0;

	if (a->head == NULL)
		return stranger_charters(l, g->data, g->status != GIVE_MORE);
	if (g->data.n == 0)
		return 0;
	l->gained = true;
	reader_init(&r, g->data.p, g->data.n);
	while (r.err == 0 && r.p < r.end && err == 0) {
		struct bytes file = cbor_bytes_in(&r, 1, CHARTER_FILE_MAX);

		if (r.err == 0)
			err =
			    a->head->followed
				? charters_accept(head_track(a->head), file, l)
				: carry_charter(head_carried(a->head), l, file);
	}
	return r.err != 0 ? r.err : err;
}

/* Its header of our head's number; if that is ours, it is the charters that differ. */
static void
give_rival(struct link *l, const struct ask *a, struct bytes file)
{
	struct track *s = head_track(a->head);
	struct share *sh = share_of(l, a->head);
	struct header h;

	if (header_peek(&h, file) != 0 || h.number != feed_head(s->feed) ||
	    !id_eq(&h.hash, feed_head_hash(s->feed)))
		accept_rival(s, a->first, file);
	else if (sh->charter >= track_charter(s))
		share_differs(sh);
}

static int
give_headers(struct link *l, struct ask *a, const struct msg_give *g)
{
	struct bytes file[HEADERS_MAX];
	struct track *s;
	struct reader r;
	size_t count = 0;

	if (g->data.n == 0)
		return 0;
	if (g->offset != a->next)
		return QERR_PROTOCOL;
	reader_init(&r, g->data.p, g->data.n);
	while (r.err == 0 && r.p < r.end) {
		if (count == HEADERS_MAX || a->next + count > a->last)
			return QERR_PROTOCOL;
		file[count++] = cbor_bytes_in(&r, 1, HEADER_FILE_MAX);
	}
	if (r.err != 0)
		return r.err;
	a->next += count;
	if (!a->head->followed)
		return carry_header(head_carried(a->head), l, a->first,
		    file[0]);
	l->gained = true;
	s = head_track(a->head);
	if (a->fork_check) {
		give_rival(l, a, file[0]);
		return 0;
	}
	return accept_headers(s, file, count, l);
}

/* It was put together, and is of use or not: nothing more goes on it. */
static void
forget_some(struct link *l)
{
	if (l->contact != NULL)
		buf_clear(&l->contact->some);
}

static int
give_hashes(struct link *l, struct ask *a, const struct msg_give *g)
{
	struct part *t = a->part;
	struct bytes all;
	int err;

	/* Or another link was faster. */
	if (g->status == GIVE_NOT_HELD || g->status == GIVE_BUSY ||
	    t->hash != NULL)
		return 0;
	err = brief_gather(l, a, g, t->n_piece * sizeof(struct id), &all);
	if (err != 0 || all.p == NULL)
		return err;
	if ((err = part_set_hashes(t, all)) == QERR_BADHASH)
		l->n->bytes_wasted += all.n;
	else
		fetch_look(l->n); /* for its pieces anybody may be asked */
	if (a->last > 0)
		forget_some(l);
	return err;
}

static int
take_piece(struct link *l, struct part *t, size_t i, struct bytes data)
{
	int err = part_take(l->n, t, i, data);

	if (err != 0)
		return err == QERR_DUPLICATE ? 0 : err;
	l->proven = l->gained = true;
	merit_bytes(l, data.n);
	return 0;
}

/* The hashes that were to come before it did not. */
static void
waste_piece(struct link *l, struct part *t, size_t i, struct bytes data)
{
	l->n->bytes_wasted += data.n;
	part_unask(t, i);
}

static int
give_piece(struct link *l, struct ask *a, const struct msg_give *g)
{
	size_t i = (size_t)a->next;
	int err;

	if (g->data.n == 0)
		return 0;
	if (a->next > a->last || g->offset != a->next ||
	    g->data.n != piece_len(a->part->pack->size, i))
		return QERR_PROTOCOL;
	if (a->part->n_piece > 1 && a->part->hash == NULL)
		waste_piece(l, a->part, i, g->data);
	else if ((err = take_piece(l, a->part, i, g->data)) != 0)
		return err;
	l->n->in_flight -= g->data.n;
	a->next++;
	return 0;
}

static int
give_part(struct link *l, struct ask *a, const struct msg_give *g)
{
	struct part *t = a->part;
	size_t i = (size_t)a->first;
	struct bytes all;
	int err;

	if (g->data.n == 0)
		return 0;
	err = brief_gather(l, a, g, piece_len(t->pack->size, i), &all);
	if (err != 0 || all.p == NULL)
		return err;
	err = take_piece(l, t, i, all);
	forget_some(l);
	return err;
}

static int
give_any(struct link *l, struct ask *a, const struct msg_give *g)
{
	switch (a->what) {
	case ASK_CHARTERS:
		return give_charters(l, a, g);
	case ASK_HEADERS:
		return give_headers(l, a, g);
	case ASK_PIECE_HASHES:
		return give_hashes(l, a, g);
	case ASK_PIECES:
		return give_piece(l, a, g);
	case ASK_PART:
		return a->pack != NULL ? receipt_heard(l, a, g)
				       : give_part(l, a, g);
	case ASK_PEERS: /* they came before this */
		return 0;
	}
	return QERR_PROTOCOL;
}

/* Less of |s| came than was asked for, to go on from: it died since. */
static void
look_at_share(struct link *l, const struct ask *a, struct track *s)
{
	struct share *sh = share_of(l, a->head);

	if (!a->fork_check &&
	    (a->what == ASK_CHARTERS ? track_charter(s) < a->first
				     : feed_head(s->feed) + 1 == a->first))
		sh->failed = !sh->rival && !sh->differs;
}

/* True if |h|, which was asked of |l|, is still behind what |l| showed. */
static bool
lags(struct link *l, const struct head *h)
{
	const struct share *sh = share_of(l, h);

	return sh->number > h->number || sh->charter > h->charter;
}

/* The final word on |a|: what does it say about the link? */
static void
give_last(struct link *l, struct ask *a, const struct msg_give *g)
{
	struct node *n = l->n;
	struct head *h = a->head;
	struct part *t = a->part;
	bool whole = a->what == ASK_PIECES && t != NULL ? a->next > a->last
		     : a->what == ASK_PART              ? a->gave
					   : t == NULL || t->hash != NULL;

	if (g->status == GIVE_BUSY) {
		l->rest_until = when_add(n->now,
		    g->offset > 60 ? 60000 : g->offset * 1000 + 500);
	} else if (t != NULL && !whole && !a->gave) {
		t->pack->refused[l->slot / 64] |= (uint64_t)1 << l->slot % 64;
		l->refused_any = true;
	} else if (l->proven && l->window < WINDOW_MAX) {
		l->window++;
	}
	if (h != NULL && a->pack == NULL && h->followed)
		look_at_share(l, a, head_track(h));
	else if (h != NULL && a->pack == NULL)
		share_of(l, h)->failed = lags(l, h);
	l->stalls = 0;
	fetch_end(l, a);
	if (h != NULL && h->followed)
		fetch_track(head_track(h));
	else if (t == NULL)
		carry_more(l);
}

int
give_take(struct link *l, const struct msg_give *g)
{
	struct ask *a = NULL;
	int err;

	for (size_t i = 0; i < l->n_ask; i++)
		if (l->ask[i].id == g->id)
			a = &l->ask[i];
	if (a == NULL) { /* cancelled, and under way already */
		l->n->bytes_wasted += g->data.n;
		return 0;
	}
	a->at = l->n->now;
	if ((err = give_any(l, a, g)) != 0 || l->state == LINK_SHUT)
		return err;
	/* Taking it in may have ended this ask: a charter cuts packs away. */
	for (size_t i = 0; i < l->n_ask; i++)
		if (l->ask[i].id == g->id && g->status != GIVE_MORE) {
			give_last(l, &l->ask[i], g);
			break;
		}
	return 0;
}
