#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

#define BYE_BUSY 1 /* codes: come back later; */
#define BYE_DONE 0 /* nothing more to say */

bool
link_is_node(const struct link *l)
{
	return l->state == LINK_OPEN && l->role == ROLE_NODE;
}

struct share *
link_share(struct link *l, const struct track *s)
{
	return &l->share[s->index];
}

struct track *
link_track(struct link *l, const struct msg_tag *tag, struct share **ret)
{
	for (size_t i = 0; i < l->n_share; i++)
		if (memcmp(l->share[i].in.b, tag->b, sizeof(tag->b)) == 0) {
			*ret = &l->share[i];
			return l->n->track[i];
		}
	return NULL;
}

/* What was news while |l| did not seem to follow |sh|'s feed was not told to it. */
void
link_known(struct link *l, struct share *sh)
{
	if (sh->known)
		return;
	sh->known = true;
	if (l->n->cfg.role == NODE_MIRROR && link_is_node(l) &&
	    l->vouched != l->n->vouched)
		spread_heads(l);
}

static void
share_init(struct link *l, struct share *sh, const struct track *s)
{
	const uint8_t *h = veil_hash(l->veil);

	*sh = (struct share){0};
	msg_tag(&sh->in, h, !l->dialled, &s->id);
	msg_tag(&sh->out, h, l->dialled, &s->id);
	for (size_t i = 0; i < l->n_row; i++) {
		const struct msg_heads_row *row = &l->row[i];

		if (memcmp(row->tag.b, sh->in.b, sizeof(sh->in.b)) != 0)
			continue;
		sh->known = true;
		sh->number = sh->told = row->number;
		sh->charter = row->charter;
	}
}

/* Shares stand as the node's feeds do: keep those that are still there. */
int
link_shares(struct link *l)
{
	struct node *n = l->n;
	struct share *old = l->share;
	size_t n_old = l->n_share;

	if (l->state != LINK_HELLO && l->state != LINK_OPEN)
		return 0;
	l->share = calloc(n->n_track + 1, sizeof(*l->share));
	if (l->share == NULL) {
		l->share = old;
		return QERR_NOMEM;
	}
	l->n_share = n->n_track;
	for (size_t i = 0; i < n->n_track; i++) {
		size_t k = 0;

		share_init(l, &l->share[i], n->track[i]);
		while (k < n_old && memcmp(old[k].in.b, l->share[i].in.b,
					sizeof(old[k].in.b)) != 0)
			k++;
		if (k == n_old)
			continue;
		l->share[i] = old[k];
		old[k].run = NULL;
	}
	for (size_t k = 0; k < n_old; k++)
		free(old[k].run);
	free(old);
	return 0;
}

void
link_free(struct link *l)
{
	for (size_t i = 0; i < l->n_share; i++)
		free(l->share[i].run);
	veil_free(l->veil);
	buf_done(&l->out);
	buf_done(&l->gather);
	free(l->share);
	free(l->row);
	free(l->partial);
	free(l);
}

/* Of those who have not said who they are, the oldest makes room. */
static void
make_room(struct node *n)
{
	struct link *oldest = NULL;
	size_t strangers = 0;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];

		if (l == NULL || l->dialled || l->state == LINK_OPEN)
			continue;
		strangers++;
		if (oldest == NULL || l->id < oldest->id)
			oldest = l;
	}
	if (strangers >= STRANGERS_MAX)
		link_shut(oldest, true, 0);
}

static struct link *
link_new(struct node *n, uint64_t id, bool dialled, uint32_t group)
{
	struct link *l;
	size_t slot = 0;

	if (!dialled)
		make_room(n);
	while (slot < LINKS_MAX && n->link[slot] != NULL)
		slot++;
	if (slot == LINKS_MAX || n->n_dead == LINKS_MAX)
		return NULL;
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	l->n = n;
	l->id = id;
	l->slot = slot;
	l->dialled = dialled;
	l->group = group;
	l->opened = l->last_in = l->last_out = n->now;
	l->hello_by = when_add(n->now, HELLO_TIME);
	l->window = 1;
	l->stall = STALL_MIN;
	buf_init(&l->out, 0);
	buf_init(&l->gather, 0);
	n->link[slot] = l;
	return l;
}

