#include <string.h>

#include "proto/node/inner.h"

/*
 * Whom to dial, and when: eight links to stay, chosen across introducers and address
 * groups, and whomever else the operator named; a feeler now and then; errands to who has
 * what nobody here has.
 */
#define PINNED_FIRST       3
#define PER_INTRODUCER_OUT 2
#define PINNED_BACKOFF     300000 /* what the operator named: at least so often */
#define READER_AGAIN       1000
#define BRIEF_TRIES        5 /* where lines are frozen, so are those who dial often */
#define FAULT_FAILURES     20 /* as after so many dials in vain */
#define ERRAND_AFTER       5000
#define WORRY_TIME         (24 * 3600 * 1000)

static bool
is_onion(const struct invite *v)
{
	size_t len = strlen(v->host);

	return len > 6 && strcmp(v->host + len - 6, ".onion") == 0;
}

static when_ms
dial_time(const struct invite *v)
{
	if (is_onion(v))
		return DIAL_ONION_TIME;
	return v->transport == INVITE_RAW ? DIAL_TIME : DIAL_ROUND_TIME;
}

static void
dial(struct contact *c, enum purpose purpose)
{
	struct node *n = c->n;
	struct invite v;

	if (invite_parse(&v, buf_bytes(&c->invite)) != 0)
		return; /* it was looked at when it came */
	c->dial = ++n->token;
	c->tries++;
	c->purpose = purpose;
	update_dial(n, c->dial, &v, dial_time(&v), c->class == CONTACT_PINNED);
	invite_done(&v);
}

struct contact *
dial_find(const struct node *n, uint64_t token)
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (token != 0 && n->contact[i]->dial == token)
			return n->contact[i];
	return NULL;
}

/* What came of it. */

static void
back_off(struct contact *c)
{
	struct node *n = c->n;
	bool pinned = c->class == CONTACT_PINNED;
	uint64_t wait = pinned ? PINNED_BACKOFF_MIN : BACKOFF_MIN;
	unsigned k = c->failures < 20 ? c->failures++ : 20;

	wait <<= k < 13 ? k : 13;
	if (wait > BACKOFF_MAX)
		wait = BACKOFF_MAX;
	if (pinned && wait > PINNED_BACKOFF)
		wait = PINNED_BACKOFF;
	if (n->cfg.role == NODE_READER)
		wait = (uint64_t)READER_AGAIN
		       << (c->cap > 0 && c->tries > 1 ? 2 * (c->tries - 1) : 0);
	wait = wait * 7 / 10 + rng_below(&n->rng, wait * 6 / 10 + 1);
	c->next_try = when_add(n->now, wait);
	timer_set(n, &n->tick, n->now);
}

void
dial_failed(struct node *n, uint64_t token)
{
	struct contact *c = dial_find(n, token);

	if (c == NULL)
		return;
	c->dial = 0;
	if (c->class == CONTACT_NEW && c->failures >= NEW_FAILURES) {
		contact_free(c);
		return;
	}
	back_off(c);
}

void
dial_opened(struct contact *c)
{
	c->failures = 0;
	c->answered = true;
	c->heard = node_age(c->n);
	if (c->since == 0)
		c->since = c->heard == 0 ? 1 : c->heard;
	if (c->class == CONTACT_NEW)
		c->class = CONTACT_TESTED;
}

void
dial_lost(struct contact *c, struct link *l)
{
	struct node *n = c->n;

	if (c->link != l)
		return;
	c->linked = contact_linked(c);
	c->met = 0;
	c->link = NULL;
	if (l->gained)
		c->tries = 0;
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i] != l &&
		    n->link[i]->contact == c)
			c->link = n->link[i];
	if (c->link != NULL && link_is_node(c->link))
		c->met = n->now; /* no time counts twice */
	if (c->link == NULL && c->class != CONTACT_GUEST)
		back_off(c);
}

