#include "tests/sim/sim.h"

/*
 * Behind a censor that throttles, cuts and blocks by first bytes, a mirror gets
 * everything, and a reader who starts anew with each sync does so in a few: what
 * came is kept, and no piece is stored twice.
 */
#define ISSUES    5
#define SYNCS_MAX 60

static struct host *
behind(struct world *w, enum node_role role)
{
	struct host *h = host_new(w, role);

	h->country = 1;
	host_knows(h, w->host[1]);
	host_knows(h, w->host[2]);
	host_boot(h);
	return h;
}

static uint64_t
all_bytes(const struct world *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->paper[0]->n_issue; i++)
		for (size_t t = 0; t < w->paper[0]->issue[i]->n_pack; t++)
			sum += w->paper[0]->issue[i]->pack[t].size;
	return sum;
}

static bool
is_whole(const struct host *h)
{
	struct node_feed_stat st;

	return node_feed_stat(h->node, &h->w->paper[0]->feed, &st) == 0 &&
	       st.head == h->w->paper[0]->head &&
	       st.packs_held == 2 * h->w->paper[0]->head;
}

static void
sync_again(struct host *r)
{
	struct node_event e = {.type = NODE_SYNC};
	struct world *w = r->w;

	host_crash(r);
	host_boot(r);
	r->synced = r->unreached = false;
	host_step(r, &e);
	for (int i = 0; i < 120 && !r->synced && !r->unreached; i++)
		world_run(w, MINUTE);
	if (!r->synced && !r->unreached)
		world_fail(w, "the reader's sync does not end", r);
}

static void
check_stored(struct host *h)
{
	struct world *w = h->w;

	invariant_whole(h, true);
	if (h->stored != all_bytes(w))
		world_fail(w, "a piece is stored twice", h);
}

/* A link that is cut costs what was under way, and not what had come. */
static void
check_cost(const struct host *h)
{
	uint64_t sum = all_bytes(h->w);
	struct node_stat st;

	node_stat(h->node, &st);
	if (st.bytes_in > sum + sum / 2 + 200000)
		world_fail(h->w, "much comes more than once", h);
}

void
scene_censor(struct world *w)
{
	struct host *mirror, *reader;
	int syncs = 0;

	for (size_t i = 0; i < 3; i++)
		if (host_new(w, NODE_MIRROR)->index > 0)
			host_knows(w->host[i], w->host[0]);
	for (size_t i = 0; i < 3; i++)
		host_boot(w->host[i]);
	for (int i = 0; i < ISSUES; i++)
		press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	w->censor = true;
	mirror = behind(w, NODE_MIRROR);
	reader = behind(w, NODE_READER);
	while (!is_whole(reader) && syncs++ < SYNCS_MAX)
		sync_again(reader);
	world_run(w, 60 * MINUTE);
	check_stored(reader);
	check_stored(mirror);
	check_cost(mirror);
}