static void
link_timer_fired(struct node *n, void *owner)
{
	(void)n;
	link_timer(owner);
}

void
link_up(struct node *n, const struct node_event *ev)
{
	bool dialled = ev->link_up.we_dialled;
	struct contact *c =
	    dialled ? contact_dialled(n, ev->link_up.dial) : NULL;
	struct link *l;

	if (dialled && c == NULL) {
		update_drop(n, ev->link_up.link, false, 0);
		return;
	}
	if ((l = link_new(n, ev->link_up.link, dialled, ev->link_up.group)) ==
	    NULL) {
		update_drop(n, ev->link_up.link, !dialled, QERR_FULL);
		if (c != NULL)
			contact_undialled(n, ev->link_up.dial);
		return;
	}
	timer_init(&l->timer, link_timer_fired, l);
	if (dialled) {
		contact_linked(c, l);
		l->veil = veil_dial(&c->invite, n->wall, &n->rng, &l->out);
	} else {
		l->veil = veil_accept(n->door);
	}
	if (l->veil == NULL)
		node_fail(n, QERR_NOMEM);
}

static struct link *
link_find(struct node *n, uint64_t id)
{
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (n->link[i] != NULL && n->link[i]->id == id)
			return n->link[i];
	return NULL;
}

/* The transport is gone, or is to go: forget the link. */
static void
link_end(struct link *l)
{
	struct node *n = l->n;
	bool open = link_is_node(l);

	l->state = LINK_SHUT;
	fetch_stop(l);
	l->n_job = 0;
	l->get = 0;
	if (l->contact != NULL)
		contact_lost(l->contact, l);
	timer_set(n, &l->timer, WHEN_NEVER);
	n->link[l->slot] = NULL;
	n->dead[n->n_dead++] = l;
	if (open)
		update_tell(n, FACT_PEER, NULL, 0, l->id);
}

void
link_shut(struct link *l, bool drain, int why)
{
	struct node *n = l->n;

	if (l->state == LINK_SHUT)
		return;
	if (l->veil != NULL && veil_state(l->veil) == VEIL_OPEN)
		veil_flush(l->veil, &n->rng, &l->out);
	if (qerr_is_peer_fault(why))
		update_tell(n, FACT_FAULT, NULL, (uint64_t)-why, l->id);
	link_end(l);
	update_drop(n, l->id, drain, why);
}

void
link_down(struct node *n, uint64_t id)
{
	struct link *l = link_find(n, id);

	if (l != NULL)
		link_end(l);
}

void
link_say(struct link *l)
{
	struct node *n = l->n;
	int err;

	if (l->veil == NULL || veil_state(l->veil) != VEIL_OPEN)
		return;
	buf_clear(&n->scratch);
	err = msg_encode(&n->scratch, &n->say);
	if (err == 0)
		err = veil_send(l->veil, buf_bytes(&n->scratch));
	if (err == QERR_NOMEM)
		node_fail(n, err);
	l->last_out = n->now;
}

void
link_bye(struct link *l)
{
	l->said_bye = true;
	l->hello_by = when_add(l->n->now, BYE_TIME);
	l->n->say.kind = MSG_BYE;
	l->n->say.bye = (struct msg_bye){BYE_DONE, 0};
	link_say(l);
}

static void
say_busy(struct link *l)
{
	l->n->say.kind = MSG_BYE;
	l->n->say.bye = (struct msg_bye){BYE_BUSY, 60};
	link_say(l);
	link_shut(l, true, QERR_FULL);
}

