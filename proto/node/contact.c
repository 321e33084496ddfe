#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

#define PINNED_BACKOFF \
	300000 /* what the operator named is tried at least so often */
#define READER_AGAIN   1000
#define BRIEF_TRIES    5 /* where lines are frozen, so are those who dial often */
#define FAULT_FAILURES 20 /* as after so many dials in vain */

struct contact *
contact_add(struct node *n, const struct invite *v, bool pinned)
{
	struct contact *c;

	if (n->n_contact == NODE_CONTACTS_MAX)
		return NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	c->invite = *v;
	c->pinned = pinned;
	n->contact[n->n_contact++] = c;
	return c;
}

void
contact_remove(struct node *n, struct contact *c)
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i] == c) {
			n->contact[i] = n->contact[--n->n_contact];
			break;
		}
	if (c->link != NULL) {
		c->link->contact = NULL;
		if (c->link->n->link[c->link->slot] == c->link)
			link_shut(c->link, false, 0);
	}
	invite_done(&c->invite);
	buf_done(&c->some);
	free(c);
}

struct contact *
contact_dialled(struct node *n, uint64_t dial)
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (dial != 0 && n->contact[i]->dial == dial)
			return n->contact[i];
	return NULL;
}

static void
failed(struct node *n, struct contact *c)
{
	uint64_t wait = BACKOFF_MIN;
	unsigned k = c->failures < 20 ? c->failures++ : 20;

	wait <<= k < 13 ? k : 13;
	if (wait > BACKOFF_MAX)
		wait = BACKOFF_MAX;
	if (c->pinned && wait > PINNED_BACKOFF)
		wait = PINNED_BACKOFF;
	if (n->cfg.role == NODE_READER)
		wait = (uint64_t)READER_AGAIN
		       << (c->cap > 0 && c->tries > 1 ? 2 * (c->tries - 1) : 0);
	wait = wait * 7 / 10 + rng_below(&n->rng, wait * 6 / 10 + 1);
	c->next_try = when_add(n->now, wait);
	timer_set(n, &n->tick, n->now);
}

void
contact_undialled(struct node *n, uint64_t dial)
{
	struct contact *c = contact_dialled(n, dial);

	if (c == NULL)
		return;
	c->dial = 0;
	failed(n, c);
}

void
contact_linked(struct contact *c, struct link *l)
{
	c->dial = 0;
	c->link = l;
	l->contact = c;
}

void
contact_opened(struct contact *c)
{
	c->failures = 0;
	c->tested = true;
	c->answered = true;
	c->last_ok = c->link->n->wall;
}

void
contact_lost(struct contact *c, struct link *l)
{
	c->link = NULL;
	l->contact = NULL;
	if (l->gained)
		c->tries = 0;
	failed(l->n, c);
}

/* It broke a rule, and no weather did: no soon again. */
void
contact_faulted(struct contact *c)
{
	c->failures = FAULT_FAILURES;
	c->tries = BRIEF_TRIES;
	if (c->link != NULL)
		c->link->gained = false;
}

bool
contact_is_hopeful(const struct contact *c)
{
	return c->tries < (c->cap > 0 ? BRIEF_TRIES : READER_TRIES);
}

static size_t
busy(const struct node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_contact; i++)
		count +=
		    n->contact[i]->dial != 0 || n->contact[i]->link != NULL;
	return count;
}

/* Whom to dial next, or NULL: what the operator named first, then the tried. */
static struct contact *
choose(struct node *n, when_ms *ret_next)
{
	struct contact *best = NULL;
	size_t from;

	if (n->n_contact == 0)
		return NULL;
	from = (size_t)rng_below(&n->rng, n->n_contact);
	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *c = n->contact[(from + i) % n->n_contact];

		if (c->dial != 0 || c->link != NULL)
			continue;
		if (n->cfg.role == NODE_READER && !contact_is_hopeful(c))
			continue;
		if (c->next_try > n->now) {
			*ret_next = when_min(*ret_next, c->next_try);
			continue;
		}
		if (best == NULL || (c->pinned && !best->pinned) ||
		    (c->pinned == best->pinned && c->tested && !best->tested))
			best = c;
	}
	return best;
}

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
dial(struct node *n, struct contact *c)
{
	c->dial = ++n->token;
	c->tries++;
	update_dial(n, c->dial, &c->invite, dial_time(&c->invite));
}

void
contact_tick(struct node *n, void *unused)
{
	size_t max = NODE_OUT_MAX;
	when_ms next = WHEN_NEVER;
	struct contact *c;

	(void)unused;
	if (n->cfg.role == NODE_READER) {
		if (!n->syncing || n->ending)
			return;
		max = READER_SOURCES;
	}
	while (busy(n) < max && (c = choose(n, &next)) != NULL)
		dial(n, c);
	/* One more than we keep, now and then: it tests, and finds forks. */
	if (busy(n) >= max && n->cfg.role == NODE_MIRROR) {
		if (n->now >= n->feeler_at) {
			n->feeler_at = when_add(n->now,
			    FEELER_TIME / 2 + rng_below(&n->rng, FEELER_TIME));
			if (busy(n) == max && (c = choose(n, &next)) != NULL) {
				c->feeler = true;
				dial(n, c);
			}
		}
		next = n->feeler_at;
	}
	timer_set(n, &n->tick, next);
}
