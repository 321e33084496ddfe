#include <stdlib.h>

#include "proto/node/inner.h"

int
accept_fault(int err)
{
	switch (err) {
	case QERR_DUPLICATE:
	case QERR_ROLLBACK:
	case QERR_FORK:
	case QERR_CHAIN:
	case QERR_CHARTER:
	case QERR_REVOKED:
	case QERR_PINNED:
	case QERR_QUORUM:
	case QERR_KEY: /* its charter may be older than ours */
	case QERR_FULL:
		return 0;
	default:
		return err;
	}
}

/*
 * Headers died from |floor| on: what comes in their place is news to who was told of
 * them, and not held by who has not heard of their death.
 */
static void
share_cut(const struct track *s, struct share *sh, uint64_t floor)
{
	uint16_t n = 0;

	sh->died = sh->number >= floor;
	if (sh->shown >= floor)
		sh->shown = (uint32_t)(floor - 1);
	for (size_t i = 0; i < sh->n_run; i++) {
		struct msg_run r = sh->run[i];

		if (r.last >= floor && sh->charter < track_charter(s))
			r.last = floor - 1;
		if (r.first <= r.last)
			sh->run[n++] = r;
	}
	sh->n_run = n;
}

/* Who came to nothing before may be asked again. */
static void
forgive(struct track *s)
{
	for (size_t i = 0; i < s->head.n->n_slot; i++)
		if (s->head.n->link[i] != NULL &&
		    s->head.n->link[i]->state == LINK_OPEN)
			share_of(s->head.n->link[i], &s->head)->failed = false;
	s->head.n->retry = s->retry = true;
}

void
accept_verdict(struct track *s, uint64_t floor)
{
	struct node *n = s->head.n;
	struct bytes a, b;
	uint64_t number;

	if (floor != UINT64_MAX)
		track_cut(s, floor);
	/* Perhaps one of the two keys is revoked. */
	if (s->head.forked &&
	    (proof_decode(buf_bytes(&s->head.proof), &a, &b) != 0 ||
		feed_check_fork(s->feed, a, b, &number) != 0)) {
		s->head.forked = false;
		head_changed(&s->head);
	}
	for (size_t i = 0; i < n->n_slot; i++) {
		struct share *sh;

		if (n->link[i] == NULL || n->link[i]->state != LINK_OPEN)
			continue;
		sh = share_of(n->link[i], &s->head);
		sh->proved = sh->proved && s->head.forked;
		if (floor != UINT64_MAX)
			share_cut(s, sh, floor);
	}
	forgive(s);
}

static int
refused(struct track *s, int err, struct bytes file, struct link *from)
{
	struct header h;

	if (err == QERR_NOMEM)
		node_fail(s->head.n, err);
	if (err == QERR_ROLLBACK && header_peek(&h, file) == 0)
		update_tell(s->head.n, FACT_ROLLBACK, &s->head.id, h.number,
		    from != NULL ? from->id : 0);
	return accept_fault(err);
}

/*
 * What came from |from| and what we had do not lead to the history that the charter
 * pins.  Who gave all of it lies; else nobody knows who did, and |from| alone is asked
 * for all of it.
 */
static int
start_over(struct track *s, struct link *from)
{
	bool alone = s->given_by == from->id;
	bool knew = share_of(from, &s->head)->charter >= track_charter(s);

	feed_cut(s->feed, 0);
	accept_verdict(s, 1);
	s->given_by = 0;
	s->sole = alone ? 0 : from->id;
	if (!alone)
		return 0;
	/* Whoever has not heard of the pin may have been led away himself. */
	share_of(from, &s->head)->failed = true;
	return knew ? QERR_PINNED : 0;
}

bool
accept_from(const struct track *s, struct link *l)
{
	const struct charter *c = feed_charter(s->feed);
	uint64_t head = feed_head(s->feed);

	if (s->sole == 0 || s->sole == l->id || c == NULL || head >= c->pin)
		return true;
	for (size_t i = 0; i < s->head.n->n_slot; i++) {
		struct link *sole = s->head.n->link[i];
		const struct share *sh;

		if (sole == NULL || sole->id != s->sole ||
		    sole->state != LINK_OPEN)
			continue;
		sh = share_of(sole, &s->head);
		return sh->failed || sh->number <= head;
	}
	return true;
}

int
accept_headers(struct track *s, const struct bytes *file, size_t count,
    struct link *from)
{
	uint64_t giver = from != NULL ? from->id : 0;
	struct header h;
	int err;