static void
say_hello(struct link *l)
{
	struct node *n = l->n;
	struct msg_hello *m = &n->say.hello;
	uint8_t text[MSG_LINK_TEXT_LEN];

	*m = (struct msg_hello){.version = 1, .role = ROLE_READER};
	n->say.kind = MSG_HELLO;
	if (n->cfg.role == NODE_MIRROR) {
		m->role = ROLE_NODE;
		memcpy(m->key, n->sign_pk, sizeof(m->key));
		msg_link_text(text, veil_hash(l->veil), l->dialled);
		crypto_sign_detached(m->sig, NULL, text, sizeof(text),
		    n->sign_sk);
		memcpy(m->epoch, n->epoch, sizeof(m->epoch));
	}
	link_say(l);
}

/* The veil is open.  A node says what it has unasked: a poll reveals nothing. */
static void
opened(struct link *l)
{
	l->state = LINK_HELLO;
	if (link_shares(l) != 0) {
		node_fail(l->n, QERR_NOMEM);
		return;
	}
	say_hello(l);
	if (l->n->cfg.role == NODE_MIRROR)
		spread_heads(l);
}

/* Two links with one node: both ends keep the same one. */
static bool
is_double(struct link *l)
{
	struct node *n = l->n;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *o = n->link[i];
		bool mine_first;

		if (o == NULL || o == l || !link_is_node(o) ||
		    memcmp(o->key, l->key, sizeof(l->key)) != 0)
			continue;
		mine_first = memcmp(n->sign_pk, l->key, sizeof(l->key)) < 0;
		if (o->dialled != l->dialled && o->dialled == mine_first)
			return true;
		link_bye(o);
		link_shut(o, true, 0);
		return false;
	}
	return false;
}

static size_t
count_in(const struct node *n, enum msg_role role)
{
	size_t count = 0;

	for (size_t i = 0; i < LINKS_MAX; i++)
		count += n->link[i] != NULL && !n->link[i]->dialled &&
			 n->link[i]->state == LINK_OPEN &&
			 n->link[i]->role == role;
	return count;
}

static int
on_hello(struct link *l, const struct msg_hello *m)
{
	struct node *n = l->n;
	uint8_t text[MSG_LINK_TEXT_LEN];

	if (l->dialled && m->role != ROLE_NODE)
		return QERR_PROTOCOL;
	l->role = m->role;
	if (m->role == ROLE_READER) {
		if (count_in(n, ROLE_READER) >= NODE_READERS_MAX) {
			say_busy(l);
			return 0;
		}
		l->state = LINK_OPEN;
		return 0;
	}
	msg_link_text(text, veil_hash(l->veil), !l->dialled);
	if (crypto_sign_verify_detached(m->sig, text, sizeof(text), m->key) !=
	    0)
		return QERR_BADSIG;
	memcpy(l->key, m->key, sizeof(l->key));
	if (memcmp(l->key, n->sign_pk, sizeof(l->key)) == 0) {
		link_shut(l, false, 0); /* an invite of our own */
		return 0;
	}
	if (!l->dialled && count_in(n, ROLE_NODE) >= NODE_IN_MAX) {
		say_busy(l);
		return 0;
	}
	if (n->cfg.role == NODE_MIRROR && is_double(l)) {
		link_bye(l);
		link_shut(l, true, 0);
		return 0;
	}
	l->state = LINK_OPEN;
	/* What came between our HEADS and its HELLO was not told. */
	if (n->cfg.role == NODE_MIRROR && l->vouched != n->vouched)
		spread_heads(l);
	l->stall = STALL_MIN + 4 * (n->now - l->opened);
	if (l->contact != NULL)
		contact_opened(l->contact);
	update_tell(n, FACT_PEER, NULL, 1, l->id);
	return 0;
}

/* One row of what the peer has. */
static void
on_row(struct link *l, const struct msg_heads_row *row)
{
	struct node *n = l->n;
	struct share *sh;
	struct track *s = link_track(l, &row->tag, &sh);
	uint8_t mark[4];

	if (s == NULL)
		return;
	link_known(l, sh);
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
		spread_all_held(l, sh, s);
}

