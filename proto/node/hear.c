#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/* One row of what the peer has. */
static void
on_row(struct link *l, const struct msg_heads_row *row)
{
	struct node *n = l->n;
	struct share *sh;
	struct track *s = share_find(l, &row->tag, &sh);
	uint8_t mark[4];

	if (s == NULL)
		return;
	share_known(l, sh);
	sh->failed = false;
	sh->number = row->number;
	sh->charter = row->charter;
	if (row->number > sh->told)
		sh->told = row->number;
	if (row->number > 0 && row->number == feed_head(s->feed)) {
		msg_mark(mark, veil_hash(l->veil), !l->dialled,
		    feed_head_hash(s->feed));
		if (memcmp(mark, row->mark, sizeof(mark)) != 0)
			sh->rival = true;
	}
	spread_forked(l, sh, s);
	fetch_heads(l, sh, s);
	if (n->cfg.role == NODE_MIRROR)
		holds_all(l, sh, s);
}

static int
on_heads(struct link *l, const struct msg_heads *m)
{
	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (!m->full && m->rows.n == 0)
		return 0; /* only to be heard of */
	if (m->full && m->rows.n > 0) {
		buf_clear(&l->rows);
		buf_put(&l->rows, m->rows.p, m->rows.n);
		if (buf_err(&l->rows) != 0)
			return buf_err(&l->rows);
	}
	if (m->full)
		l->heads_seen = true;
	l->want_from = 0;
	/* fetch_heads() may write messages, but reads none: |m| stays. */
	for (size_t i = 0; i < msg_rows(m->rows) && l->state == LINK_OPEN;
	     i++) {
		struct msg_heads_row row;

		msg_row(&row, m->rows, i);
		on_row(l, &row);
	}
	return 0;
}

/* A charter names no feed but by what came before it. */
static struct track *
track_of_charter(struct node *n, struct bytes file)
{
	struct signed_file f;
	struct charter c;

	if (signed_decode(&f, file, SIGNED_SIGS_MAX) != 0 ||
	    charter_decode_body(&c, f.body) != 0)
		return NULL;
	for (size_t i = 0; i < n->n_track; i++) {
		const struct charter *ours = feed_charter(n->track[i]->feed);

		if (ours != NULL && c.version == ours->version + 1 &&
		    id_eq(&c.previous, &ours->hash))
			return n->track[i];
		if (c.version == 1 && id_eq(&c.hash, &n->track[i]->id))
			return n->track[i];
	}
	return NULL;
}

static int
on_news(struct link *l, const struct msg_news *m)
{
	struct node *n = l->n;
	struct track *s = NULL;
	struct header h;
	int err = 0;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (m->header.n > 0) {
		if ((err = header_peek(&h, m->header)) != 0)
			return err;
		s = track_find(n, &h.feed);
	}
	if (s == NULL && m->charter.n > 0)
		s = track_of_charter(n, m->charter);
	if (s == NULL)
		return 0; /* not followed */
	share_known(l, share_of(l, s));
	share_of(l, s)->failed = false; /* it shows something again */
	if (m->charter.n > 0)
		err = accept_charter(s, m->charter);
	if (err == 0 && m->header.n > 0)
		err = accept_head(s, m->header, l);
	if (err == 0)
		fetch_heads(l, share_of(l, s), s);
	return err;
}

static int
on_holds_part(struct link *l, const struct msg_holds *m)
{
	struct partial *p = NULL;

	if (pack_find(l->n, &m->pack) == NULL)
		return 0;
	if (l->partial == NULL &&
	    (l->partial = calloc(PARTIAL_MAX, sizeof(*p))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < l->n_partial; i++)
		if (id_eq(&l->partial[i].root, &m->pack))
			p = &l->partial[i];
	if (p == NULL) {
		if (l->n_partial == PARTIAL_MAX) {
			memmove(l->partial, l->partial + 1,
			    (PARTIAL_MAX - 1) * sizeof(*p));
			l->n_partial--;
		}
		p = &l->partial[l->n_partial++];
		*p = (struct partial){.root = m->pack};
	}
	l->want_from = 0;
	for (size_t i = 0; i < m->n; i++)
		for (uint64_t k = m->run[i].first;
		     k <= m->run[i].last && k < 8 * sizeof(p->have); k++)
			bit_set(p->have, k, true);
	return 0;
}

static int
on_holds(struct link *l, const struct msg_holds *m)
{
	struct share *sh;
	int err = 0;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (m->of_pack)
		return on_holds_part(l, m);
	struct track *s = share_find(l, &m->tag, &sh);
	if (s == NULL)
		return 0;
	share_known(l, sh);
	l->want_from = 0; /* look again at what it did not hold */
	for (size_t i = 0; i < m->n && err == 0; i++) {
		err = share_add_run(sh, &m->run[i]);
		track_unrefuse(s, &m->run[i], l->slot);
	}
	if (s->publishes && track_receipt(s))
		update_tell(l->n, FACT_RECEIPTS, &s->id, feed_head(s->feed),
		    s->receipts);
	return err;
}

static void
on_bye(struct link *l)
{
	struct node *n = l->n;

	/* A reader who fetched something is not to be told by how much. */
	if (l->role == ROLE_READER && l->served > 0 && !l->dialled) {
		veil_flush(l->veil, &n->rng, &l->out);
		veil_pad_to(l->veil, padme_ladder(veil_written(l->veil)),
		    &l->out);
	}
	link_shut(l, false, 0);
}

int
hear(struct link *l, struct bytes in)
{
	struct msg *m = &l->n->msg;
	int err = msg_decode(m, in);

	if (err != 0)
		return err;
	if ((l->state == LINK_HELLO) != (m->kind == MSG_HELLO))
		return QERR_PROTOCOL;
	switch (m->kind) {
	case MSG_HELLO:
		return hello_heard(l, &m->hello);
	case MSG_HEADS:
		return on_heads(l, &m->heads);
	case MSG_NEWS:
		return on_news(l, &m->news);
	case MSG_HOLDS:
		return on_holds(l, &m->holds);
	case MSG_ASK:
		return l->dialled && l->n->cfg.role == NODE_READER
			   ? QERR_PROTOCOL
			   : serve_ask(l, &m->ask);
	case MSG_GIVE:
		return give_take(l, &m->give);
	case MSG_PROOF:
		return accept_proof(l->n, m->proof.a, m->proof.b, l);
	case MSG_PEERS: /* nobody was asked for introductions */
		return QERR_PROTOCOL;
	case MSG_BYE:
		on_bye(l);
		return 0;
	}
	return QERR_PROTOCOL;
}
