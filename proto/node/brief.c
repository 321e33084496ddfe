#include "proto/node/inner.h"

/*
 * Lines that a censor freezes: after some 16 kB from the node nothing more comes, and
 * nobody says so (transport research §3.1).  A reader who is met with that ends the link,
 * dials again at once, and from then on takes so little a link of that node that it is
 * over, padding included, before the censor counts so far.  Now and then he tries more.
 */
#define FREEZE_MIN   4096
#define FREEZE_MAX   (128 * 1024)
#define LINE_BYTES   1015 /* at most, before the frames */
#define LADDER_LEAST 4096
#define BURST_BYTES \
	2200 /* of frames that are not full, and of a message's head */
#define PATIENCE     4 /* links that end well before more is tried */
#define PATIENCE_MAX 1024

/* The largest step of the ladder up to which a node may pad, PROTOCOL.md §15. */
static uint64_t
target(uint64_t cap)
{
	uint64_t t = LADDER_LEAST, next;

	while ((next = padme_ladder(t + 1)) + LINE_BYTES <= cap)
		t = next;
	return t;
}

size_t
brief_room(const struct link *l)
{
	uint64_t used = l->came + BURST_BYTES, all;

	if (l->contact == NULL || l->contact->cap == 0)
		return BRIEF_NO_LIMIT;
	all = target(l->contact->cap);
	for (size_t i = 0; i < l->n_ask; i++)
		used += l->ask[i].budget;
	/* Frames of 256 bytes carry 238. */
	return used < all ? (size_t)((all - used) * 238 / 256) : 0;
}

bool
brief_frozen(struct link *l)
{
	struct contact *c = l->contact;

	if (l->n->cfg.role != NODE_READER || c == NULL ||
	    l->came < FREEZE_MIN || l->came > FREEZE_MAX)
		return false;
	if (c->cap == 0)
		c->patience = PATIENCE;
	else if (c->patience < PATIENCE_MAX)
		c->patience *= 2;
	if (c->cap == 0 || l->came < c->cap)
		c->cap = l->came;
	c->good = 0;
	link_shut(l, false, 0);
	return true;
}

void
brief_ended(struct link *l)
{
	struct contact *c = l->contact;

	if (c == NULL || c->cap == 0 || !l->said_bye || !l->gained ||
	    ++c->good < c->patience)
		return;
	c->good = 0;
	c->cap += c->cap / 2;
}

/* What there was room for is here: the next link goes on. */
void
brief_look(struct link *l)
{
	struct contact *c = l->contact;

	if (l->state != LINK_OPEN || l->said_bye || !l->heads_seen ||
	    l->n_ask > 0 || brief_room(l) >= BRIEF_LEAST)
		return;
	if (!l->gained) /* with so little nothing can be had */
		c->cap += c->cap / 2;
	link_bye(l);
}

/* Parts. */

struct buf *
brief_some(const struct link *l, const struct part *t, enum msg_what what,
    uint64_t piece)
{
	struct contact *c = l->contact;

	return c != NULL && c->some.n > 0 && c->some_what == what &&
		       c->some_piece == piece &&
		       id_eq(&c->some_pack, &t->pack->root)
		   ? &c->some
		   : NULL;
}

/* It is about to go on: it is there, or will be in a moment, if nobody takes its place. */
static bool
goes_on(const struct node *n, const struct contact *c)
{
	return c->link != NULL || c->dial != 0 ||
	       (c->next_try > n->now && dial_is_hopeful(c));
}

bool
brief_elsewhere(const struct link *l, const struct part *t, size_t i)
{
	const struct node *n = l->n;

	for (size_t k = 0; k < n->n_contact; k++) {
		const struct contact *c = n->contact[k];

		if (c != l->contact && c->some.n > 0 && c->some_piece == i &&
		    c->some_what == ASK_PART && goes_on(n, c) &&
		    id_eq(&c->some_pack, &t->pack->root))
			return true;
	}
	return false;
}

int
brief_gather(struct link *l, struct ask *a, const struct msg_give *g,
    size_t all, struct bytes *ret)
{
	uint64_t due = all - a->last < a->budget ? all - a->last : a->budget;
	struct contact *c = l->contact;
	struct buf *b = brief_some(l, a->part, a->what, a->first);

	*ret = (struct bytes){NULL, 0};
	if (g->offset != a->last || g->data.n != due)
		return QERR_RANGE;
	a->gave = l->gained = true;
	if (g->data.n == all) {
		*ret = g->data;
		return 0;
	}
	if (c == NULL || (b == NULL ? 0 : b->n) != a->last) {
		l->n->bytes_wasted += g->data.n;
		return 0;
	}
	if (b == NULL) {
		b = &c->some;
		buf_clear(b);
		c->some_pack = a->part->pack->root;
		c->some_what = a->what;
		c->some_piece = a->first;
	}
	buf_put(b, g->data.p, g->data.n);
	if (b->n == all)
		*ret = buf_bytes(b);
	return buf_err(b);
}