static int
on_heads(struct link *l, const struct msg_heads *m)
{
	struct msg_heads_row *row;

	if (l->role == ROLE_READER)
		return QERR_PROTOCOL;
	if (!m->full && m->n == 0)
		return 0; /* only to be heard of */
	if (m->full && m->n > 0) {
		row = realloc(l->row, m->n * sizeof(*row));
		if (row == NULL)
			return QERR_NOMEM;
		memcpy(row, m->row, m->n * sizeof(*row));
		l->row = row;
		l->n_row = m->n;
	}
	if (m->full)
		l->heads_seen = true;
	l->want_from = 0;
	/* fetch_heads() may write messages, but reads none: n->msg stays. */
	for (size_t i = 0; i < m->n && l->state == LINK_OPEN; i++)
		on_row(l, &m->row[i]);
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
	link_known(l, link_share(l, s));
	link_share(l, s)->failed = false; /* it shows something again */
	if (m->charter.n > 0)
		err = accept_charter(s, m->charter);
	if (err == 0 && m->header.n > 0)
		err = accept_head(s, m->header, l);
	if (err == 0)
		fetch_heads(l, link_share(l, s), s);
	return err;
}

static int
share_holds(struct share *sh, const struct msg_run *r)
{
	struct msg_run *p;

	for (size_t i = 0; i < sh->n_run; i++) {
		struct msg_run *o = &sh->run[i];

		if (o->tier != r->tier || r->first > o->last + 1 ||
		    o->first > r->last + 1)
			continue;
		if (r->first < o->first)
			o->first = r->first;
		if (r->last > o->last)
			o->last = r->last;
		return 0;
	}
	if (sh->n_run == RUNS_KEPT)
		return 0; /* we may ask elsewhere for the rest */
	if (sh->n_run == sh->cap_run) {
		size_t cap = sh->cap_run == 0 ? 4 : sh->cap_run * 2;

		if ((p = realloc(sh->run, cap * sizeof(*p))) == NULL)
			return QERR_NOMEM;
		sh->run = p;
		sh->cap_run = cap;
	}
	sh->run[sh->n_run++] = *r;
	return 0;
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
	struct track *s = link_track(l, &m->tag, &sh);
	if (s == NULL)
		return 0;
	link_known(l, sh);
	l->want_from = 0; /* look again at what it did not hold */
	for (size_t i = 0; i < m->n && err == 0; i++) {
		err = share_holds(sh, &m->run[i]);
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

static int
on_message(struct link *l, struct bytes in)
{
	struct msg *m = &l->n->msg;
	int err = msg_decode(m, in);

	if (err != 0)
		return err;
	if ((l->state == LINK_HELLO) != (m->kind == MSG_HELLO))
		return QERR_PROTOCOL;
	switch (m->kind) {
	case MSG_HELLO:
		return on_hello(l, &m->hello);
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
		return fetch_give(l, &m->give);
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

static void
broken(struct link *l, int err)
{
	if (l->contact != NULL && qerr_is_peer_fault(err))
		contact_faulted(l->contact);
	link_shut(l, true, err);
}

void
link_data(struct node *n, uint64_t id, struct bytes in)
{
	struct link *l = link_find(n, id);
	struct bytes msg;
	int err;

	n->bytes_in += in.n;
	if (l == NULL)
		return;
	l->last_in = n->now;
	err = veil_input(l->veil, in.p, in.n, n->wall, &n->rng, &l->out);
	if (err != 0) {
		node_fail(n, err);
		return;
	}
	if (l->state == LINK_LINE && veil_state(l->veil) == VEIL_OPEN)
		opened(l);
	while (l->state != LINK_SHUT && veil_next(l->veil, &msg)) {
		err = on_message(l, msg);
		if (err == QERR_NOMEM)
			node_fail(n, err);
		else if (err != 0)
			broken(l, err);
	}
	/* Whatever it was, it was not ours: silence, and never a reset. */
	if (l->state != LINK_SHUT && veil_state(l->veil) == VEIL_DRAIN)
		link_shut(l, true, l->dialled ? QERR_AEAD : 0);
}

void
link_room(struct node *n, uint64_t id, size_t queued)
{
	struct link *l = link_find(n, id);

	if (l == NULL)
		return;
	l->queued = queued;
	serve_more(l);
}

/* Time passes. */

static when_ms
news_due(const struct link *l)
{
	when_ms due = WHEN_NEVER;

	for (size_t i = 0; i < l->n_share; i++)
		if (l->share[i].news_at != 0)
			due = when_min(due, l->share[i].news_at);
	return due;
}

static when_ms
link_due(struct link *l)
{
	when_ms due;

	if (l->state == LINK_LINE)
		return l->dialled ? l->hello_by : WHEN_NEVER;
	if (l->state == LINK_HELLO || l->said_bye)
		return l->hello_by;
	if (l->role == ROLE_READER)
		return when_add(l->last_in, READER_IDLE);
	due = when_add(l->last_in, SILENCE_TIME);
	if (l->n->cfg.role == NODE_MIRROR)
		due = when_min(due,
		    when_add(l->last_out,
			PING_TIME * 3 / 4 + l->id % 8 * PING_TIME / 16));
	due = when_min(due, news_due(l));
	if (l->contact != NULL && l->contact->feeler && l->n_ask == 0)
		due = when_min(due, when_add(l->last_out, FEELER_STAY));
	return when_min(due, fetch_timer(l));
}

void
link_timer(struct link *l)
{
	struct node *n = l->n;

	if (l->state == LINK_LINE || l->state == LINK_HELLO || l->said_bye) {
		if (n->now >= l->hello_by)
			link_shut(l, !l->dialled, 0);
		return;
	}
	if (l->role == ROLE_READER) {
		if (n->now >= when_add(l->last_in, READER_IDLE))
			link_shut(l, true, 0);
		return;
	}
	if (n->now >= when_add(l->last_in, SILENCE_TIME)) {
		link_shut(l, !l->dialled, 0);
		return;
	}
	if (n->cfg.role == NODE_MIRROR &&
	    n->now >= when_add(l->last_out,
			  PING_TIME * 3 / 4 + l->id % 8 * PING_TIME / 16))
		spread_ping(l);
	spread_due(l);
	if (l->contact != NULL && l->contact->feeler && l->n_ask == 0 &&
	    n->now >= when_add(l->last_out, FEELER_STAY)) {
		l->contact->feeler = false;
		link_bye(l);
		link_shut(l, true, 0);
		return;
	}
	fetch_stalled(l);
}

/*
 * True if more follows at once: what is being loaded goes into the same burst,
 * for each burst costs a frame to hide where it ends.
 */
static bool
is_filling(const struct link *l)
{
	return l->get != 0 && veil_queued(l->veil) < SERVE_BELOW;
}

/* What is half given goes on in the same burst as soon as there is room. */
static int
flush(struct link *l)
{
	return l->n_job > 0 ? veil_flush_full(l->veil, &l->out)
			    : veil_flush(l->veil, &l->n->rng, &l->out);
}

/* At the end of a step: what was said goes out, and each link's time is set. */
void
link_flush(struct node *n)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];
		when_ms due;
		int err;

		if (l == NULL)
			continue;
		if (l->veil != NULL && veil_state(l->veil) == VEIL_OPEN &&
		    !is_filling(l) && (err = flush(l)) != 0)
			node_fail(n, err);
		l->queued += l->out.n;
		if (l->queued > UNREAD_MAX) { /* it asks, and does not read */
			link_shut(l, false, QERR_FULL);
			continue;
		}
		due = link_due(l);
		if (l->timer.item.place == 0 || l->timer.item.when != due)
			timer_set(n, &l->timer, due);
	}
}
