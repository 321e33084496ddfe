#include "tests/sim/sim.h"

/*
 * A seed draws its own world: how many mirrors and who knows whom, what is
 * published when, and the weather: delay, links cut, bits flipped, links frozen, a
 * partition, crashes that lose what was not synced, full and slow disks, liars.
 * Then it is calm, and everybody honest must end up with everything.  Last, a
 * thief signs a rival of the newest issue, and both sides must end up with the
 * proof.
 */
#define STORM_MS (20 * MINUTE) /* bad weather, then calm */
#define CALM_MS  (60 * MINUTE)

/* A chain of honest ones, so that there is a way; and more. */
static void
make_mirrors(struct world *w)
{
	size_t n = 4 + world_roll(w, 7);

	for (size_t i = 0; i < n; i++) {
		struct host *h = host_new(w, NODE_MIRROR);

		h->slow = world_roll(w, 50);
		h->country = world_roll(w, 2);
		if (i > 0)
			host_knows(h, w->host[i - 1]);
		if (i > 1 && world_roll(w, 2) == 0)
			host_knows(h, w->host[world_roll(w, i)]);
	}
}

static void
make_liars(struct world *w, size_t liars)
{
	for (size_t i = 0; i < liars && i + 4 < w->n_host; i++) {
		struct host *h = w->host[w->n_host - 1 - i];

		h->lie = (enum lie)(CORRUPTS + world_roll(w, 3));
		if (i == 0 && w->n_host > 5)
			host_knows(w->host[1], h);
	}
}

/* An honest one with little room, at the end. */
static void
make_small(struct world *w)
{
	size_t i = w->n_host - 1;

	while (i > 2 && w->host[i]->lie != HONEST)
		i--;
	if (w->host[i]->lie == HONEST)
		w->host[i]->quota = 200000;
}

static void
publish(struct world *w)
{
	if (w->paper[0]->head < w->paper[0]->head_max)
		press_publish(w->paper[0]);
}

static void
calm(struct world *w)
{
	adversary_end(w);
	for (uint64_t i = w->paper[0]->head; i < 3; i++)
		publish(w);
	world_at(w, MINUTE, publish);
}

static void
check_mirrors(struct world *w)
{
	/* Who can only ask liars, or one with little room, may lack. */
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		if (h->lie != HONEST)
			break;
		invariant_whole(h, h->quota == 0);
		if (h->quota != 0)
			break;
	}
}

/* Bad disks, liars and quotas make nobody fetch over and over. */
static void
check_stored(struct world *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->paper[0]->n_issue; i++)
		for (size_t t = 0; t < w->paper[0]->issue[i]->n_pack; t++)
			sum += w->paper[0]->issue[i]->pack[t].size;
	for (size_t i = 0; i < w->n_host; i++)
		if (w->host[i]->stored > sum * 8)
			world_fail(w, "a node fetches without end", w->host[i]);
}

/* A reader who asks everybody, liars first. */
static void
check_reader(struct world *w)
{
	struct host *r = host_new(w, NODE_READER);
	struct node_event e = {.type = NODE_SYNC};
	struct node_stat ns;
	size_t liars = 0;

	for (size_t i = 0; i < r->index; i++) {
		host_knows(r, w->host[i]);
		liars += w->host[i]->lie != HONEST;
	}
	host_boot(r);
	host_step(r, &e);
	world_run(w, 20 * MINUTE);
	if (!r->synced)
		world_fail(w, "the reader's sync does not end", r);
	invariant_whole(r, true);
	node_stat(r->node, &ns);
	if (ns.bytes_wasted > (liars + 1) * 2 * PIECE_SIZE)
		world_fail(w, "liars made the reader waste a lot", r);
}

/* How long the chain of honest ones with room is. */
static size_t
chain(const struct world *w)
{
	size_t n = 1;

	while (n < w->n_host && w->host[n]->role == NODE_MIRROR &&
	       w->host[n]->lie == HONEST && w->host[n]->quota == 0)
		n++;
	return n;
}

static void
check_proof(struct host *h)
{
	struct world *w = h->w;

	if (!h->told_fork || disk_find(h, OBJECT_PROOF, &w->paper[0]->feed,
				 w->paper[0]->head) == NULL)
		world_fail(w, "a fork is not proved", h);
}

/* Who restarts knows it from its disk, or is told again by those who know. */
static void
check_again(struct host *h)
{
	struct world *w = h->w;
	struct node_feed_stat st;

	host_crash(h);
	if (world_roll(w, 2) == 0)
		disk_lose(h, OBJECT_PROOF, &w->paper[0]->feed,
		    w->paper[0]->head);
	host_boot(h);
	world_run(w, STORM_MS);
	if (node_feed_stat(h->node, &w->paper[0]->feed, &st) != 0 || !st.forked)
		world_fail(w, "a fork is forgotten by a restart", h);
}

/*
 * The last: a thief signs another header with the next number, at the other end
 * of the chain.  Both sides of it must hear of it, and have it proved.
 */
static void
check_fork(struct world *w)
{
	size_t n = chain(w);
	struct host *h = w->host[n / 2];
	struct issue *rival;

	if (n < 2)
		return;
	rival = press_steal(w->paper[0], w->paper[0]->head + 1, NULL, NULL);
	press_publish(w->paper[0]);
	press_plant(w->host[n - 1], rival);
	world_run(w, STORM_MS);
	for (size_t i = 0; i < n; i++)
		check_proof(w->host[i]);
	check_again(h);
}

void
scene_storm(struct world *w)
{
	size_t liars = world_roll(w, 3);

	w->paper[0]->head_max = 24;
	make_mirrors(w);
	make_liars(w, liars);
	if (world_roll(w, 3) == 0)
		make_small(w);
	adversary_begin(w);
	for (size_t i = 0; i < w->n_host; i++)
		host_boot(w->host[i]);
	publish(w);
	world_at(w, 1000, adversary_weather);
	world_at(w, 10000, adversary_tend);
	world_at(w, STORM_MS, calm);
	world_run(w, STORM_MS + CALM_MS);
	check_mirrors(w);
	check_stored(w);
	check_reader(w);
	check_fork(w);
}
