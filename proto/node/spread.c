#include "proto/node/inner.h"

/* HEADS. */

#define HEADS_EXTRA 32 /* bytes of a HEADS message that are no rows */

static void
begin_rows(struct link *l)
{
	buf_clear(&l->n->rows);
}

static void
put_row(struct link *l, const struct head *h)
{
	struct share *sh = share_of(l, h);
	struct msg_heads_row row = {
	    .tag = share_tag(l, h), .number = h->number, .charter = h->charter};

	struct id mark;

	head_mark(h, &mark);
	if (row.number > 0)
		msg_mark(row.mark, veil_hash(l->veil), l->dialled, &mark);
	msg_row_put(&l->n->rows, &row);
	sh->shown = (uint32_t)h->number;
	sh->shown_gap = 0;
	if (h->charter > sh->charter)
		sh->charter = (uint16_t)h->charter;
}

static void
say_rows(struct link *l, uint64_t counter)
{
	struct node *n = l->n;

	msg_rows_sort(&n->rows);
	n->say.kind = MSG_HEADS;
	n->say.heads = (struct msg_heads){
	    .counter = counter, .seen = l->seen, .rows = buf_bytes(&n->rows)};
	link_say(l);
	begin_rows(l);
}

/* Rows of |l|'s node that fit into the frames that those before them take. */
static size_t
rows_to_fill(struct link *l)
{
	size_t taken = HEADS_EXTRA + l->n->rows.n;

	return (veil_fit(l->veil, taken) - taken) / MSG_ROW_LEN;
}

/* All that has changed since |l->said|; the last message says so. */
static void
say_changes(struct link *l, bool always)
{
	struct node *n = l->n;

	begin_rows(l);
	for (size_t i = 0; i < n->n_head; i++) {
		const struct head *h = n->head[i];
		const struct share *sh = share_of(l, h);

		if ((l->said != 0 && h->changed <= l->said) ||
		    h->charter == 0 ||
		    (h->number <= sh->shown && h->charter <= sh->charter))
			continue;
		if (msg_rows(buf_bytes(&n->rows)) == MSG_HEADS_MAX)
			say_rows(l, 0);
		put_row(l, h);
	}
	l->said = n->counter;
	l->show_at = 0;
	link_touch(l);
	if (n->rows.n > 0 || always)
		say_rows(l, l->said);
}

/* True if |seen| is one of our counter since we began. */
static bool
is_ours(const struct node *n, uint64_t seen)
{
	return seen >= n->counter_from && seen <= n->counter;
}

void
spread_back(struct link *l, uint64_t seen)
{
	l->said = is_ours(l->n, seen) ? seen : 0;
	say_changes(l, true);
}

void
spread_first(struct link *l)
{
	struct node *n = l->n;
	size_t from, fill, left = 0;

	if (is_ours(n, veil_seen(l->veil))) {
		spread_back(l, veil_seen(l->veil));
		return;
	}
	begin_rows(l);
	for (size_t i = 0; i < n->n_track; i++)
		if (n->track[i]->head.charter != 0)
			put_row(l, &n->track[i]->head);
	fill = rows_to_fill(l);
	from = (size_t)rng_below(&n->rng, n->n_head + 1);
	for (size_t i = 0; i < n->n_head; i++) {
		const struct head *h = n->head[(from + i) % n->n_head];

		if (h->followed)
			continue;
		if (left < fill &&
		    msg_rows(buf_bytes(&n->rows)) < MSG_HEADS_MAX)
			put_row(l, h);
		left++;
	}
	l->said = left <= fill ? n->counter : 0;
	say_rows(l, l->said);
}

void
spread_heads(struct link *l)
{
	say_changes(l, false);
}

void
spread_ping(struct link *l)
{
	l->n->say.kind = MSG_HEADS;
	l->n->say.heads = (struct msg_heads){.counter = l->said};
	link_say(l);
}

/* NEWS. */

/* True if the peer is yet to be told of the head, or of one who is nearer to it. */
static bool
is_news(const struct share *sh, const struct head *h)
{
	if (h->gap > MSG_GAP_MAX || h->forked || h->file.n == 0)
		return false;
	if (h->number > share_told(sh))
		return true;
	return h->number > (sh->died ? 0 : sh->number) &&
	       h->number == sh->shown && sh->shown_gap == MSG_GAP_MAX &&
	       h->gap < MSG_GAP_MAX;
}

/* The file is that of the newest header, which may not be durable yet. */
static bool
is_file_safe(struct head *h)
{
	struct track *s = head_track(h);

	return s == NULL || h->number == feed_head(s->feed);
}

