#include "tests/sim/crowd.h"

/*
 * Many feeds, each followed by a few (gossip research §2.2, §9.2): nodes carry heads
 * of feeds that they do not follow, so that every follower of every feed hears in
 * seconds; also while half of all nodes pass nothing on, if then a little later.
 */
#define FEW     60
#define OUT     5
#define FOLLOWS 4
#define MORE    10         /* in large worlds */
#define SOON    5000       /* a new head is everywhere */
#define LATER   (HOUR / 2) /* three looks elsewhere */

/* The first feeds have the most followers. */
static struct paper *
draw(struct world *w)
{
	return w->paper[world_roll(w, 1 + world_roll(w, w->n_paper))];
}

static bool
follows(const struct host *h, const struct paper *p)
{
	for (size_t i = 0; i < h->n_paper; i++)
		if (h->paper[i] == p)
			return true;
	return false;
}

static void
make(struct world *w)
{
	size_t papers = w->n_want == 0 ? 20 : 100;
	size_t each = w->n_want == 0 ? FOLLOWS : MORE;

	while (w->n_paper < papers)
		press_new(w);
	crowd_make(w, FEW, OUT);
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		h->paper[0] = w->paper[i % papers];
		if (w->paper[i % papers]->home == NULL)
			w->paper[i % papers]->home = h;
		w->paper[i % papers]->text = 1000;
		while (h->n_paper < each) {
			struct paper *p = draw(w);

			if (!follows(h, p))
				host_follow(h, p);
		}
	}
	crowd_boot(w);
}

/* In a hundred thousand, of all followers that are honest. */
static size_t
reached(const struct world *w)
{
	struct node_feed_stat st;
	size_t all = 0, n = 0;

	for (size_t i = 0; i < w->n_host; i++) {
		const struct host *h = w->host[i];

		for (size_t k = 0; k < h->n_paper && h->lie == HONEST; k++) {
			all++;
			n += node_feed_stat(h->node, &h->paper[k]->feed, &st) ==
				 0 &&
			     st.head == h->paper[k]->head;
		}
	}
	return n * 100000 / all;
}

static void
spread(struct world *w, size_t soon)
{
	when_ms from = w->now;
	size_t at_once;

	for (size_t i = 0; i < w->n_paper; i++)
		press_publish(w->paper[i]);
	world_run(w, SOON);
	at_once = reached(w);
	while (w->now < from + LATER && reached(w) < 100000)
		world_run(w, 1000);
	say(w,
	    "%zu feeds: %zu.%03zu %% of their followers after 5 s, %zu.%03zu "
	    "%% after %zu s",
	    w->n_paper, at_once / 1000, at_once % 1000, reached(w) / 1000,
	    reached(w) % 1000, (size_t)(w->now - from) / 1000);
	if (at_once < soon || reached(w) < 100000)
		world_fail(w, "followers do not hear", NULL);
}

void
scene_many(struct world *w)
{
	make(w);
	spread(w, 0); /* the first: nobody knows yet who follows what */
	world_run(w, 10 * MINUTE);
	spread(w, 100000);
	crowd_cost(w);
	crowd_lie(w, SILENT, 500);
	spread(w, 99000);
	crowd_cost(w);
}
