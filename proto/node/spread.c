#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

static int
row_cmp(const void *x, const void *y)
{
	const struct msg_heads_row *a = x, *b = y;

	return memcmp(a->tag.b, b->tag.b, sizeof(a->tag.b));
}

/* All that we can vouch for; the peer learns which of its feeds are among them. */
void
spread_heads(struct link *l)
{
	struct node *n = l->n;
	struct msg_heads *m = &n->say.heads;

	n->say.kind = MSG_HEADS;
	l->vouched = n->vouched;
	m->full = true;
	m->counter = ++l->counter;
	m->n = 0;
	for (size_t i = 0; i < l->n_share && m->n < MSG_HEADS_MAX; i++) {
		const struct track *s = n->track[i];
		struct msg_heads_row *row = &m->row[m->n];

		if (s->safe_charter == 0)
			continue;
		memset(row, 0, sizeof(*row));
		row->tag = l->share[i].out;
		row->number = s->safe_head;
		row->charter = s->safe_charter;
		/* The mark of a forked feed is nobody's: who follows it asks, and is
		 * sent the proof. */
		if (row->number > 0)
			msg_mark(row->mark, veil_hash(l->veil), l->dialled,
			    s->forked ? &s->id
				      : feed_hash(s->feed, s->safe_head));
		m->n++;
	}
	qsort(m->row, m->n, sizeof(m->row[0]), row_cmp);
	link_say(l);
}

void
spread_heads_all(struct node *n)
{
	for (size_t i = 0; i < LINKS_MAX && n->cfg.role == NODE_MIRROR; i++)
		if (n->link[i] != NULL && link_is_node(n->link[i]))
			spread_heads(n->link[i]);
}

void
spread_ping(struct link *l)
{
	struct msg_heads *m = &l->n->say.heads;

	l->n->say.kind = MSG_HEADS;
	m->full = false;
	m->counter = ++l->counter;
	m->n = 0;
	link_say(l);
}

static void
say_news(struct link *l, struct share *sh, const struct track *s, bool charter)
{
	struct msg_news *m = &l->n->say.news;

	*m = (struct msg_news){0};
	l->n->say.kind = MSG_NEWS;
	sh->news_at = 0;
	if (charter || sh->charter < s->safe_charter) {
		m->charter = feed_charter_file(s->feed, s->safe_charter);
		sh->charter = s->safe_charter;
	}
	if (s->safe_head == feed_head(s->feed) && s->head_file.n > 0 &&
	    s->safe_head > sh->told && !s->forked) {
		m->header = buf_bytes(&s->head_file);
		sh->told = s->safe_head;
	}
	if (m->charter.n > 0 || m->header.n > 0)
		link_say(l);
}

static bool
tells(const struct link *l, const struct track *s)
{
	return l != NULL && link_is_node(l) && l->share[s->index].known &&
	       s->n->cfg.role == NODE_MIRROR;
}

/*
 * Flood a new head: on a few links at once, on the others a little later unless
 * they show it meanwhile (gossip research §2.1).
 */
void
spread_head(struct track *s, bool urgent)
{
	struct node *n = s->n;
	size_t from = (size_t)rng_below(&n->rng, LINKS_MAX);
	size_t eager = 0;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[(from + i) % LINKS_MAX];
		struct share *sh;

		if (!tells(l, s))
			continue;
		sh = &l->share[s->index];
		if (sh->told >= s->safe_head)
			continue;
		if (urgent || eager++ < EAGER)
			say_news(l, sh, s, false);
		else if (sh->news_at == 0)
			sh->news_at =
			    n->now +
			    rng_between(&n->rng, HOLD_BACK_MIN, HOLD_BACK_MAX);
	}
}

void
spread_charter(struct track *s)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = s->n->link[i];

		if (tells(l, s) && l->share[s->index].charter < s->safe_charter)
			say_news(l, &l->share[s->index], s, true);
	}
}

void
spread_due(struct link *l)
{
	for (size_t i = 0; i < l->n_share; i++) {
		struct share *sh = &l->share[i];

		if (sh->news_at != 0 && sh->news_at <= l->n->now)
			say_news(l, sh, l->n->track[i], false);
	}
}