void
dial_faulted(struct contact *c)
{
	c->failures = FAULT_FAILURES;
	c->tries = BRIEF_TRIES;
	if (c->link != NULL)
		c->link->gained = false;
}

bool
dial_is_hopeful(const struct contact *c)
{
	return c->tries < (c->cap > 0 ? BRIEF_TRIES : READER_TRIES);
}

/* Choosing. */

static bool
can_dial(const struct contact *c, when_ms *ret_next)
{
	const struct node *n = c->n;

	if (c->class == CONTACT_GUEST || c->dial != 0 || c->link != NULL ||
	    (c->class == CONTACT_PINNED && !c->named) || c->rest > node_age(n))
		return false;
	if (n->cfg.role == NODE_READER ? !dial_is_hopeful(c)
				       : contact_is_met(c))
		return false;
	if (c->next_try <= n->now)
		return true;
	*ret_next = when_min(*ret_next, c->next_try);
	return false;
}

/* Dialled by us, or about to be, for |purpose|. */
static bool
is_out(const struct contact *c, enum purpose purpose)
{
	return c->purpose == purpose &&
	       (c->dial != 0 || (c->link != NULL && c->link->dialled));
}

static size_t
count_out(const struct node *n, enum purpose purpose)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_contact; i++)
		count += is_out(n->contact[i], purpose);
	return count;
}

/* What is out already, beside whom |c| would come. */
struct beside {
	size_t pinned, by, near;
};

static struct beside
beside(const struct contact *c)
{
	static const uint8_t nobody[8];
	const struct node *n = c->n;
	struct beside b = {0};

	for (size_t i = 0; i < n->n_contact; i++) {
		const struct contact *o = n->contact[i];

		if (!is_out(o, TO_STAY))
			continue;
		b.pinned += o->class == CONTACT_PINNED;
		b.near += o->group == c->group;
		b.by += memcmp(o->via, c->via, 8) == 0 &&
			memcmp(o->via, nobody, 8) != 0;
	}
	return b;
}

/* Feeds that we follow, that |c| follows, and that fewer than two here have. */
static size_t
use(const struct contact *c)
{
	const struct node *n = c->n;
	size_t count = 0;

	for (size_t i = 0; i < n->n_track && c->n_follows > 0; i++)
		if (n->track[i]->n_source < 2)
			count += contact_is_source(c, &n->track[i]->head.id);
	return count;
}

/* How much |c| is wanted as one to stay; 0: not at all. */
static size_t
worth(const struct contact *c)
{
	struct beside b = beside(c);
	size_t worth;

	if (b.by >= PER_INTRODUCER_OUT)
		return 0;
	if (c->class == CONTACT_PINNED)
		worth = b.pinned < PINNED_FIRST ? 6 : 3;
	else if (c->anchor)
		worth = 5;
	else if (c->class == CONTACT_TESTED)
		worth = b.near == 0 ? 4 : 2;
	else
		worth = 1;
	return worth * (NODE_FOLLOWED_MAX + 1) + use(c);
}

static struct contact *
choose(struct node *n, when_ms *ret_next)
{
	struct contact *best = NULL;
	size_t from = (size_t)rng_below(&n->rng, n->n_contact + 1), most = 0;

	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *c = n->contact[(from + i) % n->n_contact];
		size_t w = can_dial(c, ret_next) ? worth(c) : 0;

		if (w > most) {
			most = w;
			best = c;
		}
	}
	return best;
}

/* Whom the operator named, if not chosen: each may be the only one to have a feed. */
static struct contact *
choose_named(struct node *n, when_ms *ret_next)
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i]->class == CONTACT_PINNED &&
		    can_dial(n->contact[i], ret_next))
			return n->contact[i];
	return NULL;
}

/* Whom to have a look at: who never was, first. */
static struct contact *
choose_feeler(struct node *n)
{
	struct contact *best = NULL;
	size_t from = (size_t)rng_below(&n->rng, n->n_contact + 1);
	when_ms unused = 0;

	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *c = n->contact[(from + i) % n->n_contact];

		if (!can_dial(c, &unused))
			continue;
		if (best == NULL || (c->tries == 0 && c->since == 0 &&
					(best->tries > 0 || best->since > 0)))
			best = c;
	}
	return best;
}

