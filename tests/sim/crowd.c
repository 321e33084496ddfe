#include "tests/sim/crowd.h"

#include <malloc.h>
#include <time.h>

void
crowd_make(struct world *w, size_t few, size_t out)
{
	size_t n = w->n_want != 0 ? w->n_want : few;

	w->far = true;
	for (size_t i = 0; i < n; i++)
		host_new(w, NODE_MIRROR);
	for (size_t i = 0; i < n; i++)
		while (w->host[i]->n_peer < out && out < n) {
			struct host *to = w->host[world_roll(w, n)];

			if (to != w->host[i])
				host_knows(w->host[i], to);
		}
}

#define SLICES 60

void
crowd_boot(struct world *w)
{
	for (size_t k = 0; k < SLICES; k++) {
		for (size_t i = k; i < w->n_host; i += SLICES)
			if (!host_is_up(w->host[i]))
				host_boot(w->host[i]);
		world_run(w, 1000);
	}
	world_run(w, MINUTE);
}

static bool
counts(const struct host *h)
{
	return h->node != NULL && !h->blocked && h->role == NODE_MIRROR &&
	       h->lie == HONEST;
}

size_t
crowd_up(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_host; i++)
		n += counts(w->host[i]);
	return n;
}

size_t
crowd_reached(const struct world *w, const struct paper *p, bool packs)
{
	struct node_feed_stat st;
	size_t n = 0;

	for (size_t i = 0; i < w->n_host; i++)
		n += counts(w->host[i]) &&
		     node_feed_stat(w->host[i]->node, &p->feed, &st) == 0 &&
		     st.head == p->head && (!packs || st.packs_wanted == 0);
	return n;
}

void
crowd_uplinks(struct world *w, uint64_t median)
{
	for (size_t i = 0; i < w->n_host; i++)
		w->host[i]->up = dice_spread(&w->dice, median);
}

static bool
publishes(const struct host *h)
{
	for (size_t k = 0; k < h->w->n_paper; k++)
		if (h->w->paper[k]->home == h)
			return true;
	return false;
}

void
crowd_lie(struct world *w, enum lie lie, unsigned permille)
{
	size_t n = w->n_host * permille / 1000;

	while (n > 0) {
		struct host *h = w->host[world_roll(w, w->n_host)];

		if (publishes(h) || h->lie != HONEST)
			continue;
		h->lie = lie;
		n--;
	}
}

void
crowd_honest(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++)
		w->host[i]->lie = HONEST;
}

when_ms
crowd_wait(struct world *w, const struct paper *p, bool packs, size_t want,
    when_ms max)
{
	when_ms from = w->now;

	while (w->now < from + max && crowd_reached(w, p, packs) < want)
		world_run(w, 250);
	return w->now - from;
}

void
crowd_cost(const struct world *w)
{
	struct mallinfo2 m = mallinfo2();
	clock_t ticks = clock();
	double cpu = (double)ticks / CLOCKS_PER_SEC;
	size_t links = 0;

	for (size_t i = 0; i < w->n_host; i++)
		links += w->host[i]->n_conn;
	say(w,
	    "%zu MB, %zu bytes a host; %.1f links a host; %.2f us a step, "
	    "%.1f s",
	    (m.uordblks + m.hblkhd) / 1000000,
	    (m.uordblks + m.hblkhd) / w->n_host,
	    (double)links / (double)w->n_host, cpu * 1e6 / (double)w->steps,
	    cpu);
}
