#include "tests/sim/puppet.h"

/*
 * The first key is stolen, and a charter revokes it from issue FROM on.  Whether a
 * node hears first of what the thief signed or of the charter, all of them end up
 * with the publisher's issues, with none of the thief's, and with no fork.
 */
#define MIRRORS 5 /* a chain from the publisher; the last two know the thief */
#define FROM    4

enum order {
	THEFT_FIRST,   /* the thief's issues pass for the next ones */
	CHARTER_FIRST, /* they come when the key is worth nothing */
	FORK_FIRST,    /* the publisher has signed these numbers, too */
	SPLIT,         /* some hear of the one first, some of the other */
	ORDERS
};

static void
make_mirrors(struct world *w)
{
	for (size_t i = 0; i <= MIRRORS; i++) {
		struct host *h = host_new(w, NODE_MIRROR);

		h->country = i > MIRRORS / 2;
		if (i > 0)
			host_knows(h, w->host[i - 1]);
		if (i > 1 && world_roll(w, 2) == 0)
			host_knows(h, w->host[world_roll(w, i)]);
	}
	host_new(w, NODE_MIRROR); /* the thief, later */
	for (size_t i = MIRRORS - 1; i <= MIRRORS; i++)
		host_knows(w->host[i], w->host[MIRRORS + 1]);
	for (size_t i = 0; i <= MIRRORS; i++)
		host_boot(w->host[i]);
}

/* The thief has the publisher's issues up to FROM, and then two of its own. */
static void
let_loose(struct world *w)
{
	struct host *h = w->host[MIRRORS + 1];
	struct puppet *p = puppet_new(h, &source_play, SOURCE_HONEST);
	const struct issue *before = NULL;

	for (uint64_t k = 1; k < FROM; k++)
		p->line[p->n_line++] = press_issue(w->paper[0], k);
	for (uint64_t k = FROM; k < FROM + 2; k++)
		before = p->line[p->n_line++] =
		    press_steal(w->paper[0], k, before, h);
	h->country = 1;
}

static void
revoke(struct world *w)
{
	press_end_key(w->paper[0], FROM, false);
	for (uint64_t i = 1 + world_roll(w, 3); i > 0; i--)
		press_publish(w->paper[0]);
}

static void
check_forked(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++)
		if (w->host[i]->node != NULL && !w->host[i]->told_fork)
			world_fail(w, "a fork is not proved", w->host[i]);
}

static void
play(struct world *w, enum order order)
{
	for (int i = 0; i < 2 && order == FORK_FIRST; i++)
		press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	if (order == CHARTER_FIRST)
		revoke(w);
	if (order == SPLIT)
		adversary_split(w);
	if (order != CHARTER_FIRST)
		let_loose(w);
	world_run(w, 6 * MINUTE + world_roll(w, 6 * MINUTE));
	if (order == FORK_FIRST)
		check_forked(w);
	if (order == CHARTER_FIRST)
		let_loose(w);
	else
		revoke(w);
	world_run(w, world_roll(w, 10 * MINUTE));
	if (order == SPLIT)
		adversary_split(w);
}

static struct host *
latecomer(struct world *w, enum node_role role)
{
	struct node_event e = {.type = NODE_SYNC};
	struct host *h = host_new(w, role);

	host_knows(h, w->host[MIRRORS + 1]);
	host_knows(h, w->host[1 + world_roll(w, MIRRORS)]);
	host_boot(h);
	host_step(h, &e);
	return h;
}

static void
check_verdict(struct host *h)
{
	struct node_feed_stat st;

	invariant_whole(h, true);
	invariant_clean(h);
	if (node_feed_stat(h->node, &h->w->paper[0]->feed, &st) != 0 ||
	    st.forked)
		world_fail(h->w, "a revoked key still makes a fork", h);
	if (st.charter != 2)
		world_fail(h->w, "a charter is lacking", h);
}

void
scene_revoke(struct world *w)
{
	uint64_t order = world_roll(w, ORDERS);

	make_mirrors(w);
	for (int i = 1; i < FROM; i++)
		press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	play(w, (enum order)order);
	world_run(w, 10 * MINUTE); /* until all have dialled again */
	if (world_roll(w, 2) == 0) {
		host_crash(w->host[1 + MIRRORS / 2]);
		host_boot(w->host[1 + MIRRORS / 2]);
	}
	latecomer(w, NODE_MIRROR);
	latecomer(w, NODE_READER);
	world_run(w, 30 * MINUTE);
	for (size_t i = 0; i < w->n_host; i++)
		if (w->host[i]->node != NULL)
			check_verdict(w->host[i]);
}
