#include "proto/node/inner.h"

size_t
ask_bytes(const struct ask *a)
{
	size_t sum = 0;

	if (a->what == ASK_PIECES)
		for (uint64_t i = a->next; i <= a->last; i++)
			sum += piece_len(a->part->pack->size, (size_t)i);
	return sum;
}

/* The pieces that |l| has, if it has but some: else NULL. */
static const uint8_t *
link_pieces(const struct link *l, const struct share *sh, const struct want *w)
{
	if (share_has_run(sh, w->number, w->tier))
		return NULL;
	for (size_t i = 0; i < l->n_partial; i++)
		if (id_eq(&l->partial[i].root, &w->pack->root))
			return l->partial[i].have;
	return NULL;
}

static void
ask_run(struct link *l, struct part *t, size_t first, size_t count)
{
	struct ask a = {.what = ASK_PIECES,
	    .part = t,
	    .first = first,
	    .last = first + count - 1};

	for (size_t i = first; i < first + count; i++)
		if (!bit(t->asked, i)) {
			bit_set(t->asked, i, true);
			t->n_asked++;
		}
	l->n->in_flight += ask_bytes(fetch_say(l, &a, NULL));
}

static bool
missing(const struct part *t, const uint8_t *only, size_t i)
{
	return i < t->n_piece && !bit(t->have, i) && !bit(t->asked, i) &&
	       (only == NULL || bit(only, i));
}

/*
 * Where to look first.  Parts of a large pack are handed on while it comes: who asks
 * for them together begins in other places, to have something to give (gossip research
 * §2.4).
 */
static size_t
begin(struct node *n, const struct part *t)
{
	if (t->pack->size <= 2 * HOLDS_STEP)
		return 0;
	return (size_t)rng_below(&n->rng, t->n_piece) / MSG_LEAVES_MAX *
	       MSG_LEAVES_MAX;
}

static bool
ask_hashes(struct link *l, struct part *t)
{
	const struct buf *some = brief_some(l, t, ASK_PIECE_HASHES, 0);
	struct ask a = {.what = ASK_PIECE_HASHES,
	    .part = t,
	    .last = some != NULL ? some->n : 0};

	if (t->hasher != NULL)
		return false;
	t->hasher = l;
	a.budget = t->n_piece * sizeof(struct id) - a.last;
	if (a.budget > brief_room(l))
		a.budget = brief_room(l);
	fetch_say(l, &a, NULL);
	return true;
}

/* What is still to come of piece |i|, or as much as there is room for. */
static void
ask_rest(struct link *l, struct part *t, size_t i)
{
	const struct buf *some = brief_some(l, t, ASK_PART, i);
	size_t room = brief_room(l);
	struct ask a = {.what = ASK_PART,
	    .part = t,
	    .first = i,
	    .last = some != NULL ? some->n : 0};

	a.budget = piece_len(t->pack->size, i) - a.last;
	if (a.budget > room)
		a.budget = room;
	bit_set(t->asked, i, true);
	t->n_asked++;
	fetch_say(l, &a, NULL);
}

/* Go on with the piece that |l|'s node gave a part of; false if there is none. */
static bool
ask_begun(struct link *l)
{
	const struct contact *c = l->contact;
	const struct pack *p;

	if (c == NULL || c->some.n == 0 || c->some_what != ASK_PART)
		return false;
	p = pack_find(l->n, &c->some_pack);
	if (p == NULL || p->state != PACK_WANTED || p->part == NULL ||
	    !missing(p->part, NULL, (size_t)c->some_piece) ||
	    brief_room(l) < BRIEF_LEAST)
		return false;
	/* They were forgotten, if the pack made room for others meanwhile. */
	if (p->part->n_piece > 1 && p->part->hash == NULL)
		return ask_hashes(l, p->part);
	ask_rest(l, p->part, (size_t)c->some_piece);
	return true;
}

/* Where a link is brief: a piece that there is room for, or the beginning of one. */
static bool
ask_brief(struct link *l, struct part *t, const uint8_t *only)
{
	size_t i = 0;

	while (i < t->n_piece &&
	       (!missing(t, only, i) || brief_elsewhere(l, t, i)))
		i++;
	if (i == t->n_piece)
		return false;
	ask_rest(l, t, i);
	return true;
}

/*
 * Whoever gives the hashes gives them before the pieces that he is asked for behind
 * them: at once, if he has proven to give what is right, and the pack is not one for
 * several links to share.
 */
static bool
hashes_come(const struct link *l, const struct part *t)
{
	return t->hash != NULL || t->n_piece == 1 ||
	       (t->hasher == l && l->proven && t->n_piece <= MSG_LEAVES_MAX &&
		   brief_room(l) == BRIEF_NO_LIMIT);
}

static bool
ask_pieces(struct link *l, struct part *t, const uint8_t *only)
{
	size_t max = l->proven ? MSG_LEAVES_MAX : 1;
	size_t from = begin(l->n, t), first = 0, count = 0, i = 0;

	for (; i < t->n_piece; i++) {
		first = (from + i) % t->n_piece;
		if (missing(t, only, first))
			break;
	}
	if (i == t->n_piece)
		return false;
	while (count < max && missing(t, only, first + count))
		count++;
	ask_run(l, t, first, count);
	return true;
}

