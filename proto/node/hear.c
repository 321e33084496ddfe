#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/* What the peer has of a feed that we follow. */
static void
on_row_followed(struct link *l, struct track *s,
    const struct msg_heads_row *row)
{
	struct share *sh = share_of(l, &s->head);
	uint8_t mark[4];
	struct id state;

	/* Who is behind with the charter has another mark, and so has who knows
	 * that it is forked. */
	if (row->number > 0 && row->number == track_head(s) &&
	    row->charter <= track_charter(s)) {
		track_state(s, &state);
		msg_mark(mark, veil_hash(l->veil), !l->dialled, &state);
		if (memcmp(mark, row->mark, sizeof(mark)) != 0)
			sh->rival = true;
		else
			merit_shown(l, s);
	}
}

static void
on_row_carried(struct link *l, struct carried *c,
    const struct msg_heads_row *row)
{
	struct share *sh = share_of(l, &c->head);
	uint8_t mark[4];
	struct id state;

	if (row->number > 0 && row->number == c->head.number &&
	    row->charter == c->head.charter) {
		head_mark(&c->head, &state);
		msg_mark(mark, veil_hash(l->veil), !l->dialled, &state);
		if (memcmp(mark, row->mark, sizeof(mark)) != 0)
			sh->rival = true;
	}
}

void
hear_of(struct link *l, struct head *h)
{
	struct share *sh = share_of(l, h);
	struct track *s = head_track(h);

	spread_forked(l, sh, h);
	if (s == NULL) {
		carry_ask(l, head_carried(h));
		return;
	}
	receipt_look(l, s);
	fetch_heads(l, sh, s);
	if (s->seeking)
		holds_seek(s);
}

static void
on_row(struct link *l, const struct msg_heads_row *row)
{
	struct share *sh;
	struct head *h = share_find(l, &row->tag, &sh);

	if (h == NULL) {
		share_keep_row(l, row);
		return;
	}
	sh->known = true;
	sh->failed = false;
	share_show(sh, row->number);
	sh->charter = (uint16_t)row->charter;
	if (h->followed)
		on_row_followed(l, head_track(h), row);
	else
		on_row_carried(l, head_carried(h), row);
	hear_of(l, h);
}

static int
on_heads(struct link *l, const struct msg_heads *m)
{
	bool first = !l->heads_seen;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	l->heads_seen = true;
	if (m->rows.n > 0)
		l->want_from = 0;
	/* What is said meanwhile reads no message: |m| stays. */
	for (size_t i = 0; i < msg_rows(m->rows) && l->state == LINK_OPEN;
	     i++) {
		struct msg_heads_row row;

		msg_row(&row, m->rows, i);
		on_row(l, &row);
	}
	if (l->n->cfg.role == NODE_READER || l->state != LINK_OPEN)
		return 0;
	if (m->counter > 0)
		recall_take(l, m->counter);
	if (first && l->dialled)
		spread_back(l, m->seen);
	return 0;
}

/* A charter names no feed but by what came before it. */
static struct head *
head_of_charter(struct node *n, struct bytes file)
{
	struct charter c;

	if (charter_peek(&c, file) != 0)
		return NULL;
	for (size_t i = 0; i < n->n_head; i++) {
		struct head *h = n->head[i];

		if (h->followed ? feed_is_of(head_track(h)->feed, &c)
				: carry_is_of(head_carried(h), &c))
			return h;
	}
	return NULL;
}

/* More is shown of a feed that sleeps: once it is awake, it is asked for. */
static void
on_news_asleep(struct link *l, struct track *s, const struct msg_news *m,
    const struct header *h)
{
	struct share *sh = share_of(l, &s->head);

	if (m->charter.n > 0)
		share_differs(sh);
	if (m->header.n > 0 && h->number > sh->number &&
	    h->number <= UINT32_MAX)
		share_show(sh, h->number);
	else if (m->header.n > 0)
		sh->rival = true;
	sh->failed = false;
	track_wake(s);
}