	if (s->head.forked || s->head.n->full || s->halted ||
	    s->cut_step == s->head.n->steps ||
	    (from != NULL && !accept_from(s, from)))
		return 0;
	if (feed_head(s->feed) == 0)
		s->given_by = giver;
	else if (s->given_by != giver)
		s->given_by = 0;
	if ((err = feed_add_headers(s->feed, file, count)) != 0) {
		if (err == QERR_PINNED && from != NULL &&
		    feed_head(s->feed) < feed_charter(s->feed)->pin)
			return start_over(s, from);
		/* Their history is not ours: ask for their rival of our head. */
		if (err == QERR_FORK && from != NULL)
			share_of(from, &s->head)->rival = true;
		return refused(s, err, file[0], from);
	}
	for (size_t i = 0; i < count; i++) {
		if (header_read(&h, file[i]) != 0)
			continue; /* it was accepted: cannot be */
		track_add_header(s, &h);
		update_put(s->head.n, OBJECT_HEADER, &s->head.id, h.number,
		    file[i]);
		s->n_unsafe++;
	}
	if (count > 0) {
		head_set_file(&s->head, file[count - 1]);
		merit_expect(s);
	}
	return 0;
}

int
accept_head(struct track *s, struct bytes file, struct link *from)
{
	struct share *sh = share_of(from, &s->head);
	struct header h;
	int err;

	/* Most tell what another has told: one signature is enough. */
	if (bytes_eq(file, buf_bytes(&s->head.file))) {
		if (feed_head(s->feed) > sh->number || sh->died)
			share_show(sh, feed_head(s->feed));
		return 0;
	}
	err = feed_check_head(s->feed, file, &h);
	if (err == QERR_CHARTER) { /* fetched by fetch_heads() */
		if (h.charter > sh->charter && h.charter <= MSG_CHARTER_MAX)
			sh->charter = (uint16_t)h.charter;
		if (h.number > sh->number && h.number <= UINT32_MAX)
			share_show(sh, h.number);
		return 0;
	}
	if (err == QERR_FORK) {
		accept_rival(s, h.number, file);
		return 0;
	}
	if ((err == 0 || err == QERR_DUPLICATE) && h.number <= UINT32_MAX &&
	    (h.number > sh->number || sh->died))
		share_show(sh, h.number);
	if (err != 0)
		return refused(s, err, file, from);
	if (h.number != feed_head(s->feed) + 1)
		return 0; /* those between are asked for */
	return accept_headers(s, &file, 1, from);
}

/* Forks. */

void
accept_rival(struct track *s, uint64_t number, struct bytes theirs)
{
	struct node *n = s->head.n;
	struct proof *p;

	if (s->head.forked || n->n_proof == PROOFS_MAX)
		return; /* it is asked for again, by the next row */
	for (size_t i = 0; i < n->n_proof; i++)
		if (id_eq(&n->proof[i]->feed, &s->head.id))
			return; /* one is being made */
	if ((p = calloc(1, sizeof(*p))) == NULL) {
		node_fail(n, QERR_NOMEM);
		return;
	}
	p->feed = s->head.id;
	p->number = number;
	buf_init(&p->theirs, 0);
	buf_put(&p->theirs, theirs.p, theirs.n);
	p->get = update_get(n, OBJECT_HEADER, &s->head.id, number, ++n->token);
	n->proof[n->n_proof++] = p;
}

bool
accept_loaded(struct node *n, uint64_t token, struct bytes object)
{
	for (size_t i = 0; i < n->n_proof; i++) {
		struct proof *p = n->proof[i];

		if (p->get != token)
			continue;
		n->proof[i] = n->proof[--n->n_proof];
		if (object.p != NULL)
			accept_proof(n, object, buf_bytes(&p->theirs), NULL);
		buf_done(&p->theirs);
		free(p);
		return true;
	}
	return false;
}

static struct track *
track_of_header(struct node *n, struct bytes file)
{
	struct header h;

	return header_peek(&h, file) == 0 ? track_find(n, &h.feed) : NULL;
}

int
accept_proof(struct node *n, struct bytes a, struct bytes b, struct link *from)
{
	struct track *s = track_of_header(n, a);
	uint64_t number;

	if (s == NULL || s->head.forked || feed_charter(s->feed) == NULL)
		return 0;
	if (feed_check_fork(s->feed, a, b, &number) != 0)
		return 0; /* perhaps a key that we know to be revoked */
	head_forked(&s->head, a, b);
	update_put(n, OBJECT_PROOF, &s->head.id, number,
	    buf_bytes(&s->head.proof));
	update_tell(n, FACT_FORK, &s->head.id, number, 0);
	spread_proof(&s->head, from);
	return 0;
}

