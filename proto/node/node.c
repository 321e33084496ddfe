#include "proto/node/node.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

void
node_fail(struct node *n, int err)
{
	if (n->fatal == 0)
		n->fatal = err;
}

void
timer_init(struct timer *t, void (*fire)(struct node *, void *), void *owner)
{
	*t = (struct timer){.fire = fire, .owner = owner};
}

void
timer_set(struct node *n, struct timer *t, when_ms when)
{
	int err = heap_set(&n->timers, &t->item, when);

	if (err != 0)
		node_fail(n, err);
}

bool
bucket_take(when_ms *at, when_ms now, uint64_t each, uint64_t burst)
{
	when_ms t = *at > now ? *at : now;

	if (t - now > each * (burst - 1))
		return false;
	*at = t + each;
	return true;
}

struct node *
node_new(const struct node_config *cfg, const uint8_t seed[32])
{
	struct node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->cfg = *cfg;
	n->wall = cfg->wall;
	rng_init(&n->rng, seed);
	n->counter_from = n->counter = 1 + rng_below(&n->rng, COUNTER_SPAN);
	if (cfg->role == NODE_MIRROR) /* a reader signs nothing */
		crypto_sign_seed_keypair(n->sign_pk, n->sign_sk,
		    cfg->identity_seed);
	heap_init(&n->timers);
	timer_init(&n->tick, dial_tick, n);
	timer_init(&n->daily, merit_daily, n);
	timer_init(&n->memory, memory_tick, n);
	timer_init(&n->slow, fetch_slow, n);
	buf_init(&n->self, 0);
	buf_init(&n->scratch, 0);
	buf_init(&n->rows, 0);
	n->packs = map_new(n->counter);
	n->door = veil_door_new(cfg->link_private, cfg->wall);
	if (n->packs == NULL || n->door == NULL) {
		node_free(n);
		return NULL;
	}
	return n;
}

/* All feeds and their packs at once, when nobody is left who asks or is asked. */
static void
tracks_free(struct node *n)
{
	struct pack *p;
	size_t at = 0;

	for (size_t i = 0; i < n->n_head; i++)
		if (n->head[i]->followed)
			track_free(head_track(n->head[i]));
		else
			carry_free(head_carried(n->head[i]));
	free(n->track);
	free(n->head);
	free(n->shunned);
	n->n_track = n->n_head = 0;
	if (n->packs == NULL)
		return;
	while ((p = map_next(n->packs, &at, NULL)) != NULL) {
		if (p->part != NULL)
			part_close(n, p);
		free(p);
	}
	map_free(n->packs);
}

void
node_free(struct node *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (n->link[i] != NULL) {
			link_free(n->link[i]);
			n->link[i] = NULL;
		}
	update_begin(n); /* frees the links that are over */
	while (n->n_contact > 0)
		contact_free(n->contact[n->n_contact - 1]);
	free(n->contact);
	buf_wipe(&n->self);
	tracks_free(n);
	update_free(n);
	for (size_t i = 0; i < n->n_proof; i++) {
		buf_done(&n->proof[i]->theirs);
		free(n->proof[i]);
	}
	veil_door_free(n->door);
	heap_done(&n->timers);
	buf_done(&n->scratch);
	buf_done(&n->rows);
	free(n->want);
	rng_done(&n->rng);
	sodium_memzero(n->sign_sk, sizeof(n->sign_sk));
	sodium_memzero(&n->cfg, sizeof(n->cfg));
	free(n);
}

static void
on_follow(struct node *n, const struct id *feed,
    const struct node_policy *policy)
{
	struct track *s = track_find(n, feed);
	bool known = s != NULL, own;

	if (!known && (s = track_new(n, feed, policy)) == NULL)
		return;
	own = known && s->policy.own;
	s->policy = *policy;
	s->policy.own |= own;
	n->replan = s->plan_dirty = true;
	for (size_t i = 0; i < n->n_slot && !known; i++)
		if (n->link[i] != NULL && n->link[i]->state == LINK_OPEN)
			fetch_heads(n->link[i], share_of(n->link[i], &s->head),
			    s);
}

static void
on_unfollow(struct node *n, const struct id *feed)
{
	struct track *s = track_find(n, feed);

	if (s != NULL)
		track_remove(n, s);
}

/* An issue of our own, which is in the tree. */
static void
take_issue(struct track *s, const struct header *h, struct bytes file)
{
	struct node *n = s->head.n;

	track_add_header(s, h);
	head_set_file(&s->head, file);
	for (size_t i = s->first_a[h->number - 1]; i < s->n_a; i++)
		pack_stored(n, s->a[i].pack);
	s->head.number = h->number;
	head_changed(&s->head);
	receipt_forget(s);
	merit_expect(s);
	update_tell(n, FACT_HEAD, &s->head.id, h->number, 0);
	spread_head(&s->head, true);
	for (size_t i = s->first_a[h->number - 1]; i < s->n_a; i++)
		holds_pack(n, s->a[i].pack);
	receipt_look_all(s);
}

static void
on_published(struct node *n, const struct node_event *ev)
{
	struct track *s = track_find(n, &ev->published.feed);
	struct bytes file = ev->published.header;
	struct header h;
	uint64_t floor;

	if (s == NULL)
		return;
	s->policy.own = true;
	s->head.gap = 0;
	if (ev->published.charter.n > 0 &&
	    feed_add_charter(s->feed, ev->published.charter, &floor) == 0) {
		accept_verdict(s, floor);
		s->head.charter = track_charter(s);
		head_changed(&s->head);
	}
	if (file.n > 0 && feed_add_header(s->feed, file, &h) == 0)
		take_issue(s, &h, file);
	spread_charter(&s->head); /* to whom no header brought it */
}