static int
on_news_followed(struct link *l, struct track *s, const struct msg_news *m)
{
	struct share *sh = share_of(l, &s->head);
	uint64_t version;
	int err = 0;

	sh->failed = false; /* it shows something again */
	sh->near |= m->gap == 0;
	if (m->charter.n > 0)
		err = charters_accept(s, m->charter, l);
	version = track_charter(s);
	if (m->charter.n > 0 && version > sh->charter &&
	    bytes_eq(m->charter, feed_charter_file(s->feed, version)))
		sh->charter = (uint16_t)version;
	if (err == 0 && m->header.n > 0)
		err = accept_head(s, m->header, l);
	if (err != 0)
		return err;
	merit_shown(l, s);
	fetch_heads(l, sh, s);
	if (s->seeking)
		holds_seek(s);
	return 0;
}

static int
on_news(struct link *l, const struct msg_news *m)
{
	struct node *n = l->n;
	struct head *h = NULL;
	struct header header;
	int err;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (m->header.n > 0) {
		if ((err = header_peek(&header, m->header)) != 0)
			return err;
		h = head_find(n, &header.feed);
	} else {
		h = head_of_charter(n, m->charter);
	}
	if (h != NULL)
		share_of(l, h)->known = true;
	if (h != NULL && h->followed && head_track(h)->asleep) {
		on_news_asleep(l, head_track(h), m, &header);
		return 0;
	}
	if (h != NULL && h->followed)
		return on_news_followed(l, head_track(h), m);
	if (n->cfg.role == NODE_READER)
		return 0;
	if (h != NULL && m->header.n == 0)
		return carry_charter(head_carried(h), l, m->charter);
	return m->header.n > 0 ? carry_news(l, m, &header) : 0;
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

/* It follows the feed, as we do, and wants to know what we hold. */
static int
on_holds(struct link *l, const struct msg_holds *m)
{
	struct share *sh;
	struct head *h;
	struct track *s;
	int err = 0;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (m->of_pack)
		return on_holds_part(l, m);
	h = share_find(l, &m->tag, &sh);
	if (h == NULL || (s = head_track(h)) == NULL)
		return 0;
	/* If we asked it before, it was told nothing since. */
	sh->asked = sh->asked && sh->follows;
	s->n_source += !sh->follows;
	if (l->contact != NULL)
		contact_follows(l->contact, &h->id);
	sh->known = sh->follows = true;
	l->want_from = 0; /* look again at what it did not hold */
	for (size_t i = 0; i < m->n && err == 0; i++) {
		err = share_add_run(sh, &m->run[i]);
		track_unrefuse(s, &m->run[i], l->slot);
	}
	if (m->n > 0 && l->refused_any)
		track_unrefuse_beside(s, l->slot);
	holds_ask(l, s);
	receipt_look(l, s);
	return err;
}

static int
on_charters_proof(struct link *l, const struct msg_proof *m)
{
	struct head *h = head_of_charter(l->n, m->a);

	if (h == NULL)
		return 0;
	share_of(l, h)->known = share_of(l, h)->proved_charters = true;
	if (h->followed && head_track(h)->asleep) {
		share_differs(share_of(l, h));
		track_wake(head_track(h));
		return 0;
	}
	return h->followed ? charters_proof(head_track(h), m->a, m->b, l)
			   : carry_fork(head_carried(h), l, m->a, m->b);
}

static int
on_proof(struct link *l, const struct msg_proof *m)
{
	struct header header;
	struct charter c;
	struct head *h;
	int err = header_peek(&header, m->a);

	if (err != 0 && charter_peek(&c, m->a) == 0)
		return on_charters_proof(l, m);
	if (err != 0)
		return err;
	if ((h = head_find(l->n, &header.feed)) == NULL)
		return 0;
	share_of(l, h)->known = share_of(l, h)->proved = true;
	return h->followed ? accept_proof(l->n, m->a, m->b, l)
			   : carry_proof(head_carried(h), l, m->a, m->b);
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
		return on_proof(l, &m->proof);
	case MSG_PEERS:
		return introduce_heard(l, &m->peers);
	case MSG_BYE:
		on_bye(l);
		return 0;
	}
	return QERR_PROTOCOL;
}
