#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/* All that we can vouch for; the peer learns which of its feeds are among them. */
void
spread_heads(struct link *l)
{
	struct node *n = l->n;
	struct msg_heads *m = &n->say.heads;

	n->say.kind = MSG_HEADS;
	l->vouched = n->vouched;
	*m = (struct msg_heads){.full = true, .counter = ++l->counter};
	buf_clear(&n->rows);
	for (size_t i = 0; i < l->n_share && i < MSG_HEADS_MAX; i++) {
		const struct track *s = n->track[i];
		struct msg_heads_row row = {.tag = l->share[i].out,
		    .number = s->safe_head,
		    .charter = s->safe_charter};

		if (s->safe_charter == 0)
			continue;
		/* The mark of a forked feed is nobody's: who follows it asks, and is
		 * sent the proof. */
		if (row.number > 0)
			msg_mark(row.mark, veil_hash(l->veil), l->dialled,
			    s->forked ? &s->id
				      : feed_hash(s->feed, s->safe_head));
		msg_row_put(&n->rows, &row);
	}
	msg_rows_sort(&n->rows);
	m->rows = buf_bytes(&n->rows);
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
	*m = (struct msg_heads){.counter = ++l->counter};
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

bool
spread_tells(const struct link *l, const struct track *s)
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
	size_t from = (size_t)rng_below(&n->rng, n->n_slot + 1);
	size_t eager = 0;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[(from + i) % n->n_slot];
		struct share *sh;

		if (!spread_tells(l, s))
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

		if (spread_tells(l, s) &&
		    l->share[s->index].charter < s->safe_charter)
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