static void
on_peer(struct node *n, const struct node_event *ev)
{
	struct contact *c = contact_pinned(n, ev->peer.invite);
	struct invite v;

	if (invite_parse(&v, ev->peer.invite) != 0)
		return; /* the driver checked it before it told us */
	if (!ev->peer.remove) {
		contact_pin(n, ev->peer.invite, &v);
	} else if (c != NULL) {
		if (c->link != NULL)
			link_shut(c->link, false, 0);
		tie_forget(c);
		contact_free(c);
	}
	invite_done(&v);
	timer_set(n, &n->tick,
	    when_add(n->now, n->now == n->began ? START_TIME : 0));
}

static void
on_uninvite(struct node *n, const uint8_t secret[INVITE_SECRET_LEN])
{
	struct contact *c;
	uint8_t name[8];

	veil_door_remove(n->door, secret);
	invite_name(name, secret);
	if ((c = contact_find(n, name)) != NULL)
		tie_forget(c);
}

static void
on_invite(struct node *n, const struct node_event *ev)
{
	if (ev->invite.remove)
		on_uninvite(n, ev->invite.secret);
	else
		veil_door_add(n->door, ev->invite.secret);
}

static void
on_revoke(struct node *n, struct bytes id)
{
	struct contact *c = id.n == 8 ? contact_find(n, id.p) : NULL;

	if (c != NULL)
		tie_forget(c);
}

static void
on_space(struct node *n, uint64_t free_bytes)
{
	bool full = free_bytes == 0;

	if (!full)
		accept_resume(n);
	if (full == n->full)
		return;
	n->full = full;
	update_tell(n, FACT_FULL, NULL, full, 0);
	fetch_look(n);
	if (!full)
		accept_space(n);
}

static void
on_loaded(struct node *n, uint64_t token, struct bytes object)
{
	if (!serve_loaded(n, token, object) &&
	    !receipt_loaded(n, token, object))
		accept_loaded(n, token, object);
}

/* Time begins: what was restored before had none. */
static void
on_start(struct node *n)
{
	n->began = n->now;
	n->feeler_at = when_add(n->now, FEELER_TIME);
	timer_set(n, &n->tick, when_add(n->now, START_TIME));
	for (size_t i = 0; i < n->n_track; i++)
		track_wait(n->track[i], n->track[i]->waited);
	if (n->cfg.role == NODE_MIRROR) {
		merit_begin(n);
		memory_begin(n);
	}
}

static void
dispatch(struct node *n, const struct node_event *ev)
{
	switch (ev->type) {
	case NODE_START:
		on_start(n);
		break;
	case NODE_LINK_UP:
		link_up(n, ev);
		break;
	case NODE_LINK_DATA:
		link_data(n, ev->link_data.link, ev->link_data.in);
		break;
	case NODE_LINK_DOWN:
		if (ev->link_down.link == 0)
			dial_failed(n, ev->link_down.dial);
		else
			link_down(n, ev->link_down.link);
		break;
	case NODE_LINK_ROOM:
		link_room(n, ev->link_room.link, ev->link_room.queued);
		break;
	case NODE_STORED:
		accept_stored(n, ev->stored.token, ev->stored.err);
		break;
	case NODE_LOADED:
		on_loaded(n, ev->loaded.token, ev->loaded.object);
		break;
	case NODE_DEADLINE:
		break; /* timers are looked at after every event */
	case NODE_FOLLOW:
		on_follow(n, &ev->follow.feed, &ev->follow.policy);
		break;
	case NODE_UNFOLLOW:
		on_unfollow(n, &ev->follow.feed);
		break;
	case NODE_PUBLISHED:
		on_published(n, ev);
		break;
	case NODE_FOUND:
		found(n, ev);
		break;
	case NODE_PEER:
		on_peer(n, ev);
		break;
	case NODE_INVITE:
		on_invite(n, ev);
		break;
	case NODE_SELF:
		introduce_self(n, ev->self.invite);
		break;
	case NODE_REVOKE:
		on_revoke(n, ev->revoke.contact);
		break;
	case NODE_SYNC:
		reader_sync(n);
		break;
	case NODE_SPACE:
		on_space(n, ev->space.free);
		break;
	}
}

static void
fire_timers(struct node *n)
{
	while (heap_when(&n->timers) <= n->now) {
		struct timer *t = (struct timer *)(void *)heap_top(&n->timers);

		timer_set(n, t, WHEN_NEVER);
		t->fire(n, t->owner);
	}
}

int
node_step(struct node *n, const struct node_event *ev,
    struct node_update *ret_update)
{
	static const uint8_t none[sizeof(ev->fresh)];

	if (ev->now > n->now)
		n->now = ev->now;
	n->wall = ev->wall;
	if (memcmp(ev->fresh, none, sizeof(none)) != 0)
		rng_reseed(&n->rng, ev->fresh);
	n->steps++;
	update_begin(n);
	dispatch(n, ev);
	fire_timers(n);
	want_update(n);
	fetch_more(n);
	reader_look(n);
	link_flush(n);
	update_end(n, ret_update);
	return n->fatal;
}

when_ms
node_deadline(const struct node *n)
{
	return heap_when(&n->timers);
}
