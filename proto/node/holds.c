#include "proto/node/inner.h"

#define LOOK_AGAIN 10000 /* whether who had it is still there */

/* Saying. */

static void
begin(struct link *l, const struct track *s)
{
	l->n->say.kind = MSG_HOLDS;
	l->n->say.holds = (struct msg_holds){.tag = share_tag(l, &s->head)};
}

static void
add(struct link *l, const struct track *s, uint64_t tier, uint64_t first,
    uint64_t last)
{
	struct msg_holds *m = &l->n->say.holds;

	if (m->n == MSG_RUNS_MAX) {
		link_say(l);
		begin(l, s);
	}
	m->run[m->n++] = (struct msg_run){tier, first, last};
}

static void
add_tier(struct link *l, const struct track *s, unsigned tier, uint64_t from)
{
	uint64_t first = 0;

	for (uint64_t k = from; k <= s->head.number + 1; k++) {
		bool here = k <= s->head.number && track_holds(s, k, tier);

		if (here && first == 0)
			first = k;
		if (!here && first != 0) {
			add(l, s, tier, first, k - 1);
			first = 0;
		}
	}
}

static void
say_from(struct link *l, const struct track *s, uint64_t from)
{
	share_of(l, &s->head)->owed = 0;
	begin(l, s);
	for (unsigned tier = 0; tier < TIERS; tier++)
		if ((s->policy.tiers >> tier & 1) != 0)
			add_tier(l, s, tier, from);
	link_say(l);
}

void
holds_ask(struct link *l, struct track *s)
{
	struct share *sh = share_of(l, &s->head);

	if (sh->asked || !spread_tells(l))
		return;
	sh->asked = true;
	say_from(l, s, 1);
}

/* True if the peer asked what we hold of |s|, and was told what we held then. */
static bool
is_told(struct link *l, const struct track *s)
{
	return spread_tells(l) && share_of(l, &s->head)->follows &&
	       share_of(l, &s->head)->asked;
}

/* The peer said that it holds all of |p| itself. */
static bool
has_it(struct link *l, const struct track *s, const struct pack *p)
{
	return share_has_run(share_of(l, &s->head), p->number, p->tier);
}

/*
 * Who holds it himself has time: he is told of all at once, when nothing more is
 * on its way from him.
 */
static void
owe(struct link *l, const struct track *s, const struct pack *p)
{
	struct share *sh = share_of(l, &s->head);
	struct rng *g = &l->n->rng;
	when_ms at = when_add(l->n->now,
	    l->n_ask > 0 ? rng_between(g, SHOW_MIN, SHOW_MAX)
			 : rng_between(g, HOLD_BACK_MIN, HOLD_BACK_MAX));

	if (sh->owed == 0 || p->number < sh->owed)
		sh->owed = (uint32_t)p->number;
	if (l->hold_at == 0 || at < l->hold_at)
		l->hold_at = at;
	link_touch(l);
}

void
holds_due(struct link *l)
{
	struct node *n = l->n;

	if (l->hold_at == 0 || l->hold_at > n->now)
		return;
	l->hold_at = 0;
	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];

		if (share_of(l, &s->head)->owed > 0)
			say_from(l, s, share_of(l, &s->head)->owed);
	}
}

void
holds_pack(struct node *n, struct pack *p)
{
	struct track *s = p->track;

	if (s == NULL || p->number > s->head.number ||
	    !track_holds(s, p->number, p->tier))
		return;
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (!is_told(l, s))
			continue;
		if (has_it(l, s, p)) {
			owe(l, s, p);
			continue;
		}
		begin(l, s);
		add(l, s, p->tier, p->number, p->number);
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
	struct node *n = s->head.n;

	if (from > s->head.number)
		return;
	for (size_t i = s->first_a[from - 1]; i < s->n_a; i++)
		if (!s->a[i].dead && s->a[i].number <= s->head.number &&
		    s->a[i].pack->state == PACK_HELD)
			holds_pack(n, s->a[i].pack);
}

static void
say_pieces(struct link *l, const struct part *t)
{
	struct msg_holds *m = &l->n->say.holds;

	l->n->say.kind = MSG_HOLDS;
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

/* Of a large pack, tell half a megabyte at a time, before it is whole. */
void
holds_part(struct node *n, struct part *t)
{
	struct track *s = t->pack->track;
	uint64_t safe = 0;

	if (s == NULL || t->pack->size <= 2 * HOLDS_STEP)
		return;
	for (size_t i = 0; i < t->n_piece; i++)
		safe += bit(t->safe, i) ? PIECE_SIZE : 0;
	if (safe < t->told + HOLDS_STEP)
		return;
	t->told = safe;
	for (size_t i = 0; i < n->n_slot; i++)
		if (is_told(n->link[i], s) && !has_it(n->link[i], s, t->pack))
			say_pieces(n->link[i], t);
}

/* Seeking. */

/* The most important pack that |s| wants, or NULL. */
static const struct want *
wanted(const struct track *s)
{
	const struct node *n = s->head.n;

	for (size_t i = 0; i < n->n_want; i++)
		if (n->want[i].track == s &&
		    n->want[i].pack->state == PACK_WANTED)
			return &n->want[i];
	return NULL;
}

static bool
has_source(const struct track *s, const struct want *w)
{
	const struct node *n = s->head.n;

	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && link_is_node(n->link[i]) &&
		    share_holds(n->link[i], s, w->number, w->tier, w->pack))
			return true;
	return false;
}

/* Ask those whose word or whose operator's it is that they follow it, or others. */
static size_t
ask_some(struct track *s, size_t max, bool near)
{
	struct node *n = s->head.n;
	size_t from = (size_t)rng_below(&n->rng, n->n_slot + 1), asked = 0;

	for (size_t i = 0; i < n->n_slot && asked < max; i++) {
		struct link *l = n->link[(from + i) % n->n_slot];
		const struct share *sh;

		if (!spread_tells(l))
			continue;
		sh = share_of(l, &s->head);
		if (sh->asked || !sh->known || (near && !sh->near))
			continue;
		holds_ask(l, s);
		asked++;
	}
	return asked;
}

/*
 * Whoever is asked learns that we follow it, so these are few at a time: those who
 * seem to follow it as well first, and no more of them once one has it.
 */
void
holds_seek(struct track *s)
{
	struct node *n = s->head.n;
	const struct want *w;
	size_t asked;
	bool was;

	was = s->seeking;
	s->seeking = false;
	if (n->cfg.role != NODE_MIRROR || (w = wanted(s)) == NULL) {
		timer_set(n, &s->seek, WHEN_NEVER);
		return;
	}
	if (has_source(s, w)) {
		timer_set(n, &s->seek, when_add(n->now, LOOK_AGAIN));
		return;
	}
	s->seeking = true;
	if (!was) {
		s->sought = n->now;
		dial_worry(n);
	}
	asked = ask_some(s, SEEK_MAX, true);
	asked += ask_some(s, SEEK_MAX - asked, false);
	timer_set(n, &s->seek,
	    when_add(n->now, asked > 0 ? SEEK_TIME : LOOK_AGAIN));
}