void
spread_proof(struct node *n, struct bytes a, struct bytes b, struct link *from)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];

		if (l == NULL || l == from || l->state != LINK_OPEN ||
		    n->cfg.role == NODE_READER)
			continue;
		n->say.kind = MSG_PROOF;
		n->say.proof = (struct msg_proof){a, b};
		link_say(l);
	}
}

/* To who was not there, or asks for the feed. */
void
spread_forked(struct link *l, struct share *sh, struct track *s)
{
	if (!s->forked || sh->proved || l->n->cfg.role == NODE_READER)
		return;
	sh->proved = true;
	l->n->say.kind = MSG_PROOF;
	l->n->say.proof =
	    (struct msg_proof){buf_bytes(&s->fork[0]), buf_bytes(&s->fork[1])};
	link_say(l);
}

/* What we hold. */

static void
holds_begin(struct node *n, const struct share *sh)
{
	n->say.kind = MSG_HOLDS;
	n->say.holds = (struct msg_holds){.tag = sh->out};
}

static void
holds_add(struct link *l, const struct share *sh, uint64_t tier, uint64_t first,
    uint64_t last)
{
	struct msg_holds *m = &l->n->say.holds;

	if (m->n == MSG_RUNS_MAX) {
		link_say(l);
		holds_begin(l->n, sh);
	}
	m->run[m->n++] = (struct msg_run){tier, first, last};
}

void
spread_all_held(struct link *l, struct share *sh, struct track *s)
{
	struct node *n = l->n;

	if (sh->held_told || n->cfg.role == NODE_READER || !link_is_node(l))
		return;
	sh->held_told = true;
	holds_begin(n, sh);
	for (unsigned tier = 0; tier < TIERS; tier++) {
		uint64_t first = 0;

		if ((s->policy.tiers >> tier & 1) == 0)
			continue;
		for (uint64_t k = 1; k <= s->safe_head + 1; k++) {
			bool here =
			    k <= s->safe_head && track_holds(s, k, tier);

			if (here && first == 0)
				first = k;
			if (!here && first != 0) {
				holds_add(l, sh, tier, first, k - 1);
				first = 0;
			}
		}
	}
	if (n->say.holds.n > 0)
		link_say(l);
}

void
spread_held(struct node *n, struct pack *p)
{
	struct track *s = p->track;

	if (s == NULL || n->cfg.role == NODE_READER ||
	    p->number > s->safe_head || !track_holds(s, p->number, p->tier))
		return;
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];
		struct share *sh;

		if (!tells(l, s) || !l->share[s->index].held_told)
			continue;
		sh = &l->share[s->index];
		holds_begin(n, sh);
		holds_add(l, sh, p->tier, p->number, p->number);
		link_say(l);
	}
}

/*
 * Headers |from| to the safe head have become safe, and some of their packs were
 * stored before: these are told only now.
 */
void
spread_safe(struct track *s, uint64_t from)
{
	struct node *n = s->n;

	if (n->cfg.role == NODE_READER || from > s->safe_head)
		return;
	for (size_t i = s->first_a[from - 1]; i < s->n_a; i++)
		if (!s->a[i].dead && s->a[i].number <= s->safe_head &&
		    s->a[i].pack->state == PACK_HELD)
			spread_held(n, s->a[i].pack);
}

/* Of a large pack, tell half a megabyte at a time, before it is whole. */
void
spread_part(struct node *n, struct part *t)
{
	struct track *s = t->pack->track;
	struct msg_holds *m = &n->say.holds;
	uint64_t safe = 0;

	if (n->cfg.role == NODE_READER || s == NULL ||
	    t->pack->size <= 2 * HOLDS_STEP)
		return;
	for (size_t i = 0; i < t->n_piece; i++)
		safe += bit(t->safe, i) ? PIECE_SIZE : 0;
	if (safe < t->told + HOLDS_STEP)
		return;
	t->told = safe;
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];

		if (!tells(l, s))
			continue;
		n->say.kind = MSG_HOLDS;
		*m = (struct msg_holds){.of_pack = true, .pack = t->pack->root};
		for (size_t k = 0; k < t->n_piece && m->n < MSG_RUNS_MAX; k++) {
			if (!bit(t->safe, k))
				continue;
			if (m->n > 0 && m->run[m->n - 1].last + 1 == k)
				m->run[m->n - 1].last = k;
			else
				m->run[m->n++] = (struct msg_run){0, k, k};
		}
		link_say(l);
	}
}
