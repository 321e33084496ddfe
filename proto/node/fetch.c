#include <string.h>

#include "proto/node/inner.h"

struct ask *
fetch_say(struct link *l, const struct ask *a, const struct msg_tag *tag)
{
	struct node *n = l->n;
	struct msg_ask *m = &n->say.ask;
	uint64_t room = brief_room(l);
	struct ask *own = &l->ask[l->n_ask++];

	*own = *a;
	if (own->budget == 0)
		own->budget = room;
	own->id = ++l->next_ask;
	own->at = n->now;
	own->next = a->first;
	if (a->part != NULL && n->slow.item.place == 0)
		timer_set(n, &n->slow, when_add(n->now, ENDGAME_TIME));
	n->say.kind = MSG_ASK;
	*m = (struct msg_ask){.id = own->id,
	    .what = a->what,
	    .first = a->first,
	    .last = a->last,
	    .budget = own->budget};
	if (tag != NULL)
		m->tag = *tag;
	if (a->part != NULL)
		m->pack = a->part->pack->root;
	if (a->pack != NULL)
		m->pack = a->pack->root;
	link_say(l);
	return own;
}

static void
say_cancel(struct link *l, uint32_t id)
{
	l->n->say.kind = MSG_ASK;
	l->n->say.ask = (struct msg_ask){.id = id};
	link_say(l);
}

static size_t
ask_bytes(const struct ask *a)
{
	size_t sum = 0;

	if (a->what == ASK_PIECES)
		for (uint64_t i = a->next; i <= a->last; i++)
			sum += piece_len(a->part->pack->size, (size_t)i);
	return sum;
}

void
fetch_look(struct node *n)
{
	memset(n->dry, 0, sizeof(n->dry));
}

/* |a| of |l| is over: what did not come may be asked of others. */
void
fetch_end(struct link *l, struct ask *a)
{
	struct node *n = l->n;
	struct part *t = a->part;

	n->in_flight -= ask_bytes(a);
	if (a->what == ASK_PIECES)
		for (uint64_t i = a->next; i <= a->last; i++)
			part_unask(t, (size_t)i);
	if (a->what == ASK_PART && t != NULL)
		part_unask(t, (size_t)a->first);
	if (a->what == ASK_PIECE_HASHES)
		t->hasher = NULL;
	if (a->pack != NULL)
		receipt_end(l, a);
	else if (a->head != NULL && a->head->asking == l)
		a->head->asking = NULL;
	*a = l->ask[--l->n_ask];
	fetch_look(n);
	link_touch(l);
}

void
fetch_heads(struct link *l, struct share *sh, struct track *s)
{
	struct node *n = l->n;
	uint64_t head = track_head(s), charter = track_charter(s);
	struct ask a = {.head = &s->head, .last = 0};
	struct msg_tag tag;

	if (!link_is_node(l) || s->head.asking != NULL || n->full ||
	    sh->failed || l->said_bye || brief_room(l) < BRIEF_LEAST)
		return;
	if (s->asleep) {
		if (sh->differs || sh->rival || sh->charter > charter ||
		    sh->number > head)
			track_wake(s);
		return;
	}
	if (l->n_ask == ASKS_MAX) {
		n->passed_over = l->passed_over = true;
		return;
	}
	if (sh->differs && charter > 0) {
		a.what = ASK_CHARTERS;
		a.first = 1;
		sh->differs = false;
		sh->compared = true;
	} else if (sh->charter > charter) {
		a.what = ASK_CHARTERS;
		a.first = charter + 1;
	} else if (charter == 0 || s->head.forked) {
		return;
	} else if (sh->rival && head > 0) {
		a.what = ASK_HEADERS;
		a.first = a.last = head;
		a.fork_check = true;
		sh->rival = false;
	} else if (sh->number > head && accept_from(s, l)) {
		a.what = ASK_HEADERS;
		a.first = head + 1;
		a.last = sh->number;
	} else {
		return;
	}
	s->head.asking = l;
	tag = share_tag(l, &s->head);
	fetch_say(l, &a, &tag);
}

