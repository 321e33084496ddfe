#include "tests/sim/puppet.h"

/*
 * The first key has ended with issue LAST, and the charter that ended it pins what it
 * signed.  A thief who found it signs another past, for LAST alone or for the issue
 * before it as well.  Who hears of the thief first, last or together with the mirrors,
 * with or without the charter, ends up with the publisher's issues and with no fork.
 */
#define LAST    5
#define MIRRORS 2
#define THIEF   (MIRRORS + 1)

static struct puppet *
make_thief(struct world *w, unsigned lie)
{
	struct puppet *p =
	    puppet_new(host_new(w, NODE_MIRROR), &source_play, lie);
	uint64_t first = LAST - world_roll(w, 2);
	const struct issue *before = NULL;
	uint64_t last = first + world_roll(w, LAST + 1 - first);

	for (uint64_t k = 1; k < first; k++)
		p->line[p->n_line++] = press_issue(w->paper[0], k);
	for (uint64_t k = first; k <= last; k++)
		before = p->line[p->n_line++] =
		    press_steal(w->paper[0], k, before, p->h);
	return p;
}

static struct host *
newcomer(struct world *w, enum node_role role, bool mirrors)
{
	struct node_event e = {.type = NODE_SYNC};
	struct host *h = host_new(w, role);

	host_knows(h, w->host[THIEF]);
	if (mirrors)
		host_knows(h, w->host[1 + world_roll(w, MIRRORS)]);
	host_boot(h);
	host_step(h, &e);
	return h;
}

/* It meets the mirrors now, too. */
static void
introduce(struct host *h)
{
	for (size_t i = 1; i <= MIRRORS; i++)
		host_knows(h, h->w->host[i]);
	host_crash(h);
	host_boot(h);
}

static void
check_verdict(struct host *h)
{
	struct node_feed_stat st;

	invariant_whole(h, true);
	invariant_clean(h);
	if (node_feed_stat(h->node, &h->w->paper[0]->feed, &st) != 0 ||
	    st.forked)
		world_fail(h->w, "what is pinned still makes a fork", h);
}

void
scene_pin(struct world *w)
{
	struct host *alone;

	for (size_t i = 0; i <= MIRRORS; i++) {
		struct host *h = host_new(w, NODE_MIRROR);

		if (i > 0)
			host_knows(h, w->host[i - 1]);
		host_boot(h);
	}
	for (int i = 0; i < LAST; i++)
		press_publish(w->paper[0]);
	world_run(w, MINUTE);
	make_thief(w, SOURCE_HONEST);
	alone = newcomer(w, NODE_MIRROR, false);
	if (world_roll(w, 2) == 0) /* led away before there is a pin */
		world_run(w, MINUTE);
	press_end_key(w->paper[0], LAST + 1, true);
	for (uint64_t i = 1 + world_roll(w, 3); i > 0; i--)
		press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	introduce(alone);
	newcomer(w, NODE_MIRROR, true);
	newcomer(w, NODE_READER, true);
	world_run(w, 20 * MINUTE);
	for (size_t i = 0; i < w->n_host; i++)
		if (w->host[i]->node != NULL)
			check_verdict(w->host[i]);
}