/* What came of a put. */

static void
stored_header(struct node *n, const struct pending *p, int err)
{
	struct track *s = track_find(n, &p->feed);
	uint64_t before;

	if (s == NULL)
		return;
	if (s->n_unsafe > 0)
		s->n_unsafe--;
	s->halted |= err == QERR_CHAIN;
	if (err != 0 && p->number <= feed_head(s->feed)) {
		feed_cut(s->feed, p->number - 1);
		track_cut(s, p->number);
	}
	if (s->n_unsafe > 0 || s->head.number >= feed_head(s->feed))
		return;
	before = s->head.number;
	s->head.number = feed_head(s->feed);
	head_changed(&s->head);
	update_tell(n, FACT_HEAD, &s->head.id, s->head.number, 0);
	spread_head(&s->head, false);
	holds_safe(s, before + 1);
}

static void
stored_charter(struct node *n, const struct pending *p, int err)
{
	struct track *s = track_find(n, &p->feed);

	if (s == NULL || err != 0)
		return; /* accept_space() puts it again */
	if (p->number > track_charter(s))
		return; /* it was taken back meanwhile */
	if (p->number > s->head.charter)
		s->head.charter = p->number;
	head_changed(&s->head);
	/* Of a feed that is new here it is told with the head, as who carries it does. */
	if (s->head.number > 0)
		spread_charter(&s->head);
}

static void
stored_piece(struct node *n, const struct pending *p, int err)
{
	struct pack *pack = pack_find(n, &p->root);
	struct part *t = pack != NULL ? pack->part : NULL;

	if (t == NULL || p->number >= t->n_piece)
		return;
	if (err != 0) {
		bit_set(t->have, p->number, false);
		t->n_have--;
		if (pack->state == PACK_STORED)
			pack->state = PACK_WANTED;
		n->want_dirty = true;
		return;
	}
	bit_set(t->safe, p->number, true);
	for (size_t i = 0; i < t->n_piece; i++)
		if (!bit(t->safe, i)) {
			holds_part(n, t);
			return;
		}
	pack_stored(n, pack);
	update_tell(n, FACT_PACK, &pack->root, 0, 0);
	holds_pack(n, pack);
}

void
accept_stored(struct node *n, uint64_t token, int err)
{
	struct pending p;
	size_t i = n->pending_from;

	while (i < n->n_pending && n->pending[i].token != token)
		i++;
	if (i == n->n_pending)
		return;
	p = n->pending[i];
	n->pending[i].token = 0;
	/* They come back in order, so this is a queue. */
	while (n->pending_from < n->n_pending &&
	       n->pending[n->pending_from].token == 0)
		n->pending_from++;
	if (n->pending_from == n->n_pending)
		n->pending_from = n->n_pending = 0;
	if (p.kind == OBJECT_MEMORY) {
		memory_stored(n, p.token, err);
		return;
	}
	/* A reader's visit is over then, as with a full disk. */
	if (err != 0 && (err != QERR_CHAIN || n->cfg.role == NODE_READER) &&
	    !n->full) {
		n->full = true;
		update_tell(n, FACT_FULL, NULL, 1, 0);
	}
	if (p.kind == OBJECT_HEADER)
		stored_header(n, &p, err);
	else if (p.kind == OBJECT_CHARTER)
		stored_charter(n, &p, err);
	else if (p.kind == OBJECT_PIECE)
		stored_piece(n, &p, err);
}

static bool
is_pending(const struct node *n, enum node_object kind, const struct id *feed,
    uint64_t number)
{
	for (size_t i = n->pending_from; i < n->n_pending; i++)
		if (n->pending[i].token != 0 && n->pending[i].kind == kind &&
		    id_eq(&n->pending[i].feed, feed) &&
		    n->pending[i].number == number)
			return true;
	return false;
}

void
accept_resume(struct node *n)
{
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		if (s->halted) {
			s->halted = false;
			forgive(s);
		}
	}
}

void
accept_space(struct node *n)
{
	for (size_t i = 0; i < n->n_track; i++) {
		struct track *s = n->track[i];

		for (uint64_t v = s->head.charter + 1; v <= track_charter(s);
		     v++)
			if (!is_pending(n, OBJECT_CHARTER, &s->head.id, v))
				update_put(n, OBJECT_CHARTER, &s->head.id, v,
				    feed_charter_file(s->feed, v));
		forgive(s);
	}
}