/* What |l| showed, if it may give it; those who follow the feed have more than a head. */
static uint64_t
promise(struct link *l, const struct track *s)
{
	const struct share *sh;

	if (l == NULL || !link_is_node(l))
		return 0;
	sh = share_of(l, &s->head);
	if (sh->failed)
		return 0;
	return sh->follows || sh->near ? sh->number + (UINT64_C(1) << 32)
				       : sh->number;
}

void
fetch_track(struct track *s)
{
	struct node *n = s->head.n;
	struct link *best = NULL;

	/* Whoever showed the most; it may lie, and then the next one is asked. */
	for (size_t i = 0; i < n->n_slot; i++)
		if (promise(n->link[i], s) > promise(best, s))
			best = n->link[i];
	if (best != NULL)
		fetch_heads(best, share_of(best, &s->head), s);
	for (size_t i = 0; i < n->n_slot && s->head.asking == NULL; i++)
		if (n->link[i] != NULL && n->link[i]->state == LINK_OPEN)
			fetch_heads(n->link[i], share_of(n->link[i], &s->head),
			    s);
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

/* When |a| has been slow: somebody else may be asked for its next piece. */
static when_ms
slow_at(const struct ask *a)
{
	return a->part == NULL || a->again || a->what == ASK_PART
		   ? WHEN_NEVER
		   : when_add(a->at, ENDGAME_TIME);
}

/* A piece that somebody else has been slow with, when there is no other left. */
static bool
ask_again(struct link *l, struct part *t)
{
	struct node *n = l->n;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *o = n->link[i];

		for (size_t k = 0; o != NULL && o != l && k < o->n_ask; k++) {
			struct ask *a = &o->ask[k];

			if (a->part != t || n->now < slow_at(a))
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

static bool
ask_next(struct link *l)
{
	struct node *n = l->n;

	if (l->n_ask >= l->window)
		return ask_little(l);
	l->asks_more = true;
	if (ask_begun(l))
		return true;
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
	for (size_t i = 0; i < n->n_part; i++) {
		struct pack *p = n->part[i]->pack;

		if (p->state == PACK_WANTED && p->track != NULL &&
		    brief_room(l) == BRIEF_NO_LIMIT &&
		    share_holds(l, p->track, p->number, p->tier, p) &&
		    ask_again(l, n->part[i]))
			return true;
	}
	return false;
}

static bool
can_ask(const struct link *l)
{
	return link_is_node(l) && !l->said_bye && l->n->now >= l->rest_until &&
	       l->n->in_flight < IN_FLIGHT_MAX;
}

/* The feeds that were passed over while too much was asked of |l|. */
static void
ask_passed(struct link *l)
{
	struct node *n = l->n;

	if (!l->passed_over || l->n_ask == ASKS_MAX)
		return;
	l->passed_over = false;
	for (size_t i = 0; i < n->n_track && !l->passed_over; i++)
		fetch_heads(l, share_of(l, &n->track[i]->head), n->track[i]);
	if (!l->passed_over)
		carry_more(l);
}

static void
ask_all_passed(struct node *n)
{
	bool any = n->passed_over;

	n->passed_over = false;
	for (size_t i = 0; i < n->n_slot && any; i++)
		if (n->link[i] != NULL) {
			ask_passed(n->link[i]);
			n->passed_over |= n->link[i]->passed_over;
		}
}

static void
retry_all(struct node *n)
{
	bool any = n->retry;

	n->retry = false;
	for (size_t i = 0; i < n->n_track && any; i++)
		if (n->track[i]->retry) {
			n->track[i]->retry = false;
			fetch_track(n->track[i]);
		}
	/* What was said while a feed woke waited, to go out together. */
	for (size_t i = 0; i < n->n_slot && any; i++)
		if (n->cfg.role == NODE_READER && n->link[i] != NULL)
			link_touch(n->link[i]);
}

/*
 * Who had nothing has nothing now, if nothing happened to it since nor to what is wanted.
 * A reader's links have more that they hang on: brief.c.
 */
static bool
may_have_more(const struct node *n, size_t slot)
{
	return (n->dry[slot / 64] >> slot % 64 & 1) == 0 ||
	       n->cfg.role == NODE_READER;
}

/*
 * Of who has run dry everybody asks for the next piece that it tells of, at once: it is
 * asked for little again, or its line fills with what they will not have waited for.
 */
static bool
ask_once(struct link *l)
{
	if (!can_ask(l))
		return false;
	if (ask_next(l))
		return true;
	if (l->n_ask == 0)
		l->window = 1;
	l->n->dry[l->slot / 64] |= (uint64_t)1 << l->slot % 64;
	return false;
}

/* One of the asks has been slow, perhaps: who has nothing to ask looks again. */
void
fetch_slow(struct node *n, void *unused)
{
	when_ms next = WHEN_NEVER, at;

	(void)unused;
	for (size_t i = 0; i < n->n_slot; i++) {
		const struct link *l = n->link[i];

		for (size_t k = 0; l != NULL && k < l->n_ask; k++) {
			if ((at = slow_at(&l->ask[k])) <= n->now) {
				fetch_look(n);
				at = when_add(n->now, ENDGAME_TIME / 2);
			}
			next = when_min(next, at);
		}
	}
	timer_set(n, &n->slow, next);
}

void
fetch_more(struct node *n)
{
	bool any = true;

	ask_all_passed(n);
	retry_all(n);
	if (n->full || n->want_dirty || n->n_want + n->n_part == 0)
		return;
	while (any) { /* in turns, so that all links share the work */
		any = false;
		for (size_t i = 0; i < n->n_slot; i++)
			if (n->link[i] != NULL && may_have_more(n, i))
				any |= ask_once(n->link[i]);
	}
}

/* What came to nothing is asked of another. */
static void
retry(struct head *h)
{
	if (h != NULL && h->followed)
		h->n->retry = head_track(h)->retry = true;
	else if (h != NULL)
		carry_again(head_carried(h));
}

void
fetch_stop(struct link *l)
{
	struct node *n = l->n;

	while (l->n_ask > 0) {
		struct head *h = l->ask[0].head;

		fetch_end(l, &l->ask[0]);
		retry(h);
	}
	carry_forget_stranger(l);
	for (size_t i = 0; i < n->n_part; i++)
		if (n->part[i]->hasher == l)
			n->part[i]->hasher = NULL;
	for (size_t i = 0; i < n->n_track && l->refused_any; i++)
		for (size_t k = 0; k < n->track[i]->n_a; k++)
			n->track[i]->a[k].pack->refused[l->slot / 64] &=
			    ~((uint64_t)1 << l->slot % 64);
	l->refused_any = false;
}

void
fetch_drop(struct link *l, size_t k)
{
	say_cancel(l, l->ask[k].id);
	fetch_end(l, &l->ask[k]);
}

/* Nobody is to go on with |t|. */
void
fetch_cancel(struct node *n, struct part *t)
{
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		for (size_t k = 0; l != NULL && k < l->n_ask;) {
			if (l->ask[k].part != t) {
				k++;
				continue;
			}
			fetch_drop(l, k);
		}
	}
}

/* Silence. */

static when_ms
stall_at(const struct link *l)
{
	when_ms last = l->last_in;

	for (size_t i = 0; i < l->n_ask; i++)
		if (l->ask[i].at > last)
			last = l->ask[i].at;
	return when_add(last, l->stall);
}

when_ms
fetch_timer(const struct link *l)
{
	if (l->n_ask > 0)
		return stall_at(l);
	return l->rest_until > l->n->now ? l->rest_until : WHEN_NEVER;
}

void
fetch_stalled(struct link *l)
{
	struct node *n = l->n;

	if (l->n_ask == 0 || n->now < stall_at(l) || brief_frozen(l))
		return;
	if (++l->stalls == STALLS_MAX) {
		link_shut(l, true, 0);
		return;
	}
	while (l->n_ask > 0) {
		struct head *h = l->ask[0].head;

		if (h != NULL)
			share_of(l, h)->failed = l->stalls > 1;
		say_cancel(l, l->ask[0].id);
		fetch_end(l, &l->ask[0]);
		retry(h);
	}
	carry_forget_stranger(l);
	l->window = 1;
	l->stall = l->stall * 2 > STALL_MAX ? STALL_MAX : l->stall * 2;
	l->rest_until = when_add(n->now, l->stall / 2);
	l->proven = false;
}