/* Who is known to follow a feed of which nobody here has what is lacking. */
static struct contact *
choose_errand(struct node *n)
{
	size_t from = (size_t)rng_below(&n->rng, n->n_contact + 1);
	when_ms unused = 0;

	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];

		if (!s->seeking || n->now < when_add(s->sought, ERRAND_AFTER))
			continue;
		for (size_t k = 0; k < n->n_contact; k++) {
			struct contact *c =
			    n->contact[(from + k) % n->n_contact];

			if (contact_is_source(c, &s->head.id) &&
			    can_dial(c, &unused))
				return c;
		}
	}
	return NULL;
}

/* Time. */

static void
dial_reader(struct node *n)
{
	when_ms next = WHEN_NEVER;
	struct contact *c;

	if (!n->syncing || n->ending)
		return;
	while (count_out(n, TO_STAY) < READER_SOURCES &&
	       (c = choose(n, &next)) != NULL)
		dial(c, TO_STAY);
	timer_set(n, &n->tick, next);
}

/* Something is overdue, or nobody here has it, or knows of the feed; but not for ever: it
 * may be over. */
static bool
is_worried(const struct node *n)
{
	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];

		if ((s->overdue && n->now < when_add(s->late, WORRY_TIME)) ||
		    (track_charter(s) == 0 &&
			n->now < when_add(s->waits_from, WORRY_TIME)) ||
		    (s->seeking && n->now < when_add(s->sought, WORRY_TIME)))
			return true;
	}
	return false;
}

static void
feel(struct node *n)
{
	uint64_t each = is_worried(n) ? FEELER_WORRIED : FEELER_TIME;
	when_ms latest = when_add(n->now, each * 3 / 2);
	struct contact *c;

	if (n->feeler_at > latest) /* it has begun to worry since */
		n->feeler_at = n->now + each / 2 + rng_below(&n->rng, each);
	if (n->now < n->feeler_at)
		return;
	n->feeler_at = n->now + each / 2 + rng_below(&n->rng, each);
	if (count_out(n, TO_FEEL) < NODE_FEELERS_MAX &&
	    (c = choose_feeler(n)) != NULL)
		dial(c, TO_FEEL);
}

void
dial_worry(struct node *n)
{
	when_ms soon = when_add(n->now, ERRAND_AFTER);

	if (n->tick.item.place == 0 || n->tick.item.when > soon)
		timer_set(n, &n->tick, soon);
}

bool
dial_has_other(struct node *n)
{
	when_ms unused = 0;

	return choose(n, &unused) != NULL;
}

bool
dial_may_stay(struct link *l)
{
	struct node *n = l->n;
	struct contact *c = l->contact;

	if (c == NULL || !l->dialled || purpose_stays(c->purpose))
		return true;
	if (count_out(n, TO_STAY) >= NODE_OUT_MAX || worth(c) == 0)
		return false;
	c->purpose = TO_STAY;
	link_touch(l);
	return true;
}

void
dial_tick(struct node *n, void *unused)
{
	when_ms next = WHEN_NEVER;
	struct contact *c;

	(void)unused;
	if (n->cfg.role == NODE_READER) {
		dial_reader(n);
		return;
	}
	while (count_out(n, TO_STAY) < NODE_OUT_MAX &&
	       (c = choose(n, &next)) != NULL)
		dial(c, TO_STAY);
	while ((c = choose_named(n, &next)) != NULL)
		dial(c, BY_NAME);
	while (count_out(n, TO_FETCH) < NODE_ERRANDS_MAX &&
	       (c = choose_errand(n)) != NULL)
		dial(c, TO_FETCH);
	feel(n);
	timer_set(n, &n->tick, when_min(next, n->feeler_at));
}
