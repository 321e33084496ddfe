#include "proto/node/inner.h"

/*
 * What peers deserve.  It rewards presence and not speed, is capped, and never
 * overrides the limits of introducers and groups, so a fast liar gains little; what is
 * only carried counts for nobody (gossip research §7.7, §11).
 */
#define MERIT_MAX    16
#define FAULT        4
#define BROUGHT_TIME 10000 /* after the first copy */
#define BROUGHT_EACH (3600 * 1000)
#define BYTES        (1024 * 1024)
#define BYTES_EACH   (6 * 3600 * 1000)
#define JUDGE_TIME   60000
#define MISSES_MAX   3
#define REST         (7 * 24 * 3600) /* own seconds */
#define DAILY        (24 * 3600 * 1000)
#define DAILY_REST   (24 * 3600)

int
merit_of(const struct link *l)
{
	return l->contact != NULL ? l->contact->merit : l->merit;
}

static void
add(struct link *l, int more)
{
	int8_t *m = l->contact != NULL ? &l->contact->merit : &l->merit;
	int sum = *m + more;

	sum = sum > MERIT_MAX ? MERIT_MAX : sum;
	*m = (int8_t)(sum < -MERIT_MAX ? -MERIT_MAX : sum);
}

void
merit_fault(struct link *l, int why)
{
	struct contact *c = l->contact;

	add(l, -FAULT);
	if (c == NULL)
		return;
	dial_faulted(c);
	c->faults++;
	if (why != QERR_BADHASH)
		return;
	c->damaged++;
	c->damaged_last = l->n->now;
}

void
merit_shown(struct link *l, struct track *s)
{
	struct node *n = l->n;
	const struct share *sh = share_of(l, &s->head);

	if (sh->number < track_head(s) || sh->shown >= sh->number ||
	    n->now > when_add(s->fresh, BROUGHT_TIME) ||
	    n->now < l->brought_next)
		return;
	l->brought_next = when_add(n->now, BROUGHT_EACH);
	add(l, 1);
}

void
merit_bytes(struct link *l, size_t bytes)
{
	l->good += bytes;
	if (l->good < BYTES || l->n->now < l->bytes_next)
		return;
	l->good = 0;
	l->bytes_next = when_add(l->n->now, BYTES_EACH);
	add(l, 1);
}

/* |l| is to make room for another, and not to be dialled for a while. */
static void
replace(struct link *l, uint64_t rest)
{
	l->contact->rest = node_age(l->n) + rest;
	l->contact->misses = 0;
	link_bye(l);
	link_shut(l, false, 0);
}

static void
missed(struct link *l, struct track *s)
{
	struct contact *c = l->contact;

	add(l, -1);
	if (c == NULL || ++c->misses < MISSES_MAX)
		return;
	c->misses = 0;
	if (c->class == CONTACT_PINNED)
		update_tell(l->n, FACT_WITHHELD, &s->head.id,
		    feed_head(s->feed), l->id);
	else if (l->dialled)
		replace(l, REST);
}

/* A minute after a new head: who has not shown it by now? */
void
merit_judge(struct node *n, void *owner)
{
	struct track *s = owner;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];
		const struct share *sh;

		if (l == NULL || !spread_tells(l) || l->opened > s->fresh)
			continue;
		sh = share_of(l, &s->head);
		if (!sh->died && sh->number >= feed_head(s->feed)) {
			if (l->contact != NULL)
				l->contact->misses = 0;
		} else {
			missed(l, s);
		}
	}
	receipt_look_all(s);
}

void
merit_expect(struct track *s)
{
	struct node *n = s->head.n;

	s->fresh = n->now;
	if (n->cfg.role == NODE_MIRROR)
		timer_set(n, &s->judge, when_add(n->now, JUDGE_TIME));
}

void
merit_begin(struct node *n)
{
	timer_set(n, &n->daily, when_add(n->now, DAILY));
}

/* The least of those that we chose gives its place to another. */
void
merit_daily(struct node *n, void *unused)
{
	struct link *least = NULL;

	(void)unused;
	merit_begin(n);
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL || !l->dialled || l->contact == NULL ||
		    !link_is_node(l) || l->contact->purpose != TO_STAY ||
		    l->contact->class == CONTACT_PINNED || l->contact->anchor)
			continue;
		if (least == NULL || merit_of(l) < merit_of(least))
			least = l;
	}
	if (least != NULL && dial_has_other(n))
		replace(least, DAILY_REST);
}