static void
say_news(struct link *l, struct head *h, bool charter)
{
	struct share *sh = share_of(l, h);
	struct msg_news *m = &l->n->say.news;

	*m = (struct msg_news){.gap = h->gap};
	l->n->say.kind = MSG_NEWS;
	if (charter || sh->charter < h->charter) {
		m->charter = head_charter(h);
		sh->charter = (uint16_t)h->charter;
	}
	if (is_news(sh, h) && is_file_safe(h)) {
		m->header = buf_bytes(&h->file);
		sh->shown = (uint32_t)h->number;
		sh->shown_gap = h->gap;
	}
	if (m->charter.n > 0 || m->header.n > 0)
		link_say(l);
}

bool
spread_tells(const struct link *l)
{
	return l != NULL && link_is_node(l) && l->n->cfg.role == NODE_MIRROR &&
	       !l->said_bye;
}

static void
hold_back(struct link *l, struct head *h)
{
	struct node *n = l->n;
	struct share *sh = share_of(l, h);
	void *p;

	if (sh->waits)
		return;
	p = node_grow(n, l->wait, l->n_wait, &l->cap_wait, sizeof(*l->wait));
	if (p == NULL)
		return;
	l->wait = p;
	l->wait[l->n_wait++] = (struct wait){
	    h, n->now + rng_between(&n->rng, HOLD_BACK_MIN, HOLD_BACK_MAX)};
	sh->waits = true;
	link_touch(l);
}

/*
 * Flood a new head: on a few links at once, on the others a little later unless
 * they show it meanwhile (gossip research §2.1).
 */
void
spread_head(struct head *h, bool urgent)
{
	struct node *n = h->n;
	size_t from = (size_t)rng_below(&n->rng, n->n_slot + 1);
	size_t eager = 0;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[(from + i) % n->n_slot];

		if (!spread_tells(l) || !is_news(share_of(l, h), h))
			continue;
		if (urgent || eager++ < EAGER)
			say_news(l, h, false);
		else
			hold_back(l, h);
	}
}

void
spread_charter(struct head *h)
{
	struct node *n = h->n;

	for (size_t i = 0; i < n->n_slot && h->gap <= MSG_GAP_MAX; i++) {
		struct link *l = n->link[i];

		if (spread_tells(l) && share_of(l, h)->charter < h->charter)
			say_news(l, h, true);
	}
}

/* PROOF. */

static void
say_proof(struct link *l, struct share *sh, const struct head *h)
{
	struct msg_proof *m = &l->n->say.proof;

	sh->proved = true;
	l->n->say.kind = MSG_PROOF;
	if (proof_decode(buf_bytes(&h->proof), &m->a, &m->b) == 0)
		link_say(l);
}

void
spread_proof(struct head *h, struct link *from)
{
	struct node *n = h->n;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l != NULL && l != from && l->state == LINK_OPEN &&
		    n->cfg.role != NODE_READER)
			say_proof(l, share_of(l, h), h);
	}
}

static void
say_charters(struct link *l, const struct head *h)
{
	struct msg_proof *m = &l->n->say.proof;

	share_of(l, h)->proved_charters = true;
	l->n->say.kind = MSG_PROOF;
	if (head_charters_forked(h, &m->a, &m->b))
		link_say(l);
}

void
spread_charters(struct head *h, struct link *from)
{
	struct node *n = h->n;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l != NULL && l != from && l->state == LINK_OPEN &&
		    n->cfg.role != NODE_READER)
			say_charters(l, h);
	}
}

/* To who was not there, or asks for the feed. */
void
spread_forked(struct link *l, struct share *sh, struct head *h)
{
	struct bytes a, b;

	if (l->n->cfg.role == NODE_READER)
		return;
	if (!sh->proved_charters && head_charters_forked(h, &a, &b))
		say_charters(l, h);
	if (h->forked && !sh->proved)
		say_proof(l, sh, h);
}

/* Time. */

when_ms
spread_timer(const struct link *l)
{
	when_ms due = l->show_at == 0 ? WHEN_NEVER : l->show_at;

	for (size_t i = 0; i < l->n_wait; i++)
		due = when_min(due, l->wait[i].at);
	return due;
}

void
spread_due(struct link *l)
{
	struct node *n = l->n;
	size_t kept = 0;

	for (size_t i = 0; i < l->n_wait; i++) {
		struct head *h = l->wait[i].head;

		if (l->wait[i].at > n->now) {
			l->wait[kept++] = l->wait[i];
			continue;
		}
		share_of(l, h)->waits = false;
		if (is_news(share_of(l, h), h))
			say_news(l, h, false);
	}
	l->n_wait = kept;
	if (l->show_at != 0 && l->show_at <= n->now)
		spread_heads(l);
}