/* Ask |l| for something of |t|; false if there is nothing to ask now. */
static bool
ask_part(struct link *l, struct part *t, const uint8_t *only)
{
	if (brief_room(l) < BRIEF_LEAST)
		return false;
	if (!hashes_come(l, t)) {
		if (!ask_hashes(l, t))
			return false;
		if (hashes_come(l, t))
			ask_pieces(l, t, only);
		return true;
	}
	if (brief_room(l) < BRIEF_NO_LIMIT)
		return ask_brief(l, t, only);
	return ask_pieces(l, t, only);
}

when_ms
ask_slow_at(const struct ask *a)
{
	return a->part == NULL || a->again || a->what == ASK_PART
		   ? WHEN_NEVER
		   : when_add(a->at, ENDGAME_TIME);
}

/* A piece of |t| that somebody else has been slow with. */
static bool
ask_again(struct link *l, struct part *t)
{
	struct node *n = l->n;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *o = n->link[i];

		for (size_t k = 0; o != NULL && o != l && k < o->n_ask; k++) {
			struct ask *a = &o->ask[k];

			if (a->part != t || n->now < ask_slow_at(a))
				continue;
			if (a->what == ASK_PIECE_HASHES) {
				a->again = true;
				t->hasher = NULL;
				return ask_part(l, t, NULL);
			}
			if (a->next > a->last || bit(t->have, (size_t)a->next))
				continue;
			a->again = true;
			ask_run(l, t, (size_t)a->next, 1);
			return true;
		}
	}
	return false;
}

/*
 * How many bytes of little packs may be asked of |l| beside what is: in one burst, which
 * costs as much as one ASK alone, and then none until fewer than |window| ASKs are open.
 * They come to no more than |window| ASKs can name, if it has proven what it gives.  A
 * reader asks others, too, for no more than one piece: who wants but the newest issue is
 * gone a round trip sooner.
 */
static size_t
little_room(const struct link *l)
{
	bool reads = l->n->cfg.role == NODE_READER;
	size_t full = l->proven ? l->window * MSG_LEAVES_MAX * PIECE_SIZE
		      : reads   ? PIECE_SIZE
				: 0;
	size_t most = l->proven ? LITTLE_ASKS_MAX : WINDOW_MAX, sum = 0;

	if (!l->asks_more || l->n_ask >= most || brief_room(l) < BRIEF_NO_LIMIT)
		return 0;
	for (size_t i = 0; i < l->n_ask; i++) {
		sum += ask_bytes(&l->ask[i]);
		if (!l->proven && l->ask[i].what != ASK_PIECES)
			return 0;
	}
	return sum < full ? full - sum : 0;
}

static bool
ask_little(struct link *l)
{
	struct node *n = l->n;
	size_t room = little_room(l),
	       from = l->want_gen == n->want_gen ? l->want_from : 0;

	for (size_t i = from; i < n->n_want && i < from + LITTLE_ASKS_MAX;
	     i++) {
		const struct want *w = &n->want[i];
		struct part *t;

		if (w->pack->size > room || w->pack->state != PACK_WANTED ||
		    w->pack->part != NULL ||
		    piece_count(w->pack->size) > MSG_LEAVES_MAX ||
		    !share_holds(l, w->track, w->number, w->tier, w->pack))
			continue;
		t = part_open(n, w->pack);
		return t != NULL && ask_part(l, t, NULL);
	}
	l->asks_more = false;
	return false;
}

/* More of the packs that have begun to come. */
static bool
ask_open(struct link *l)
{
	struct node *n = l->n;

	for (size_t i = 0; i < n->n_part; i++) {
		struct part *t = n->part[i];
		struct want w = {.pack = t->pack,
		    .track = t->pack->track,
		    .number = t->pack->number,
		    .tier = t->pack->tier};

		if (t->pack->state == PACK_WANTED && w.track != NULL &&
		    share_holds(l, w.track, w.number, w.tier, t->pack) &&
		    ask_part(l, t,
			link_pieces(l, share_of(l, &w.track->head), &w)))
			return true;
	}
	return false;
}

/* The next pack that nothing came of; l->want_from stops at what has to wait. */
static bool
ask_new(struct link *l)
{
	struct node *n = l->n;

	if (l->want_gen != n->want_gen) {
		l->want_gen = n->want_gen;
		l->want_from = 0;
	}
	for (; l->want_from < n->n_want; l->want_from++) {
		const struct want *w = &n->want[l->want_from];
		struct part *t;

		if (w->pack->state != PACK_WANTED || w->pack->part != NULL ||
		    !share_holds(l, w->track, w->number, w->tier, w->pack))
			continue;
		if ((t = part_open(n, w->pack)) == NULL)
			return false; /* all are busy; later */
		if (ask_part(l, t,
			link_pieces(l, share_of(l, &w->track->head), w)))
			return true;
	}
	return false;
}

/* When there is nothing else: what others are slow with. */
static bool
ask_slow(struct link *l)
{
	struct node *n = l->n;

	if (l->want_from < n->n_want || brief_room(l) < BRIEF_NO_LIMIT)
		return false;
	for (size_t i = 0; i < n->n_part; i++) {
		struct pack *p = n->part[i]->pack;

		if (p->state == PACK_WANTED && p->track != NULL &&
		    share_holds(l, p->track, p->number, p->tier, p) &&
		    ask_again(l, n->part[i]))
			return true;
	}
	return false;
}

bool
ask_next(struct link *l)
{
	if (l->n_ask >= l->window)
		return ask_little(l);
	l->asks_more = true;
	return ask_begun(l) || ask_open(l) || ask_new(l) || ask_slow(l);
}
