#include "proto/node/inner.h"

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
holds_all(struct link *l, struct share *sh, struct track *s)
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
holds_pack(struct node *n, struct pack *p)
{
	struct track *s = p->track;

	if (s == NULL || n->cfg.role == NODE_READER ||
	    p->number > s->safe_head || !track_holds(s, p->number, p->tier))
		return;
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *l = n->link[i];
		struct share *sh;

		if (!spread_tells(l, s) || !l->share[s->index].held_told)
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
holds_safe(struct track *s, uint64_t from)
{
	struct node *n = s->n;

	if (n->cfg.role == NODE_READER || from > s->safe_head)
		return;
	for (size_t i = s->first_a[from - 1]; i < s->n_a; i++)
		if (!s->a[i].dead && s->a[i].number <= s->safe_head &&
		    s->a[i].pack->state == PACK_HELD)
			holds_pack(n, s->a[i].pack);
}

/* Of a large pack, tell half a megabyte at a time, before it is whole. */
void
holds_part(struct node *n, struct part *t)
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

		if (!spread_tells(l, s))
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
