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
	} else if (charter == 0 || s->head.forked || s->halted) {
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
			if ((at = ask_slow_at(&l->ask[k])) <= n->now) {
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
	stranger_forget(l);
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
	stranger_forget(l);
	l->window = 1;
	l->stall = l->stall * 2 > STALL_MAX ? STALL_MAX : l->stall * 2;
	l->rest_until = when_add(n->now, l->stall / 2);
	l->proven = false;
}
