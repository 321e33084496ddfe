#include "tests/sim/crowd.h"

/*
 * A reader who is a month behind, in a country whose border lets each connection rot
 * after 12 to 18 kB (gossip research §9.14), which is less than most pieces: two syncs
 * bring him everything.  What comes for nothing is what came of the first connections,
 * and padding.
 */
#define MIRRORS 4
#define ISSUES  30
#define SYNCS   2
#define OVER    130 /* per cent that come for nothing */

static void
make(struct world *w)
{
	crowd_make(w, MIRRORS, MIRRORS - 1);
	w->paper[0]->text = 20000;
	w->paper[0]->home = w->host[0];
	crowd_boot(w);
	for (int i = 0; i < ISSUES; i++)
		press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
}

static struct host *
make_reader(struct world *w)
{
	struct host *r = host_new(w, NODE_READER);

	net_border(w, 0, 1, (struct border){.freeze = 12000, .span = 6000});
	r->country = 1;
	for (size_t i = 0; i < MIRRORS; i++)
		host_knows(r, w->host[i]);
	host_boot(r);
	return r;
}

static bool
sync_once(struct host *r)
{
	struct node_event e = {.type = NODE_SYNC};
	struct node_feed_stat st;
	when_ms from = r->w->now;

	r->synced = r->unreached = false;
	host_step(r, &e);
	while (!r->synced && !r->unreached && r->w->now < from + HOUR)
		world_run(r->w, 1000);
	if (!r->synced)
		world_fail(r->w, "the reader's sync does not end", r);
	return node_feed_stat(r->node, &r->paper[0]->feed, &st) == 0 &&
	       st.head == r->paper[0]->head && st.packs_wanted == 0;
}

void
scene_freeze(struct world *w)
{
	struct host *r;
	uint64_t links, sum = 0;
	struct node_stat st;
	when_ms from;
	size_t n = 1;

	make(w);
	r = make_reader(w);
	links = w->n_links;
	from = w->now;
	while (!sync_once(r) && n < SYNCS)
		n++;
	node_stat(r->node, &st);
	for (size_t i = 0; i < w->paper[0]->n_issue; i++)
		for (size_t t = 0; t < w->paper[0]->issue[i]->n_pack; t++)
			sum += w->paper[0]->issue[i]->pack[t].size;
	say(w,
	    "%zu bytes in %zu syncs and %zu connections, %zu s; %zu came, "
	    "%zu %% more",
	    (size_t)sum, n, (size_t)(w->n_links - links),
	    (size_t)(w->now - from) / 1000, (size_t)st.bytes_in,
	    (size_t)(st.bytes_in * 100 / sum) - 100);
	invariant_whole(r, true);
	if (st.bytes_in > sum + sum * OVER / 100)
		world_fail(w, "much comes for nothing", r);
	if (r->stored != sum)
		world_fail(w, "a piece is stored twice", r);
}
