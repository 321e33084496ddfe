#include <stdlib.h>

#include "proto/node/inner.h"

#define BYE_DONE 0 /* nothing more to say */

bool
link_is_node(const struct link *l)
{
	return l->state == LINK_OPEN && l->role == ROLE_NODE;
}

void
link_touch(struct link *l)
{
	uint64_t bit = (uint64_t)1 << l->slot % 64;

	l->n->touched[l->slot / 64] |= bit;
	l->n->dry[l->slot / 64] &= ~bit;
}

bool
link_is_touched(const struct node *n, size_t slot)
{
	return (n->touched[slot / 64] >> slot % 64 & 1) != 0;
}

struct link *
link_next_touched(const struct node *n, size_t *at)
{
	while (*at < n->n_slot) {
		uint64_t rest = n->touched[*at / 64] >> *at % 64;

		if (rest == 0)
			*at = (*at / 64 + 1) * 64;
		else if ((rest & 1) != 0 && n->link[*at] != NULL)
			return n->link[(*at)++];
		else
			(*at)++;
	}
	return NULL;
}

void
link_free(struct link *l)
{
	share_close(l);
	stranger_forget(l);
	veil_free(l->veil);
	buf_done(&l->out);
	buf_done(&l->gather);
	free(l->wait);
	buf_done(&l->rows);
	free(l->partial);
	free(l);
}

/*
 * Whoever comes in, as many may be dialled as before.  Of those who have not said who
 * they are, the oldest makes room.
 */
static bool
make_room(struct node *n)
{
	struct link *oldest = NULL;
	size_t strangers = 0, in = 0;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL || l->dialled)
			continue;
		in++;
		if (l->state == LINK_OPEN)
			continue;
		strangers++;
		if (oldest == NULL || l->id < oldest->id)
			oldest = l;
	}
	if (strangers < STRANGERS_MAX && in < LINKS_IN_MAX)
		return true;
	if (oldest != NULL)
		link_shut(oldest, true, 0);
	return oldest != NULL;
}

static struct link *
link_new(struct node *n, uint64_t id, bool dialled, uint32_t group)
{
	struct link *l;
	size_t slot = 0;

	if (!dialled && !make_room(n))
		return NULL;
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
	buf_init(&l->rows, 0);
	n->link[slot] = l;
	n->link_id[slot] = id;
	link_touch(l);
	if (slot >= n->n_slot)
		n->n_slot = slot + 1;
	return l;
}

static void on_time(struct node *n, void *owner);

static struct veil *
dial_veil(struct link *l)
{
	struct node *n = l->n;
	struct veil *v = NULL;
	struct invite to;

	if (invite_parse(&to, buf_bytes(&l->contact->invite)) == 0)
		v = veil_dial(&to, n->wall, l->seen, &n->rng, &l->out);
	invite_done(&to);
	return v;
}

void
link_up(struct node *n, const struct node_event *ev)
{
	bool dialled = ev->link_up.we_dialled;
	struct contact *c = dialled ? dial_find(n, ev->link_up.dial) : NULL;
	struct link *l;

	if (dialled && c == NULL) {
		update_drop(n, ev->link_up.link, false, 0);
		return;
	}
	if ((l = link_new(n, ev->link_up.link, dialled, ev->link_up.group)) ==
	    NULL) {
		update_drop(n, ev->link_up.link, !dialled, QERR_FULL);
		if (c != NULL)
			dial_failed(n, ev->link_up.dial);
		return;
	}
	timer_init(&l->timer, on_time, l);
	if (dialled) {
		c->dial = 0;
		c->link = l;
		c->group = l->group; /* where it lies indeed */
		l->contact = c;
		if (n->cfg.role == NODE_MIRROR)
			l->seen = recall_of(c);
		l->veil = dial_veil(l);
	} else {
		l->veil = veil_accept(n->door);
	}
	if (l->veil == NULL)
		node_fail(n, QERR_NOMEM);
}

/* It is touched. */
static struct link *
link_find(struct node *n, uint64_t id)
{
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link_id[i] == id && n->link[i] != NULL) {
			link_touch(n->link[i]);
			return n->link[i];
		}
	return NULL;
}

/* The transport is gone, or is to go: forget the link. */
static void
link_end(struct link *l)
{
	struct node *n = l->n;
	bool open = link_is_node(l);

	recall_keep(l);
	l->state = LINK_SHUT;
	fetch_stop(l);
	l->n_job = 0;
	l->get = 0;
	for (size_t i = 0; i < l->n_share; i++)
		if (l->share[i].follows && n->head[i]->followed)
			head_track(n->head[i])->n_source--;
	if (l->contact != NULL)
		dial_lost(l->contact, l);
	l->contact = NULL;
	timer_set(n, &l->timer, WHEN_NEVER);
	n->link[l->slot] = NULL;
	n->link_id[l->slot] = 0;
	while (n->n_slot > 0 && n->link[n->n_slot - 1] == NULL)
		n->n_slot--;
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

	if (l == NULL)
		return;
	brief_ended(l);
	link_end(l);
}

void
link_say(struct link *l)
{
	struct node *n = l->n;
	int err;

	link_touch(l);
	if (l->veil == NULL || veil_state(l->veil) != VEIL_OPEN)
		return;
	buf_clear(&n->scratch);
	err = msg_encode(&n->scratch, &n->say);
	if (err == 0)
		err = veil_send(l->veil, buf_bytes(&n->scratch));
	if (err == QERR_NOMEM)
		node_fail(n, err);
	l->says = true;
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

/* The veil is open.  A node says what it has unasked: a poll reveals nothing. */
static void
opened(struct link *l)
{
	l->state = LINK_HELLO;
	if (share_open(l) != 0) {
		node_fail(l->n, QERR_NOMEM);
		return;
	}
	hello_say(l);
	if (l->n->cfg.role != NODE_MIRROR || l->dialled)
		return;
	l->seen = recall_of_guest(l->n, veil_invite_name(l->veil));
	spread_first(l);
}

static void
broken(struct link *l, int err)
{
	if (qerr_is_peer_fault(err))
		merit_fault(l, err);
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
	l->came += in.n;
	err = veil_input(l->veil, in.p, in.n, n->wall, &n->rng, &l->out);
	if (err != 0) {
		node_fail(n, err);
		return;
	}
	if (l->state == LINK_LINE && veil_state(l->veil) == VEIL_OPEN)
		opened(l);
	while (l->state != LINK_SHUT && veil_next(l->veil, &msg)) {
		err = hear(l, msg);
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
ping_at(const struct link *l)
{
	return when_add(l->last_out,
	    PING_TIME * 3 / 4 + l->id % 8 * PING_TIME / 16);
}

/* When it is looked at why |l| is here: WHEN_NEVER if it may stay. */
static when_ms
visit_at(const struct link *l)
{
	const struct contact *c = l->contact;

	if (!l->dialled)
		return l->visited ? WHEN_NEVER
				  : when_add(l->opened, VISIT_TIME);
	if (c == NULL || purpose_stays(c->purpose) || l->n_ask > 0)
		return WHEN_NEVER;
	return when_add(l->last_out > l->last_in ? l->last_out : l->last_in,
	    FEELER_STAY);
}

when_ms
link_due(const struct link *l)
{
	when_ms due;

	if (l->state == LINK_LINE)
		return l->dialled ? l->hello_by : WHEN_NEVER;
	if (l->state == LINK_HELLO || l->said_bye)
		return l->hello_by;
	if (l->role == ROLE_READER)
		return when_add(l->last_in, READER_IDLE);
	due = when_add(l->last_in, SILENCE_TIME);
	if (l->n->cfg.role == NODE_MIRROR) {
		due = when_min(due, ping_at(l));
		due = when_min(due, visit_at(l));
	}
	due = when_min(due, spread_timer(l));
	if (l->hold_at != 0)
		due = when_min(due, l->hold_at);
	return when_min(due, fetch_timer(l));
}

/* The visit is over, or it is one to stay; false if |l| is shut. */
static bool
end_visit(struct link *l)
{
	if (l->dialled) {
		if (dial_may_stay(l))
			return true;
		link_bye(l);
		link_shut(l, true, 0);
		return false;
	}
	crowd_settle(l);
	l->visited = true;
	return l->state != LINK_SHUT;
}

static void
on_time(struct node *n, void *owner)
{
	struct link *l = owner;

	link_touch(l);
	if (l->state == LINK_LINE || l->state == LINK_HELLO || l->said_bye) {
		if (n->now >= l->hello_by && !(l->said_bye && brief_frozen(l)))
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
	if (n->cfg.role == NODE_MIRROR) {
		if (n->now >= visit_at(l) && !end_visit(l))
			return;
		if (n->now >= ping_at(l))
			spread_ping(l);
		spread_due(l);
		holds_due(l);
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
	int err = l->n_job > 0 ? veil_flush_full(l->veil, &l->out)
			       : veil_flush(l->veil, &l->n->rng, &l->out);

	l->says = veil_queued(l->veil) > 0;
	return err;
}

static void
flush_all(struct node *n)
{
	struct link *l;
	int err;

	for (size_t at = 0; (l = link_next_touched(n, &at)) != NULL;)
		if (l->says && !is_filling(l) && n->waking == 0 &&
		    (err = flush(l)) != 0)
			node_fail(n, err);
}

/*
 * Who asks, and does not read.  What was asked of it is asked of others: some of it at
 * once, so that these are touched, and the rest in a step that comes at once.
 */
static bool
shut_unread(struct node *n)
{
	bool any = false;
	struct link *l;

	for (size_t at = 0; (l = link_next_touched(n, &at)) != NULL;)
		if (l->queued + l->out.n > UNREAD_MAX) {
			link_shut(l, false, QERR_FULL);
			any = true;
		}
	if (any)
		timer_set(n, &n->slow, n->now);
	return any;
}

/* At the end of a step: what was said goes out, and the time of each link is set. */
void
link_flush(struct node *n)
{
	struct link *l;

	flush_all(n);
	if (shut_unread(n))
		flush_all(n);
	for (size_t at = 0; (l = link_next_touched(n, &at)) != NULL;) {
		l->queued += l->out.n;
		timer_set(n, &l->timer, link_due(l));
	}
}
